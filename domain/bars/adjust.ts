import type { BarColumns } from '../bars.js';
import { InvalidInputError } from '../errors.js';
import { columnsBy } from './columns.js';

/**
 * What changes prices without a trade. `time` (epoch ms) is when the new price holds for the first time: bars that open
 * earlier are adjusted. A split of `ratio` 4 makes four units of one; a dividend's `amount` is in the quote currency.
 */
export type CorporateAction =
  { kind: 'split'; time: number; ratio: number } | { kind: 'dividend'; time: number; amount: number };

/**
 * Ascending bars with earlier prices brought to the scale of the latest ones: a split divides prices and multiplies
 * volumes by its ratio; a dividend multiplies prices by 1 − amount / last close before it, and leaves volumes.
 * `factors` is by what each bar's prices were multiplied.
 * @throws InvalidInputError naming the action that cannot be.
 */
export function adjustBars(
  bars: BarColumns,
  actions: readonly CorporateAction[],
): { columns: BarColumns; factors: Float64Array } {
  const rows = bars.time.length;
  const factors = new Float64Array(rows).fill(1);
  const ratios = new Float64Array(rows).fill(1);
  for (const action of actions) {
    const before = firstAtOrAfter(bars.time, action.time);
    if (before === 0) continue;
    const factor = factorOf(action, bars.close[before - 1] ?? NaN);
    for (let i = 0; i < before; i++) {
      factors[i] = (factors[i] ?? 1) * factor;
      if (action.kind === 'split') ratios[i] = (ratios[i] ?? 1) * action.ratio;
    }
  }
  const columns = columnsBy((name) => {
    if (name === 'time') return bars.time.slice();
    const by = name === 'volume' ? ratios : factors;
    return bars[name].map((value, i) => value * (by[i] ?? 1));
  });
  return { columns, factors };
}

function factorOf(action: CorporateAction, closeBefore: number): number {
  const when = new Date(action.time).toISOString();
  if (action.kind === 'split') {
    if (action.ratio > 0 && Number.isFinite(action.ratio)) return 1 / action.ratio;
    throw new InvalidInputError(`The split at ${when} has the ratio ${action.ratio}; it must be above 0`);
  }
  if (action.amount >= 0 && action.amount < closeBefore) return 1 - action.amount / closeBefore;
  throw new InvalidInputError(
    `The dividend at ${when} is ${action.amount}; it must be from 0 and below the close before it, ${closeBefore}`,
  );
}

/** The first place whose time is not before `time`. */
function firstAtOrAfter(times: Float64Array, time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? NaN) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
