import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { floorToBar, timeframeMs, type Timeframe } from '../streams.js';
import { COLUMNS, columnsBy, isAscending } from './columns.js';
import { scaleOf } from './scale.js';

/** A longer bar that lacks some of its shorter ones. */
export interface IncompleteBar {
  time: number;
  bars: number;
  of: number;
}

export interface Resampled {
  columns: BarColumns;
  /** Left out under `drop`, part of `columns` under `mark`. */
  incomplete: IncompleteBar[];
}

/**
 * Ascending bars as bars of a multiple length: open of the first, highest high, lowest low, close of the last, sum of
 * the volumes (exact in decimals where all volumes are whole numbers of one tick). Bars begin where the venue's do: days at
 * 00:00 UTC, weeks on Monday. A bar that lacks shorter ones is left out (`drop`, the default) or kept and named
 * (`mark`): its open, extremes and volume are then those of what is there.
 * @throws InvalidInputError where the length is no multiple, or the bars are not ascending.
 */
export function resampleBars(
  bars: BarColumns,
  options: { from: Timeframe; to: Timeframe; incomplete?: 'drop' | 'mark' },
): Resampled {
  const { from, to, incomplete: rule = 'drop' } = options;
  const of = multipleOf(from, to);
  if (!isAscending(bars.time)) throw new InvalidInputError('Only bars in ascending order can be resampled');
  const ends = bucketEnds(bars.time, to);
  const incomplete: IncompleteBar[] = [];
  const kept: [number, number][] = [];
  let begin = 0;
  for (const end of ends) {
    const time = floorToBar(bars.time[begin] ?? NaN, to);
    if (end - begin < of) incomplete.push({ time, bars: end - begin, of });
    if (end - begin === of || rule === 'mark') kept.push([begin, end]);
    begin = end;
  }
  return { columns: merged(bars, kept, to), incomplete };
}

/** How many bars of one length make one of the other. @throws InvalidInputError */
export function multipleOf(from: Timeframe, to: Timeframe): number {
  const times = timeframeMs(to) / timeframeMs(from);
  if (Number.isInteger(times) && times >= 1) return times;
  throw new InvalidInputError(
    `Bars of ${to} cannot be made from bars of ${from}: ${to} is not a whole multiple of ${from}`,
  );
}

/** Where each longer bar ends, as places in `time`. */
function bucketEnds(time: Float64Array, to: Timeframe): number[] {
  const ends: number[] = [];
  const length = timeframeMs(to);
  let limit = -Infinity;
  for (let i = 0; i < time.length; i++) {
    const each = time[i] ?? NaN;
    if (each < limit) continue;
    if (i > 0) ends.push(i);
    limit = floorToBar(each, to) + length;
  }
  if (time.length > 0) ends.push(time.length);
  return ends;
}

function merged(bars: BarColumns, spans: [number, number][], to: Timeframe): BarColumns {
  const scale = scaleOf(bars.volume);
  const power = scale === null ? 1 : 10 ** scale;
  const volumes = scale === null ? bars.volume : bars.volume.map((value) => Math.round(value * power));
  const made = columnsBy(() => new Float64Array(spans.length));
  spans.forEach(([begin, end], i) => {
    let [high, low, volume] = [-Infinity, Infinity, 0];
    for (let place = begin; place < end; place++) {
      high = Math.max(high, bars.high[place] ?? NaN);
      low = Math.min(low, bars.low[place] ?? NaN);
      volume += volumes[place] ?? NaN;
    }
    const values = [
      floorToBar(bars.time[begin] ?? NaN, to),
      bars.open[begin] ?? NaN,
      high,
      low,
      bars.close[end - 1] ?? NaN,
      volume / power,
    ];
    COLUMNS.forEach((name, column) => (made[name][i] = values[column] ?? NaN));
  });
  return made;
}
