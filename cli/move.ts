import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { absolute } from '../adapters/config.js';
import { ensureStores, moveStore, redacted } from '../adapters/open.js';
import type { Content, MoveProgress } from '../adapters/move.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import { inProcess } from './in-process.js';
import { printJson, printTable, say } from './output.js';
import { given, type AddCommands } from './shell.js';

interface MoveOptions {
  content?: Content;
  remove?: boolean;
  restart?: boolean;
}

/** `move`, which also is backup and restore, and `stores ensure|settle`. */
export const addMove: AddCommands = (program, shell) => {
  program
    .command('move <from> <to>')
    .description('copy a store to another one and compare it there, such as parquet:bars influxdb://…')
    .option('--content <kind>', 'bars, objects or documents, where the addresses do not say')
    .option('--remove', 'remove from the first store what was compared')
    .option('--restart', 'do not go on where an earlier run stopped')
    .action(async (from: string, to: string, options: MoveOptions) => {
      if (options.content !== undefined && !['bars', 'objects', 'documents'].includes(options.content))
        throw new InvalidInputError(`Unknown content "${options.content}"; known: bars, objects, documents`);
      const [first, second] = [from, to].map((address) => absolute(process.cwd(), address));
      const place = { from: first ?? '', to: second ?? '' };
      const mark = markOf(shell.config().dataDir, place);
      const cursor = options.restart ? undefined : mark.read();
      if (cursor !== undefined) say('Going on where an earlier run stopped (--restart begins anew)');
      const request = { ...place, ...given({ content: options.content, remove: options.remove, cursor }) };
      const result = await moveStore(request, async (progress) => {
        mark.write(progress);
        say(`${progress.name}: ${progress.copied}`);
      });
      mark.remove();
      if (result.copied === 0) say(`There was nothing to copy in ${redacted(place.from)}`);
      if (shell.json()) return printJson(result);
      printTable(result.parts);
    });

  const stores = program.command('stores').description('settings of the configured stores');
  stores
    .command('ensure')
    .description('make buckets, retention, encryption and lifecycle as the addresses say')
    .action(async () => printJson({ ensured: await ensureStores(shell.config()) }));
  stores
    .command('settle')
    .description('the same as bars move --local')
    .option('--dry-run', 'only say what would be moved')
    .action(async ({ dryRun = false }: { dryRun?: boolean }) => {
      const config = shell.config();
      // Others have nothing to move.
      const moved = config.seriesUrl.startsWith('hybrid:')
        ? await inProcess(config, async (steps) => steps.moveAgedBars(await steps.planMove({ dryRun })))
        : { versions: 0, streams: [] };
      for (const { stream, versions, reason } of moved.streams) say(`${stream}: ${versions}, ${reason}`);
      printJson(dryRun ? { wouldMove: moved.versions } : { moved: moved.versions });
    });
};

/** Where a move has come to lies in the data directory, under a name that tells nothing of the addresses. */
function markOf(dataDir: string, place: { from: string; to: string }) {
  const folder = join(dataDir, 'moves');
  const file = join(folder, `${digestOf(place).slice(0, 32)}.json`);
  return {
    read(): string | undefined {
      try {
        return (JSON.parse(readFileSync(file, 'utf8')) as MoveProgress).cursor;
      } catch {
        return undefined;
      }
    },
    write(progress: MoveProgress): void {
      mkdirSync(folder, { recursive: true });
      writeFileSync(`${file}.new`, JSON.stringify(progress));
      renameSync(`${file}.new`, file);
    },
    remove: (): void => rmSync(file, { force: true }),
  };
}
