import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { barsFileSteps } from '../activities/bars/files.js';
import { environment, readConfig } from '../adapters/config.js';
import { openInput } from '../adapters/formats/input.js';
import { openPorts } from '../adapters/open.js';
import { readToolPaths } from '../adapters/toolchain.js';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { seededRandom } from '../domain/random.js';
import { benchBackfill } from './market-backfill.js';
import { benchInflux } from './market-influx.js';
import { benchRange } from './market-range.js';

const ROWS = 1_000_000;
const RUNS = 3;

/** Parts of the benchmark by name; `--part range` runs one, left out: files and sizes alone. */
const PARTS: Record<string, (args: string[]) => Promise<Record<string, unknown>>> = {
  etl: benchEtl,
  range: benchRange,
  influx: benchInflux,
  backfill: benchBackfill,
};

/** `--part etl,range,influx,backfill`: the parts that are named, one after the other. */
export async function benchMarket(args: string[]): Promise<Record<string, unknown>> {
  const named = args.includes('--part') ? (args[args.indexOf('--part') + 1] ?? '') : 'etl';
  const result: Record<string, unknown> = {};
  for (const name of named.split(',')) {
    const part = PARTS[name];
    if (!part) throw new InvalidInputError(`Unknown part "${name}"; known: ${Object.keys(PARTS).join(', ')}`);
    result[name] = await part(args);
  }
  return result;
}

/**
 * ETL from CSV to stored Parquet (parsed, judged, partitioned, written under the lock, quarantine and digest included),
 * with DuckDB's own CSV→Parquet copy and a plain pandas script beside it; then the size of every recorded set.
 * `--python <interpreter with pandas and pyarrow>` names the one to compare with.
 */
async function benchEtl(args: string[]): Promise<Record<string, unknown>> {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  try {
    const csv = join(directory, 'bars.csv');
    await writeBars(csv);
    const python = args[args.indexOf('--python') + 1];
    const runs = { finsight: [] as number[], duckdb: [] as number[] };
    let parquetBytes = 0;
    for (let i = 0; i < RUNS; i++) {
      const dataDir = join(directory, `data-${i}`);
      runs.finsight.push(await timed(() => importFile(csv, dataDir)));
      parquetBytes = bytesBelow(join(dataDir, 'bars'));
      runs.duckdb.push(await timed(() => copyByDuckdb(csv, join(directory, 'duckdb.parquet'))));
    }
    const speed = (seconds: number[]): number => Math.round(ROWS / Math.min(...seconds));
    return {
      rows: ROWS,
      csvBytes: statSync(csv).size,
      barsPerSecond: speed(runs.finsight),
      duckdbCopyPerSecond: speed(runs.duckdb),
      pandas: await pandas(csv, { directory, python: args.includes('--python') ? python : undefined }),
      parquetBytes,
      duckdbParquetBytes: statSync(join(directory, 'duckdb.parquet')).size,
      peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
      recorded: await recordedSizes(directory),
      limits: { barsPerSecond: 500_000, smaller: 0.75 },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** Minutes of a walk in cents, as a venue would publish them. */
async function writeBars(path: string): Promise<void> {
  const file = createWriteStream(path);
  const next = seededRandom('bench');
  let price = 4_000_000;
  let text = 'time,open,high,low,close,volume\n';
  for (let i = 0; i < ROWS; i++) {
    const open = price;
    price = Math.max(100_000, Math.round(price * (1 + (next() - 0.5) / 500)));
    const high = Math.max(open, price) + Math.round(next() * 250);
    const low = Math.min(open, price) - Math.round(next() * 250);
    const time = new Date(Date.UTC(2020, 0, 1) + i * 60_000).toISOString().replace('.000', '');
    text += `${time},${open / 100},${high / 100},${low / 100},${price / 100},${Math.round(next() * 1e6) / 1000}\n`;
    if (text.length < 2 ** 20) continue;
    if (!file.write(text)) await once(file, 'drain');
    text = '';
  }
  file.end(text);
  await once(file, 'finish');
}

async function importFile(path: string, dataDir: string, stream = 'binance/BTC-USDT/1m'): Promise<number> {
  const ports = openPorts(readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir }));
  try {
    const report = await barsFileSteps(ports).importBarsFile({ path, stream });
    if (report.stored !== report.rows)
      throw new Error(`${path}: ${report.stored} of ${report.rows} rows were stored`);
    return report.rows;
  } finally {
    await ports.close();
  }
}

/** What DuckDB does by itself, on one thread as we do. */
async function copyByDuckdb(csv: string, parquet: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(
      `COPY (SELECT * FROM read_csv('${csv}')) TO '${parquet}' (FORMAT parquet, COMPRESSION zstd)`,
    );
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const PANDAS = `
import sys, time
import pandas as pd
start = time.perf_counter()
pd.read_csv(sys.argv[1], parse_dates=["time"]).to_parquet(sys.argv[2], compression="zstd")
print(time.perf_counter() - start)
`;

/** Its reading and writing only, without the start of Python and the import of pandas. */
async function pandas(
  csv: string,
  { directory, python }: { directory: string; python: string | undefined },
): Promise<Record<string, unknown>> {
  const target = join(directory, 'pandas.parquet');
  const seconds: number[] = [];
  try {
    const program = python ?? readToolPaths().mlPython;
    for (let i = 0; i < RUNS; i++) {
      const { stdout } = await promisify(execFile)(program, ['-c', PANDAS, csv, target]);
      seconds.push(Number(stdout));
    }
    return { barsPerSecond: Math.round(ROWS / Math.min(...seconds)), parquetBytes: statSync(target).size };
  } catch (error) {
    const [reason] = messageOf(error).trim().split('\n').slice(-1);
    return {
      skipped: `no pandas (${reason}); --python <interpreter with pandas and pyarrow> compares with one`,
    };
  }
}

/** CSV, DuckDB's ZSTD copy and ours for every recorded set of bars. */
async function recordedSizes(directory: string): Promise<Record<string, unknown>[] | { skipped: string }> {
  const { recordedDir } = readConfig();
  const root = join(recordedDir, 'ohlcv');
  if (!existsSync(root)) return { skipped: `no recorded bars at ${root}` };
  const sizes: Record<string, unknown>[] = [];
  for (const [set, stream] of recordedSets(root)) {
    const dataDir = join(directory, `recorded-${sizes.length}`);
    const csv = join(directory, `recorded-${sizes.length}.csv`);
    if (set.endsWith('.json')) await convert(join(root, set), csv);
    else writeFileSync(csv, await unpacked(join(root, set)));
    await importFile(csv, dataDir, stream);
    const parquet = `${csv}.parquet`;
    await copyByDuckdb(csv, parquet);
    const [csvBytes, bytes] = [statSync(csv).size, bytesBelow(join(dataDir, 'bars'))];
    const smaller = Number((1 - bytes / csvBytes).toFixed(4));
    sizes.push({ set, csvBytes, parquetBytes: bytes, duckdbParquetBytes: statSync(parquet).size, smaller });
  }
  return sizes;
}

/** Files with the streams that they hold. */
function recordedSets(root: string): [string, string][] {
  const hourly = readdirSync(root)
    .filter((folder) => folder.endsWith('_1h'))
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .map((set): [string, string] => [set, `binance/${/([A-Z]+)USDT_/.exec(set)?.[1]}-USDT/1h`]);
  const others: [string, string][] = [
    ['freqtrade/UNITTEST_BTC-1m.json', 'bittrex/UNITTEST-BTC/1m'],
    ['backtesting_py/GOOG.csv', 'nasdaq/GOOG-USD/1d'],
    ['backtesting_py/EURUSD.csv', 'oanda/EUR-USD/1h'],
  ];
  return [...hourly, ...others].filter(([set]) => existsSync(join(root, set)));
}

async function convert(path: string, out: string): Promise<void> {
  const ports = openPorts(readConfig());
  await barsFileSteps(ports).convertBarsFile({ path, out });
  await ports.close();
}

async function unpacked(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of (await openInput(path)).bytes()) parts.push(chunk);
  return Buffer.concat(parts);
}

function bytesBelow(directory: string): number {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.parquet'))
    .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
}
