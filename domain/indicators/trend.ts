import { at, checkPeriod, undefinedColumn } from './averages.js';
import type { Column } from './averages.js';
import { barsSinceHighest, barsSinceLowest } from './extremes.js';
import type { RangeColumns } from './momentum.js';
import { trueRange } from './volatility.js';

export interface Directional {
  plus: Float64Array;
  minus: Float64Array;
  dx: Float64Array;
  adx: Float64Array;
}

/** Wilder's directional movement: +DI, −DI, DX and its average, 0..100. */
export function directionalMovement(bars: RangeColumns, period: number): Directional {
  checkPeriod(period, 2);
  const ranges = trueRange(bars);
  const plus = undefinedColumn(ranges.length);
  const minus = undefinedColumn(ranges.length);
  const dx = undefinedColumn(ranges.length);
  let [up, down, range, before] = [0, 0, 0, 0];
  for (let i = 1; i < ranges.length; i++) {
    const move = directionalMove(bars, i);
    // The first period − 1 moves are summed; only then does the smoothing begin.
    const keep = i < period ? 1 : (period - 1) / period;
    up = up * keep + move.up;
    down = down * keep + move.down;
    range = range * keep + at(ranges, i);
    if (i < period) continue;
    plus[i] = range === 0 ? 0 : (100 * up) / range;
    minus[i] = range === 0 ? 0 : (100 * down) / range;
    if (up + down > 0 && range > 0) before = (100 * Math.abs(up - down)) / (up + down);
    dx[i] = before;
  }
  return { plus, minus, dx, adx: averageDirection({ dx, plus, minus, period }) };
}

/** Percent of the last `period` bars since the highest high and the lowest low: 100 is now. */
export function aroon(
  bars: { high: Column; low: Column },
  period: number,
): { up: Float64Array; down: Float64Array } {
  const percent = (bars: number): number => (100 * (period - bars)) / period;
  return {
    up: barsSinceHighest(bars.high, period + 1).map(percent),
    down: barsSinceLowest(bars.low, period + 1).map(percent),
  };
}

/** Parabolic stop and reverse, in price units. */
export function parabolicSar(
  bars: { high: Column; low: Column },
  options: { acceleration: number; maximum: number },
): Float64Array {
  const result = undefinedColumn(bars.high.length);
  if (result.length < 2) return result;
  const first = directionalMove(bars, 1);
  // A falling market is the rising one mirrored: `side` −1 turns prices upside down.
  let side: 1 | -1 = first.down > 0 ? -1 : 1;
  const top = (i: number): number => (side === 1 ? at(bars.high, i) : -at(bars.low, i));
  const bottom = (i: number): number => (side === 1 ? at(bars.low, i) : -at(bars.high, i));
  let extreme = top(1);
  let stop = bottom(0);
  let pace = options.acceleration;
  for (let i = 1; i < result.length; i++) {
    const previous = Math.max(i - 1, 1);
    if (bottom(i) <= stop) {
      side = side === 1 ? -1 : 1;
      stop = Math.min(-extreme, bottom(previous), bottom(i));
      extreme = top(i);
      pace = options.acceleration;
      result[i] = side * stop;
    } else {
      result[i] = side * stop;
      if (top(i) > extreme) {
        extreme = top(i);
        pace = Math.min(pace + options.acceleration, options.maximum);
      }
    }
    stop = Math.min(stop + pace * (extreme - stop), bottom(previous), bottom(i));
  }
  return result;
}

function directionalMove(bars: { high: Column; low: Column }, i: number): { up: number; down: number } {
  const up = at(bars.high, i) - at(bars.high, i - 1);
  const down = at(bars.low, i - 1) - at(bars.low, i);
  return { up: up > 0 && up > down ? up : 0, down: down > 0 && down > up ? down : 0 };
}

/** Bars without any direction add nothing to the seed and leave the average as it was. */
function averageDirection(args: Omit<Directional, 'adx'> & { period: number }): Float64Array {
  const { dx, plus, minus, period } = args;
  const result = undefinedColumn(dx.length);
  let average = 0;
  for (let i = period; i < dx.length; i++) {
    const directed = at(plus, i) + at(minus, i) > 0;
    if (i < 2 * period) average += directed ? at(dx, i) / period : 0;
    else if (directed) average = (average * (period - 1) + at(dx, i)) / period;
    if (i >= 2 * period - 1) result[i] = average;
  }
  return result;
}
