import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readToolPaths } from '../../adapters/toolchain.js';
import { messageOf } from '../../domain/errors.js';
import { seededRandom } from '../../domain/random.js';
import type { MarketPart } from '../market.js';
import { bytesBelow, copyByDuckdb, importFile } from './files.js';
import { timed } from './times.js';

const ROWS = 1_000_000;
const RUNS = 3;

/**
 * From CSV to stored Parquet (parsed, judged, partitioned, written under the lock, quarantine and digest included),
 * with DuckDB's own CSV→Parquet copy and a plain pandas script beside it: the best of three.
 */
export const benchEtl: MarketPart = async ({ directory, python }) => {
  const csv = join(directory, 'bars.csv');
  await writeBars(csv);
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
    pandas: await pandas(csv, { directory, python }),
    parquetBytes,
    duckdbParquetBytes: statSync(join(directory, 'duckdb.parquet')).size,
    peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
    limits: { barsPerSecond: 500_000 },
  };
};

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
