import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { barsFileSteps } from '../../activities/bars/files.js';
import { readConfig } from '../../adapters/config.js';
import { openInput } from '../../adapters/formats/input.js';
import { openPorts } from '../../adapters/open.js';
import type { MarketPart } from '../market.js';
import { bytesBelow, copyByDuckdb, importFile } from './files.js';

/** CSV, DuckDB's ZSTD copy and ours for every recorded set of bars. */
export const benchSizes: MarketPart = async ({ directory }) => {
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
  return { recorded: sizes, limits: { smallerOnBtcAndEth: 0.75 } };
};

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
