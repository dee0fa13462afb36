import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { UnreachableError } from '../../domain/errors.js';
import { environment } from '../config.js';
import type { BacktestEngine, EngineJob, EngineOutcome } from '../ports-engines.js';
import { runCommand } from './command.js';
import { beyondOthers, hasParts, readTrades, sizeOf } from './job.js';
import { INSTALL, javaEngines } from './place.js';

const onPath = (command: string): boolean =>
  (environment()['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

/** ta4j as a Java command; 0.17 is the last for Java 17. */
export const ta4j: BacktestEngine = {
  name: 'ta4j',
  licence: 'MIT',
  home: 'java',
  conventions: ['seededAtStart'],
  version: () => javaEngines()?.versions['ta4j'] ?? null,
  missing: () => {
    if (!javaEngines()) return `not installed; ${INSTALL}`;
    return onPath('java')
      ? null
      : 'it needs Java 17 or later; install one (Debian: apt install default-jre-headless)';
  },
  unsupported: (job) =>
    beyondOthers(job) ??
    (job.spec.size.kind === 'units'
      ? null
      : 'it trades the same number of units each time; give --size units:<n>') ??
    (hasParts(job) ? 'it follows decisions to be long, short or flat only' : null),
  run,
};

async function run(job: EngineJob): Promise<EngineOutcome> {
  const installed = javaEngines();
  if (!installed) throw new UnreachableError(`ta4j is not installed; ${INSTALL}`);
  const folder = await mkdtemp(join(tmpdir(), 'finsight-ta4j-'));
  try {
    await writeFile(join(folder, 'bars.bin'), columnBytes(job));
    await writeFile(join(folder, 'job.properties'), jobText(job));
    const path = [installed.place, join(installed.place, 'jars', '*')].join(delimiter);
    const args = ['-Xmx2g', '-XX:+UseSerialGC', '-cp', path, 'Ta4jEngine', 'run', folder];
    const answer = await runCommand({ engine: 'ta4j', command: 'java', args, cwd: folder });
    const result = answer as Omit<EngineOutcome, 'version' | 'trades' | 'refused'>;
    const trades = readTrades(await readFile(join(folder, 'trades.json')));
    return { ...trades, ...result, version: installed.versions['ta4j'] ?? '' };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Seven columns of float64, little-endian, one after the other: Java has no Parquet without Hadoop. */
function columnBytes({ bars, signal }: EngineJob): Uint8Array {
  const columns = [bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume, signal];
  const rows = bars.time.length;
  const view = new DataView(new ArrayBuffer(8 * rows * columns.length));
  columns.forEach((column, c) =>
    column.forEach((value, row) => view.setFloat64(8 * (c * rows + row), value, true)),
  );
  return new Uint8Array(view.buffer);
}

/** The job as lines of `name=value`: columns as `name|args|output|firstValid`, comparisons as six numbers. */
function jobText(job: EngineJob): string {
  const { rule, decide, spec } = job;
  type Comparison = (typeof rule.sides)[number]['enter'];
  const text = ({ left, right }: Comparison): string =>
    [left, right].flatMap(({ column, constant, lag }) => [column, constant, lag]).join(' ');
  const lines = {
    rows: job.bars.time.length,
    decide,
    units: sizeOf(job).amount,
    cash: spec.cash,
    fee: spec.costs.feeBps / 10_000,
    slippage: spec.costs.slippageBps / 10_000,
    columns: rule.columns
      .map(({ name, args, output, firstValid }) => [name, args.join(' '), output, firstValid].join('|'))
      .join(';'),
    sides: rule.sides
      .map(({ direction, enter, exit }) => [direction, text(enter), exit.map(text).join('')].join('|'))
      .join(';'),
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}
