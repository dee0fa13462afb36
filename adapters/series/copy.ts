import { DataQualityError } from '../../domain/errors.js';
import { floorToBar, streamId, timeframeMs } from '../../domain/streams.js';
import { equalValues, type TimeRange } from '../../domain/bars.js';
import type { AgedPiece, AgingOptions } from '../../domain/bars/aging.js';
import type { SeriesPort, StoredBar } from '../ports.js';
import type { HybridStores } from './hybrid.js';
import { nameOf, placesOf, planned } from './placing.js';
import type { Place } from './partitioned.js';

/** Bars of one piece of work: what is read, written and compared at a time. */
const PIECE_BARS = 20_000;

/** Ranges of at most so many bars that together are the range, ascending. */
export function piecesOf({ stream }: Place, { from, to }: TimeRange): TimeRange[] {
  const size = PIECE_BARS * timeframeMs(stream.timeframe);
  const pieces: TimeRange[] = [];
  for (let at = floorToBar(from, stream.timeframe); at < to; at += size)
    pieces.push({ from: at, to: Math.min(at + size, to) });
  return pieces;
}

/**
 * Copies every version of a range, with its origin, and compares what then lies in both.
 * @returns the versions that are in both now.
 * @throws DataQualityError naming the first version that the other store does not tell.
 */
export async function copyVersions(
  stores: { from: SeriesPort; to: SeriesPort },
  { source, stream }: Place,
  range: TimeRange,
): Promise<StoredBar[]> {
  const key = { source, stream, range, asOf: Infinity };
  const versions = await stores.from.versions(key);
  for (const origin of new Set(versions.map((bar) => bar.origin)))
    await stores.to.write({
      stream,
      source: { ...source, detail: source.kind === 'recorded' ? origin : source.detail },
      bars: versions.filter((bar) => bar.origin === origin),
      exact: true,
    });
  const copied = new Map<number, StoredBar[]>();
  for (const bar of await stores.to.versions(key))
    copied.set(bar.time, [...(copied.get(bar.time) ?? []), bar]);
  for (const bar of versions) {
    // A version that tells nothing new is not stored again: what was known at its time must be equal.
    const told = copied.get(bar.time)?.findLast((each) => each.knownAt <= bar.knownAt);
    if (!told || !equalValues(told, bar))
      throw new DataQualityError(
        `${streamId(stream)}: the bar of ${new Date(bar.time).toISOString()} known at ${bar.knownAt} is not in the other ` +
          'store as it was; that store holds another history of this stream: choose an empty one',
      );
  }
  return versions;
}

/**
 * Moves bars between the stores of a hybrid one as placeBars wants it, see planned. A piece is copied, compared, told, and
 * then exactly what was copied is removed, so a correction that comes meanwhile stays and is moved by the next run. It may
 * be ended anywhere and started again, at the cursor of the last piece or anew.
 */
export async function* movePieces(stores: HybridStores, options: AgingOptions): AsyncGenerator<AgedPiece> {
  const { dryRun = false, cursor, tell } = options;
  const [doneName = '', doneUntil = ''] = cursor?.split('\n') ?? [];
  const named = (await placesOf(stores)).map((place) => ({ place, name: nameOf(place) }));
  for (const { place, name } of named.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (name < doneName) continue;
    const { source, stream } = place;
    for (const { from, to, placement } of await planned(stores, place, options)) {
      if (name === doneName && to <= Number(doneUntil)) continue;
      const stretch = { from, to };
      const [giver, taker] =
        placement.to === 'cold' ? [stores.recent, stores.old] : [stores.old, stores.recent];
      const versions = dryRun
        ? await giver.versions({ source, stream, range: stretch, asOf: Infinity })
        : await copyVersions({ from: giver, to: taker }, place, stretch);
      if (versions.length === 0) continue;
      const count = versions.length;
      const piece = { source, stream, from, to, versions: count, placement, cursor: `${name}\n${to}` };
      if (!dryRun) {
        // Told before it is gone here: a run that ends in between tells it again, and nothing is moved untold.
        await tell?.(piece);
        await giver.remove({ source, stream, bars: versions });
      }
      yield piece;
    }
  }
}
