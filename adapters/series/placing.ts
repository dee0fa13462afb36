import type { AgingOptions } from '../../domain/bars/aging.js';
import {
  DEFAULT_PRICES,
  monthOf,
  placeBars,
  readKey,
  type Placement,
  type Temperature,
} from '../../domain/bars/placement.js';
import { sourceKey } from '../../domain/sources.js';
import { ceilToBar, streamId, timeframeMs } from '../../domain/streams.js';
import type { HybridStores } from './hybrid.js';
import type { Place } from './partitioned.js';

const DAY_MS = 86_400_000;
/** Bars of one move at most: what is read, written and compared at a time. */
const MOST_BARS = 20_000;

export interface PlannedMove {
  from: number;
  to: number;
  placement: Placement;
}

type Spanned = Place & { range: { from: number; to: number } };

export const nameOf = ({ source, stream }: Place): string => `${sourceKey(source)} ${streamId(stream)}`;

/** The streams of both stores, each once, with the span of all their bars. */
export async function placesOf({ recent, old }: HybridStores): Promise<Spanned[]> {
  const places = new Map<string, Spanned>();
  for (const { source, stream, range } of [...(await recent.streams()), ...(await old.streams())]) {
    const held = places.get(nameOf({ source, stream }))?.range ?? range;
    const both = { from: Math.min(held.from, range.from), to: Math.max(held.to, range.to) };
    places.set(nameOf({ source, stream }), { source, stream, range: both });
  }
  return [...places.values()];
}

/**
 * What of a stream should change its store. Months are judged each by itself: those that the recent store has, and of the
 * old one those that were read, since nothing else could bring bars back. Neighbours that go the same way go together.
 */
export async function planned(
  { recent, old, days: usual, prices = DEFAULT_PRICES }: HybridStores,
  { source, stream, range }: Spanned,
  options: AgingOptions,
): Promise<PlannedMove[]> {
  const { now, days = usual, reads } = options;
  const end = Math.min(range.to, ceilToBar(now - days * DAY_MS, stream.timeframe));
  const key = { source, stream, asOf: Infinity };
  const moves: PlannedMove[] = [];
  const judge = (
    at: Temperature,
    span: { from: number; to: number },
    bars: number,
    readBars: number,
  ): void => {
    const placement = placeBars({ at, bars, readBars }, prices);
    if (bars > 0 && placement.to !== at) add(moves, { ...span, placement }, timeframeMs(stream.timeframe));
  };
  const hot = await recent.times({ ...key, range: { from: range.from, to: end } });
  for (let at = range.from, place = 0; at < end;) {
    const { month, to: next } = monthOf(at);
    const span = { from: at, to: Math.min(next, end) };
    const readBars = reads?.get(readKey({ source, stream }, month)) ?? 0;
    let bars = 0;
    for (; place < hot.length && (hot[place] ?? Infinity) < span.to; place++) bars++;
    if (bars > 0) judge('hot', span, bars, readBars);
    else if (readBars > 0) judge('cold', span, (await old.times({ ...key, range: span })).length, readBars);
    at = next;
  }
  return moves;
}

function add(moves: PlannedMove[], move: PlannedMove, step: number): void {
  const last = moves.at(-1);
  const joins =
    last?.to === move.from &&
    last.placement.reason === move.placement.reason &&
    move.to - last.from <= MOST_BARS * step;
  if (!last || !joins) return void moves.push(...cut(move, MOST_BARS * step));
  last.to = move.to;
  last.placement = { ...last.placement, saving: last.placement.saving + move.placement.saving };
}

/** A month of minutes is more than is moved at a time. */
function cut({ from, to, placement }: PlannedMove, most: number): PlannedMove[] {
  const parts: PlannedMove[] = [];
  for (let at = from; at < to; at += most) {
    const end = Math.min(at + most, to);
    const saving = (placement.saving * (end - at)) / (to - from);
    parts.push({ from: at, to: end, placement: { ...placement, saving } });
  }
  return parts;
}
