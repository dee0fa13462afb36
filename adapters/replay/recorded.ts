import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { InvalidInputError } from '../../domain/errors.js';
import { isImport } from '../../domain/sources.js';
import { TIMEFRAMES, type Timeframe } from '../../domain/streams.js';
import { HELD_STREAMS, type BarProvider, type ReplayBars, type ReplayMarket } from './provider.js';
import { readBarsFile } from './recorded-bars.js';

interface RecordedMarket extends ReplayMarket {
  file: string;
}

const LAYOUT =
  'ohlcv/<venue>_<timeframe>/<BASEQUOTE>_<timeframe>.csv[.gz], such as ohlcv/binance_spot_1h/BTCUSDT_1h.csv';
const VENUES: Record<string, string> = { binance_usdm: 'binanceusdm', binance_spot: 'binance' };
/** Where several venues recorded a symbol, these serve it first, in this order; the others follow by name. */
const PREFERRED = ['binanceusdm', 'binance'];
const QUOTES = [
  'USDT',
  'USDC',
  'FDUSD',
  'BUSD',
  'TUSD',
  'DAI',
  'USD',
  'EUR',
  'GBP',
  'JPY',
  'TRY',
  'BRL',
  'AUD',
  'BTC',
  'ETH',
  'BNB',
];
/** Assets whose last letter could begin a quote: DOTUSD is DOT-USD, not DO-TUSD. */
const WHOLE = new Set(
  'XBT DOT APT GRT BAT ANT QNT LPT BNT OXT GMT JST MNT LIT FTT HOT CHAT PLT USDT BNB ARB SHIB TRB DGB AMB'.split(
    ' ',
  ),
);
const FILE = /^([A-Z0-9]+)[-_/]?([A-Z0-9]*)_([0-9]+[mhdw])\.csv(\.gz)?$/i;

/** Recorded bars below a directory. Files are read when they are first asked for, and the latest are held. */
export function recordedProvider(directory: string): BarProvider {
  const held = new LRUCache<string, Promise<ReplayBars>>({ max: HELD_STREAMS });
  let listing: Promise<RecordedMarket[]> | null = null;
  const list = (): Promise<RecordedMarket[]> => {
    listing ??= marketsBelow(directory).catch((error: unknown) => {
      listing = null;
      throw error;
    });
    return listing;
  };
  const read = ({ file, timeframe }: RecordedMarket): Promise<ReplayBars> => {
    const known = held.get(file);
    if (known) return known;
    const reading = readBarsFile(file, timeframe);
    held.set(file, reading);
    reading.catch(() => held.delete(file));
    return reading;
  };
  return {
    anySymbol: false,
    markets: list,
    async bars({ exchange, symbol, timeframe }) {
      const found = (await list()).find(
        (each) => each.exchange === exchange && each.symbol === symbol && each.timeframe === timeframe,
      );
      return found ? read(found) : null;
    },
    now: () => Date.now(),
  };
}

async function marketsBelow(directory: string): Promise<RecordedMarket[]> {
  if (isImport({ kind: 'recorded', detail: directory }))
    throw new InvalidInputError(
      `recorded:${directory} is a file that was imported, and no venue; name what to ask instead: --source live, recorded:<directory> or simulated`,
    );
  const root = join(directory, 'ohlcv');
  const folders = await readdir(root).catch(() => null);
  if (!folders)
    throw new InvalidInputError(`No recorded bars: ${root} is no readable directory; expected ${LAYOUT}`);
  const found: RecordedMarket[] = [];
  for (const folder of folders.sort()) {
    const names: string[] = await readdir(join(root, folder)).catch(() => []);
    for (const name of names.sort()) {
      const market = marketOf(folder, name);
      if (market) found.push({ ...market, file: join(root, folder, name) });
    }
  }
  if (found.length === 0) throw new InvalidInputError(`No recorded bars below ${root}; expected ${LAYOUT}`);
  const rank = ({ exchange }: RecordedMarket): number =>
    PREFERRED.indexOf(exchange) + 1 || PREFERRED.length + 1;
  return found.sort((a, b) => rank(a) - rank(b));
}

/** What a file's place says about it; null where it is none of ours. */
export function marketOf(folder: string, name: string): ReplayMarket | null {
  const match = FILE.exec(name);
  const timeframe = match?.[3] ?? '';
  const venue = folder.endsWith(`_${timeframe}`) ? folder.slice(0, -timeframe.length - 1) : '';
  const exchange = VENUES[venue] ?? venue.replace(/_spot$/, '');
  if (!match || !/^[a-z0-9]+$/.test(exchange) || !Object.hasOwn(TIMEFRAMES, timeframe)) return null;
  const symbol = symbolOf((match[1] ?? '').toUpperCase(), (match[2] ?? '').toUpperCase());
  return symbol ? { exchange, symbol, timeframe: timeframe as Timeframe } : null;
}

function symbolOf(first: string, second: string): string | null {
  if (second) return `${first}-${second}`;
  const bases = QUOTES.filter((quote) => first.endsWith(quote) && first.length > quote.length).map((quote) =>
    first.slice(0, -quote.length),
  );
  const base = bases.find((each) => WHOLE.has(each)) ?? bases[0];
  return base ? `${base}-${first.slice(base.length)}` : null;
}
