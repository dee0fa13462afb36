import { rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { InvalidInputError, UnreachableError, messageOf } from '../../domain/errors.js';
import { connectApi, errorOf } from '../api.js';
import { printJson, say } from '../output.js';
import type { Shell } from '../shell.js';

const TYPES: Record<string, string> = { csv: 'text/csv', parquet: 'application/vnd.apache.parquet' };

interface ExportFlags {
  what: 'trades' | 'equity';
  out: string;
}

/** `backtest export`: the trades or the equity curve of a stored backtest as a file. */
export function addExport(backtest: Command, shell: Shell): void {
  backtest
    .command('export <id>')
    .description('write the trades or the equity of a stored backtest as CSV or Parquet')
    .addOption(new Option('--what <what>').choices(['trades', 'equity']).default('trades'))
    .requiredOption('--out <file>', 'its name ends in .csv or .parquet')
    .action(async (id: string, { what, out }: ExportFlags) => {
      const accept = typeOf(out);
      const bytes = await download(shell, { path: `/backtests/${encodeURIComponent(id)}/${what}`, accept });
      const file = await writeWhole(out, bytes);
      if (shell.json()) return printJson({ id, what, file, bytes: bytes.length });
      say(`${file}: ${bytes.length} bytes`);
    });
}

/** A file that is there whole or not at all. */
export async function writeWhole(out: string, bytes: Uint8Array | string): Promise<string> {
  const file = resolve(out);
  const draft = `${file}.${process.pid}.new`;
  await writeFile(draft, bytes);
  await rename(draft, file);
  return file;
}

/** @throws InvalidInputError naming the endings that are known. */
function typeOf(out: string): string {
  const ending = /\.([a-z]+)$/i.exec(out)?.[1]?.toLowerCase() ?? '';
  const type = Object.hasOwn(TYPES, ending) ? TYPES[ending] : undefined;
  if (type) return type;
  throw new InvalidInputError(`--out ${out} says no format; its name must end in .csv or .parquet`);
}

/** @throws what the API answers, UnreachableError where it does not. */
export async function download(
  shell: Shell,
  { path, accept }: { path: string; accept: string },
): Promise<Uint8Array> {
  const { url, headers } = connectApi(shell.config());
  const response = await fetch(`${url}/api/v1${path}`, { headers: { ...headers, accept } }).catch(
    (error: unknown) => {
      throw new UnreachableError(`${url} does not answer: ${messageOf(error)}`);
    },
  );
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw errorOf(response.status, (await response.json().catch(() => undefined)) as { detail?: string });
}
