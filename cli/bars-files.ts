import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Option, type Command } from 'commander';
import type { BarsFile } from '../activities/bars/file-judging.js';
import { barsFileSteps } from '../activities/bars/files.js';
import { storedBarsSteps } from '../activities/bars/stored.js';
import { transformSteps } from '../activities/bars/transform.js';
import { openPorts } from '../adapters/open.js';
import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import { canonicalStream, parseStream } from '../domain/streams.js';
import { importByUpload } from './bars-upload.js';
import { printJson, printTable } from './output.js';
import { given, type Shell } from './shell.js';

type FileOptions = Omit<BarsFile, 'path'>;
interface StoredOptions {
  source?: string;
  from?: string;
  to?: string;
  asOf?: string;
}

/**
 * `bars import|export|convert|check|resample`. They work on files of this machine and on the stores of this data
 * directory, in process: beside a running platform, too, whose writers and ours wait for each other.
 */
export function addBarsFiles(bars: Command, shell: Shell): void {
  const run: Run = async (work) => {
    const ports = openPorts(shell.config());
    try {
      const report = await work(ports);
      if (report !== null) print(shell, report);
    } finally {
      await ports.close();
    }
  };
  addImport(bars, run, shell);
  addExport(bars, run);
  addConvert(bars, run);
  addCheck(bars, run);
  addResample(bars, run);
}

/** Does the work in process and prints its report, if it has one. */
type Run = (work: (ports: Ports) => Promise<object | null>) => Promise<void>;

function addImport(bars: Command, run: Run, shell: Shell): void {
  addLayoutOptions(bars.command('import <file>'))
    .description('put a file of bars into the store')
    .requiredOption('--stream <stream>', 'such as binance/BTC-USDT/1h')
    .option('--known-at <time>', 'when these values became known: corrections of stored bars need it')
    .option('--upload', 'send it to the running platform, which keeps the file and imports it by a run')
    .action((file: string, options: FileOptions & { stream: string; knownAt?: string; upload?: boolean }) => {
      const { upload, ...input } = options;
      const path = resolve(file);
      if (upload) return importUploaded(shell, path, input);
      return run((ports) => barsFileSteps(ports).importBarsFile({ ...given(input), path }));
    });
}

async function importUploaded(
  shell: Shell,
  path: string,
  input: FileOptions & { stream: string; knownAt?: string },
): Promise<void> {
  const stream = canonicalStream(input.stream);
  // The format is known by what stands in the file, or by its name: a run takes no other.
  const { format, ...rest } = input;
  if (format !== undefined)
    throw new InvalidInputError('--upload knows the format by the file; leave --format out');
  print(shell, await importByUpload(shell.config(), path, given({ ...rest, stream })));
}

function print(shell: Shell, report: object): void {
  if (shell.json()) printJson(report);
  else printTable(Object.entries(report).map(([what, value]) => ({ what, value: shown(value) })));
}

function addExport(bars: Command, run: Run): void {
  addStoredOptions(bars.command('export <stream>'))
    .description('put stored bars into a file, or on stdout')
    .option(
      '--format <format>',
      'csv, json, ndjson, parquet, arrow, arrows; by the name of --out where it says it',
    )
    .option('--out <file>')
    .action((stream: string, options: StoredOptions & { format?: string; out?: string }) =>
      run(async (ports) => {
        const { out, ...rest } = options;
        const format = options.format ?? ports.formats.formatOf(out ?? '') ?? 'csv';
        const input = { ...given(rest), stream, format };
        if (out !== undefined)
          return storedBarsSteps(ports).exportStoredBars({ ...input, out: resolve(out) });
        if (process.stdout.isTTY && /parquet|arrow/.test(format))
          throw new InvalidInputError(`${format} is not for a screen; give --out <file>`);
        await pipeline(storedBarsSteps(ports).encodeStoredBars(input), process.stdout, { end: false });
        return null;
      }),
    );
}

function addConvert(bars: Command, run: Run): void {
  addLayoutOptions(bars.command('convert <in> <out>'))
    .description('write a file of bars in another format')
    .option(
      '--to <format>',
      'csv, json, ndjson, parquet, arrow, arrows; by the name of <out> where it says it',
    )
    .option('--stream <stream>', 'whose bars they are')
    .option('--timeframe <timeframe>', 'length of a bar; by the rows where it is not given')
    .action((path: string, out: string, options: FileOptions & { to?: string; stream?: string }) =>
      run((ports) =>
        barsFileSteps(ports).convertBarsFile({ ...given(options), path: resolve(path), out: resolve(out) }),
      ),
    );
}

function addCheck(bars: Command, run: Run): void {
  addStoredOptions(addLayoutOptions(bars.command('check <file|stream>')))
    .description('what is wrong with a file of bars, or with a stored stream')
    .option('--stream <stream>', 'whose bars the file has')
    .option('--timeframe <timeframe>', 'length of a bar; by the rows where it is not given')
    .option('--against <stream>', 'another venue to compare a stored stream with')
    .action((what: string, options: FileOptions & StoredOptions & { against?: string }) =>
      run((ports): Promise<object> =>
        isStream(what)
          ? storedBarsSteps(ports).checkStoredBars({ ...given(options), stream: what })
          : barsFileSteps(ports).checkBarsFile({ ...given(options), path: resolve(what) }),
      ),
    );
}

function addResample(bars: Command, run: Run): void {
  const rule = new Option('--incomplete <rule>', 'bars that lack shorter ones: left out, or kept and named');
  addStoredOptions(bars.command('resample <stream> <timeframe>'))
    .description('make longer bars of stored ones')
    .addOption(rule.choices(['drop', 'mark']))
    .action((stream: string, timeframe: string, options: StoredOptions & { incomplete?: 'drop' | 'mark' }) =>
      run((ports) => transformSteps(ports).resampleStoredBars({ ...given(options), stream, timeframe })),
    );
}

/** A file of that name is meant before a stream is. */
function isStream(what: string): boolean {
  if (existsSync(what)) return false;
  try {
    parseStream(what);
    return true;
  } catch (error) {
    if (/^[a-z0-9]+\/[^/.]+\/[^/.]+$/.test(what)) throw error;
    return false;
  }
}

/** How a file of bars is read, for every command that reads one. */
export function addLayoutOptions(command: Command): Command {
  const local = new Option('--local', 'in this process (these commands always are)').hideHelp();
  return command
    .addOption(local)
    .option('--format <format>', 'csv, json, ndjson, parquet, arrow, arrows; by what stands in the file')
    .option(
      '--columns <list>',
      'time,open,high,low,close,volume by place (_ skips one), or time=<name>,… by name',
    )
    .addOption(new Option('--time-unit <unit>', 'of epoch times').choices(['s', 'ms', 'us', 'ns']))
    .addOption(new Option('--dates <order>', 'of day, month and year').choices(['ymd', 'dmy', 'mdy']))
    .addOption(new Option('--decimal <mark>', 'of numbers').choices(['point', 'comma']))
    .option('--adjusted', 'prices adjusted for splits and dividends (Adj Close)');
}

function addStoredOptions(command: Command): Command {
  if (!command.options.some((option) => option.long === '--local'))
    command.addOption(new Option('--local', 'in this process (these commands always are)').hideHelp());
  return command
    .option('--source <kind>', 'live, recorded, simulated[:<seed>]: where several are stored')
    .option('--from <time>')
    .option('--to <time>')
    .option('--as-of <time>', 'only what was known then');
}

/** A value in a cell of a table. */
function shown(value: unknown): unknown {
  if (!Array.isArray(value))
    return typeof value === 'object' && value !== null ? JSON.stringify(value) : value;
  const first = value.slice(0, 3).map((each) => JSON.stringify(each));
  return value.length > 3 ? `${value.length}: ${first.join(' ')} …` : first.join(' ');
}
