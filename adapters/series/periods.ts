import type { Bar } from '../../domain/bars.js';
import type { Stream } from '../../domain/streams.js';
import type { ColumnsWrite } from '../ports.js';
import { periodOf, type Grain } from './partitions.js';
import { sliceRows, type Rows } from './columns.js';

const DAY_MS = 86_400_000;

/** Bars by the partition that they belong to. */
export function byPeriod(stream: Stream, bars: Bar[], grain: Grain): Map<string, Bar[]> {
  const parts = new Map<string, Bar[]>();
  let day = NaN;
  let period = '';
  for (const bar of bars) {
    // Bars of one day are of one period, and they mostly follow each other.
    if (Math.floor(bar.time / DAY_MS) !== day) {
      day = Math.floor(bar.time / DAY_MS);
      period = periodOf(stream.timeframe, bar.time, grain);
    }
    const part = parts.get(period);
    if (part) part.push(bar);
    else parts.set(period, [bar]);
  }
  return parts;
}

/** Columns of strictly ascending times, cut where periods end. */
export function* slicesByPeriod(
  stream: Stream,
  columns: ColumnsWrite['columns'],
  grain: Grain,
): Generator<[string, Rows]> {
  const { time } = columns;
  const periodAt = (index: number): string => periodOf(stream.timeframe, time[index] ?? NaN, grain);
  for (let from = 0; from < time.length;) {
    const period = periodAt(from);
    let inside = from;
    let outside = time.length;
    while (outside - inside > 1) {
      const middle = (inside + outside) >> 1;
      if (periodAt(middle) === period) inside = middle;
      else outside = middle;
    }
    yield [period, sliceRows(columns, from, outside)];
    from = outside;
  }
}
