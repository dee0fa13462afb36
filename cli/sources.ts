import type { Command } from 'commander';
import { readFileSync } from 'node:fs';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import { sayHealth, sayProblems } from './source-health.js';
import { given, jsonObject, wholeNumber, type AddCommands, type Shell } from './shell.js';

interface Flags {
  kind?: string;
  url?: string;
  settings?: Record<string, unknown>;
  file?: string;
  name?: string;
  language?: string;
  licence?: string;
  retentionDays?: number;
  cron?: string;
  timeZone?: string;
  jitter?: number;
  overlap?: string;
  paused?: boolean;
}

interface Shown {
  id: string;
  kind: string;
  state: string;
  host: string;
  cadence: { cron: string; timeZone: string };
  licence: string | null;
}

/** `sources list|show|kinds|add|change|test|pause|resume|remove|health|discover|collect`: where news come from. */
export const addSources: AddCommands = (program, shell) => {
  const sources = program.command('sources').description('where news come from, and whether that is well');
  sources
    .command('list', { isDefault: true })
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (query: { limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/sources', { params: { query } }));
      if (shell.json()) printJson(page);
      else printTable(page.items.map(rowOf));
    });
  sources
    .command('kinds')
    .description('kinds of sources, those of your own files too')
    .action(async () => {
      const { kinds } = dataOf(await connectApi(shell.config()).client.GET('/source-kinds'));
      if (shell.json()) printJson({ kinds });
      else printTable(kinds.map(({ kind, summary, file }) => ({ kind, summary, file })));
    });
  described(sources.command('add <id>').description('a new source, checked before it is stored')).action(
    async (id: string, flags: Flags) => {
      const { client } = connectApi(shell.config());
      const body = { id, kind: 'rss', ...bodyOf(flags) };
      show(shell, dataOf(await client.POST('/sources', { body: body as never })));
    },
  );
  described(sources.command('change <id>').description('what is given; settings as a whole')).action(
    async (id: string, flags: Flags) => {
      const { client } = connectApi(shell.config());
      const { kind: _, ...body } = bodyOf(flags);
      const params = { path: { id } };
      show(shell, dataOf(await client.PATCH('/sources/{id}', { params, body: body as never })));
    },
  );
  addStates(sources, shell);
  addLooks(sources, shell);
};

function addStates(sources: Command, shell: Shell): void {
  const on = (id: string) => ({ params: { path: { id } } });
  sources
    .command('pause <id>')
    .description('collect it no more until it is resumed')
    .action(async (id: string) => {
      show(shell, dataOf(await connectApi(shell.config()).client.POST('/sources/{id}/pause', on(id))));
    });
  sources.command('resume <id>').action(async (id: string) => {
    show(shell, dataOf(await connectApi(shell.config()).client.POST('/sources/{id}/resume', on(id))));
  });
  sources
    .command('remove <id>')
    .description('its articles stay')
    .action(async (id: string) => {
      dataOf(await connectApi(shell.config()).client.DELETE('/sources/{id}', on(id)));
      say(`removed ${id}`);
      if (shell.json()) printJson({ id, removed: true });
    });
  sources
    .command('collect [ids...]')
    .description('collect these now, or all that are enabled')
    .action(async (ids: string[]) => {
      const input = ids.length > 0 ? { sources: ids } : { source: 'live' };
      printJson(await runStory(shell.config(), 'collectNews', input));
    });
}

function addLooks(sources: Command, shell: Shell): void {
  const on = (id: string) => ({ params: { path: { id } } });
  sources
    .command('show <id>')
    .description('its settings, how it is, and what is wrong with what it gives')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      const source = dataOf(await client.GET('/sources/{id}', on(id)));
      const health = dataOf(await client.GET('/sources/{id}/health', on(id)));
      if (shell.json()) return printJson({ ...source, health });
      show(shell, source);
      printJson(source.settings);
      sayHealth(health);
    });
  sources
    .command('test <id>')
    .description('fetch one page and show its items; nothing is stored')
    .action(async (id: string) => {
      const test = dataOf(await connectApi(shell.config()).client.POST('/sources/{id}/test', on(id)));
      if (shell.json()) return printJson(test);
      printTable(
        test.items.map(({ publishedAt, title, url }) => ({ publishedAt, title: title?.slice(0, 80), url })),
      );
      say(`${test.found} items${test.more ? ' and more pages' : ''} in ${test.elapsedMs} ms`);
      sayProblems(test.problems);
    });
  sources.command('health <id>').action(async (id: string) => {
    const health = dataOf(await connectApi(shell.config()).client.GET('/sources/{id}/health', on(id)));
    if (shell.json()) return printJson(health);
    sayHealth(health);
  });
  sources
    .command('discover <url>')
    .description('feeds that a site tells of')
    .action(async (url: string) => {
      const { client } = connectApi(shell.config());
      const found = dataOf(await client.POST('/sources/discover', { body: { url } }));
      if (shell.json()) printJson(found);
      else printTable(found.feeds.map(({ url: address, type, title }) => ({ address, type, title })));
    });
}

const described = (command: Command): Command =>
  command
    .option('--kind <kind>', 'rss, rest, graphql or one of your own (rss)')
    .option('--url <address>', 'address of the feed; for other kinds use --settings or --file')
    .option('--settings <json>', 'as the kind wants them', jsonObject)
    .option('--file <path>', 'settings from a JSON file')
    .option('--name <text>')
    .option('--language <tag>', 'such as en, where items do not say theirs')
    .option('--licence <text>', 'what may be done with its text')
    .option('--retention-days <n>', 'how long its text is kept', wholeNumber)
    .option('--cron <line>', 'five fields, such as "*/15 * * * *", or @hourly and its like')
    .option('--time-zone <name>', 'IANA name, such as Europe/Berlin (UTC)')
    .option('--jitter <seconds>', 'starts are spread over so many seconds (60)', wholeNumber)
    .option(
      '--overlap <policy>',
      'skip, bufferOne, bufferAll, cancelOther, terminateOther or allowAll (skip)',
    )
    .option('--paused', 'not collected until it is resumed');

/** @throws InvalidInputError where settings are given twice, or a cadence without its cron line */
function bodyOf(flags: Flags): Record<string, unknown> {
  const { url, settings, file, cron, timeZone, jitter, overlap, paused, ...rest } = flags;
  const ways = [url, settings, file].filter((each) => each !== undefined);
  if (ways.length > 1) throw new InvalidInputError('Give one of --url, --settings and --file');
  const cadence = given({ cron, timeZone, jitterSeconds: jitter, overlap });
  if (Object.keys(cadence).length > 0 && cron === undefined)
    throw new InvalidInputError('--time-zone, --jitter and --overlap belong to a cadence: give --cron too');
  return given({
    ...rest,
    settings: url !== undefined ? { url } : file !== undefined ? readSettings(file) : settings,
    cadence: cron === undefined ? undefined : cadence,
    state: paused ? 'paused' : undefined,
  });
}

function readSettings(path: string): Record<string, unknown> {
  try {
    return jsonObject(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new InvalidInputError(`--file ${path}: ${messageOf(error)}`);
  }
}

function show(shell: Shell, source: unknown): void {
  if (shell.json()) printJson(source);
  else printTable([rowOf(source as Shown)]);
}

const rowOf = ({ id, kind, state, host, cadence, licence }: Shown) => ({
  id,
  kind,
  state,
  host,
  cron: `${cadence.cron} ${cadence.timeZone}`,
  licence,
});
