import type { BarsKey, TimeRange } from '../../domain/bars.js';
import { InvalidInputError } from '../../domain/errors.js';
import { DEFAULT_PRICES, type StoragePrices } from '../../domain/bars/placement.js';
import { sourceKey } from '../../domain/sources.js';
import { streamId, type Stream } from '../../domain/streams.js';
import { redacted } from '../addresses.js';
import type { BarsWrite, SeriesPort, StoredBar } from '../ports.js';
import { movePieces } from './copy.js';
import { mergeBars, rowsFrom, versionKey } from './merge.js';
import { seriesOf } from './partitioned.js';
import type { Rows } from './columns.js';

const DAY_MS = 86_400_000;

/** The two stores of a hybrid one, and how old a bar must be for the old one. */
export interface HybridStores {
  recent: SeriesPort;
  old: SeriesPort;
  days: number;
  prices?: StoragePrices;
}

const FORM =
  'hybrid:?recent=<address, percent-encoded>&old=<address, percent-encoded>&days=90[&prices=hot:0.25,cold:0.023,read:0.09]';

/** @throws InvalidInputError naming what is wrong and the right form. */
export function readHybridAddress(address: string): {
  recent: string;
  old: string;
  days: number;
  prices: StoragePrices;
} {
  const options = new URLSearchParams(address.slice(address.indexOf('?') + 1));
  const [recent = '', old = '', days = ''] = ['recent', 'old', 'days'].map((name) => options.get(name) ?? '');
  const prices = pricesOf(options.get('prices'));
  options.delete('prices');
  const right =
    recent && old && recent !== old && /^[1-9]\d*$/.test(days) && [...options.keys()].length === 3;
  if (right && ![recent, old].some((each) => each.startsWith('hybrid:')) && prices)
    return { recent, old, days: Number(days), prices };
  throw new InvalidInputError(
    `Unusable hybrid address ${redacted(address)}: it needs two different addresses and a number of days, and prices may be given; the form is ${FORM}`,
  );
}

/**
 * Recent bars in one store, old ones in another. A new version goes where its bar's age says; a read merges the
 * versions of both, so it is right wherever a version lies and also while bars are moved (see movePieces).
 */
export function hybridSeries(
  { recent, old, days, prices }: HybridStores,
  options: { now?: () => number } = {},
): SeriesPort {
  const now = options.now ?? Date.now;
  // The old store is read last: what left the recent one in between is there already.
  const versions = async (key: BarsKey): Promise<StoredBar[]> =>
    mergedVersions(await recent.versions(key), await old.versions(key));

  const series = seriesOf({
    async write(write) {
      const fresh = await freshVersions(write, { versions, now: now() });
      const border = now() - days * DAY_MS;
      const later = fresh.filter((bar) => bar.time >= border);
      const earlier = fresh.filter((bar) => bar.time < border);
      const stored = [
        await recent.write({ ...write, bars: later, exact: true }),
        await old.write({ ...write, bars: earlier, exact: true }),
      ];
      return { stored: stored.reduce((sum, each) => sum + each.stored, 0) };
    },
    versions,
    all: async (key) => rowsFrom(await versions(key)),
    async some(key, page): Promise<Rows> {
      // The first (or last) bars of both hold the first (or last) of all; a bar's latest version is in one of them.
      const [a, b] = [await recent.read({ ...key, ...page }), await old.read({ ...key, ...page })];
      return rowsFrom([...a, ...b].sort((x, y) => x.time - y.time || x.knownAt - y.knownAt));
    },
    async remove(what) {
      const removed = [await recent.remove(what), await old.remove(what)];
      return { removed: removed.reduce((sum, each) => sum + each.removed, 0) };
    },
    streams: (only) => mergedStreams(recent, old, only),
    async close() {
      await recent.close();
      await old.close();
    },
  });
  return {
    ...series,
    seals: async (place) => [...((await recent.seals?.(place)) ?? []), ...((await old.seals?.(place)) ?? [])],
    aging: { days, move: (what) => movePieces({ recent, old, days, ...(prices && { prices }) }, what) },
  };
}

/** `hot:0.25,cold:0.023,read:0.09`, each of which may be left out; null where it is none. */
function pricesOf(text: string | null): StoragePrices | null {
  const prices = { ...DEFAULT_PRICES };
  for (const pair of (text ?? '').split(',').filter(Boolean)) {
    const [, name, value] = /^(hot|cold|read):(\d+(?:\.\d+)?)$/.exec(pair) ?? [];
    if (!name) return null;
    prices[({ hot: 'hotGbMonth', cold: 'coldGbMonth', read: 'coldGbRead' } as const)[name as 'hot']] =
      Number(value);
  }
  return prices;
}

function mergedVersions(a: StoredBar[], b: StoredBar[]): StoredBar[] {
  const merged = new Map([...b, ...a].map((bar) => [versionKey(bar), bar]));
  return [...merged.values()].sort((x, y) => x.time - y.time || x.knownAt - y.knownAt);
}

/** The versions that neither store has, as the merging of a single store would have added them. */
async function freshVersions(
  { stream, source, bars }: BarsWrite,
  { versions, now }: { versions: (key: BarsKey) => Promise<StoredBar[]>; now: number },
): Promise<StoredBar[]> {
  if (bars.length === 0) return [];
  const range = bars.reduce(
    ({ from, to }, { time }) => ({ from: Math.min(from, time), to: Math.max(to, time + 1) }),
    { from: Infinity, to: -Infinity },
  );
  const held = await versions({ stream, source, range, asOf: Infinity });
  const given = bars.map((bar) => ({ ...bar, origin: source.detail }));
  const correctedAt = source.kind === 'live' ? now : null;
  const { all } = mergeBars(held, given, { name: streamId(stream), correctedAt });
  const known = new Set(held);
  return all.filter((bar) => !known.has(bar));
}

type Listed = Awaited<ReturnType<SeriesPort['streams']>>[number];

async function mergedStreams(recent: SeriesPort, old: SeriesPort, only?: Stream): Promise<Listed[]> {
  const keyOf = ({ source, stream }: Listed): string => `${sourceKey(source)} ${streamId(stream)}`;
  const found = new Map((await recent.streams(only)).map((each) => [keyOf(each), each]));
  for (const earlier of await old.streams(only)) {
    const later = found.get(keyOf(earlier));
    found.set(keyOf(earlier), later ? await joined({ recent, old }, later, earlier) : earlier);
  }
  return [...found.values()];
}

/** Bars that lie in both stores, such as corrected or half-moved ones, count once. */
async function joined(
  { recent, old }: { recent: SeriesPort; old: SeriesPort },
  later: Listed,
  earlier: Listed,
): Promise<Listed> {
  const both: TimeRange = {
    from: Math.max(later.range.from, earlier.range.from),
    to: Math.min(later.range.to, earlier.range.to),
  };
  let twice = 0;
  if (both.from < both.to) {
    const key = { stream: later.stream, source: later.source, range: both, asOf: Infinity };
    const times = new Set(await recent.times(key));
    twice = (await old.times(key)).filter((time) => times.has(time)).length;
  }
  const newest = later.range.to >= earlier.range.to ? later : earlier;
  return {
    ...newest,
    range: {
      from: Math.min(later.range.from, earlier.range.from),
      to: Math.max(later.range.to, earlier.range.to),
    },
    bars: later.bars + earlier.bars - twice,
    broken: [...later.broken, ...earlier.broken],
  };
}
