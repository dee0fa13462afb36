import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError, messageOf } from '../../domain/errors.js';
import { TIMEFRAMES, timeframeMs, type Timeframe } from '../../domain/streams.js';
import type { BarProvider, ReplayMarket } from './provider.js';

const VENUES: Record<string, string> = { binance_usdm: 'binanceusdm', binance_spot: 'binance' };
const QUOTES = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'TUSD', 'USD', 'EUR', 'GBP', 'TRY', 'BTC', 'ETH', 'BNB'];
const FILE = /^([A-Z0-9]+)_([0-9]+[mhdw])\.csv(\.gz)?$/i;

/** Recorded bars below `<directory>/ohlcv/<venue>_<timeframe>/<BASEQUOTE>_<timeframe>.csv[.gz]`. */
export function recordedProvider(directory: string): BarProvider {
  let index: Promise<(ReplayMarket & { file: string })[]> | null = null;
  const loaded = new Map<string, Promise<BarColumns>>();
  const list = (): Promise<(ReplayMarket & { file: string })[]> => (index ??= indexOf(directory));
  const load = (file: string): Promise<BarColumns> => {
    const bars = loaded.get(file) ?? readCsv(file);
    loaded.set(file, bars);
    return bars;
  };
  return {
    markets: list,
    async bars({ exchange, symbol, timeframe }) {
      const found = (await list()).find(
        (each) => each.exchange === exchange && each.symbol === symbol && each.timeframe === timeframe,
      );
      return found ? load(found.file) : null;
    },
    /** A recording's venue has no clock: each stream ends with its own last bar. */
    now: async () => Date.now(),
  };
}

async function indexOf(directory: string): Promise<(ReplayMarket & { file: string })[]> {
  const root = join(directory, 'ohlcv');
  const folders = await readdir(root, { withFileTypes: true }).catch(() => null);
  const layout = 'ohlcv/<venue>_<timeframe>/<BASEQUOTE>_<timeframe>.csv[.gz]';
  if (!folders) throw new InvalidInputError(`No recorded bars below ${directory}; expected ${layout}`);
  const found: (ReplayMarket & { file: string })[] = [];
  for (const folder of folders
    .filter((each) => each.isDirectory())
    .sort((a, b) => (a.name < b.name ? 1 : -1)))
    for (const name of (await readdir(join(root, folder.name))).sort()) {
      const market = marketOf(folder.name, name);
      if (market) found.push({ ...market, file: join(root, folder.name, name) });
    }
  if (found.length === 0) throw new InvalidInputError(`No recorded bars below ${root}; expected ${layout}`);
  return found;
}

function marketOf(folder: string, name: string): ReplayMarket | null {
  const match = FILE.exec(name);
  const timeframe = match?.[2] ?? '';
  const venue = folder.replace(new RegExp(`_${timeframe}$`), '');
  if (!match || venue === folder || !Object.hasOwn(TIMEFRAMES, timeframe)) return null;
  const pair = (match[1] ?? '').toUpperCase();
  const quote = QUOTES.find((each) => pair.endsWith(each) && pair.length > each.length);
  if (!quote) return null;
  const exchange = VENUES[venue] ?? venue.replace(/_spot$/, '');
  return { exchange, symbol: `${pair.slice(0, -quote.length)}-${quote}`, timeframe: timeframe as Timeframe };
}

const NAMES: Record<string, keyof BarColumns> = {
  time: 'time',
  timestamp: 'time',
  date: 'time',
  datetime: 'time',
  open_time: 'time',
  open: 'open',
  high: 'high',
  low: 'low',
  close: 'close',
  volume: 'volume',
};

/** Columns by their header names; a cell that is no number stays NaN, so that the collector can refuse the row. */
async function readCsv(file: string): Promise<BarColumns> {
  const rows: Record<keyof BarColumns, number[]> = {
    time: [],
    open: [],
    high: [],
    low: [],
    close: [],
    volume: [],
  };
  let header: (keyof BarColumns | undefined)[] | null = null;
  try {
    const raw = createReadStream(file);
    const input = file.endsWith('.gz') ? raw.pipe(createGunzip()).on('error', (e) => raw.destroy(e)) : raw;
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const cells = line.split(',');
      if (!header) header = readHeader(cells, file);
      else if (line.trim()) header.forEach((name, i) => name && rows[name].push(valueOf(name, cells[i])));
    }
  } catch (error) {
    throw new DataQualityError(`Cannot read the recording ${file}: ${messageOf(error)}`);
  }
  return ascending(rows);
}

function readHeader(cells: string[], file: string): (keyof BarColumns | undefined)[] {
  const header = cells.map(
    (cell) =>
      NAMES[
        cell
          .trim()
          .replace(/^\uFEFF|"/g, '')
          .toLowerCase()
          .replace(' ', '_')
      ],
  );
  const missing = [...new Set(Object.values(NAMES))].filter((name) => !header.includes(name));
  if (missing.length === 0) return header;
  throw new DataQualityError(
    `${file} has no column ${missing.join(', ')}; expected time,open,high,low,close,volume`,
  );
}

function valueOf(name: keyof BarColumns, cell: string | undefined): number {
  const text = (cell ?? '').trim().replace(/^"|"$/g, '');
  if (name !== 'time') return text === '' ? NaN : Number(text);
  if (/^\d+(\.\d+)?$/.test(text)) return epochMs(Number(text));
  return Date.parse(
    /[Zz]|[+-]\d\d:?\d\d$/.test(text)
      ? text
      : `${text.replace(' ', 'T')}${text.includes(':') ? '' : 'T00:00:00'}Z`,
  );
}

/** Epoch seconds, milliseconds, microseconds or nanoseconds, told apart by their size (years 2001 to 2286). */
function epochMs(value: number): number {
  if (value < 1e10) return value * 1000;
  if (value < 1e13) return value;
  return value < 1e16 ? value / 1000 : value / 1e6;
}

function ascending(rows: Record<keyof BarColumns, number[]>): BarColumns {
  const order = rows.time.map((_, i) => i).sort((a, b) => (rows.time[a] ?? 0) - (rows.time[b] ?? 0));
  const pick = (name: keyof BarColumns): Float64Array =>
    Float64Array.from(order, (i) => rows[name][i] ?? NaN);
  return {
    time: pick('time'),
    open: pick('open'),
    high: pick('high'),
    low: pick('low'),
    close: pick('close'),
    volume: pick('volume'),
  };
}

/** Close of the last bar, epoch ms. */
export const endOf = (bars: BarColumns, timeframe: Timeframe): number =>
  (bars.time.at(-1) ?? 0) + timeframeMs(timeframe);
