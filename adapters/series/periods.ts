import type { Bar } from '../../domain/bars.js';
import type { Stream } from '../../domain/streams.js';
import type { ColumnsWrite } from '../ports.js';
import { periodOf, type Grain } from './partitions.js';
import { sliceRows, type Rows } from './rows.js';

/** Bars by the partition that they belong to. */
export function byPeriod(stream: Stream, bars: Bar[], grain: Grain): Map<string, Bar[]> {
  const parts = new Map<string, Bar[]>();
  for (const bar of bars) {
    const period = periodOf(stream.timeframe, bar.time, grain);
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
