import { sma } from '../indicators/averages.js';
import type { Strategy } from './strategy.js';

const length = (standard: number, help: string) => ({
  default: standard,
  min: 1,
  max: 10_000,
  integer: true,
  help,
});

/** Relative: running sums of equal prices differ by roundings, which are no crossing. */
const ROUNDING = 1e-12;

export const smaCross: Strategy = {
  name: 'sma-cross',
  summary: 'Long while the fast moving average of closes is above the slow one, else flat',
  params: { fast: length(20, 'bars of the fast average'), slow: length(100, 'bars of the slow average') },
  fault: ({ fast = 0, slow = 0 }) => (fast < slow ? null : `fast (${fast}) must be below slow (${slow})`),
  warmUp: ({ slow = 0 }) => slow - 1,
  rule: ({ fast = NaN, slow = NaN }) => ({
    long: {
      enter: { left: { name: 'SMA', args: [fast] }, right: { name: 'SMA', args: [slow] } },
      exit: 'otherwise',
    },
    short: null,
  }),
  signal({ bars, params }) {
    const fast = sma(bars.close, params['fast'] ?? NaN);
    const slow = sma(bars.close, params['slow'] ?? NaN);
    return Float64Array.from(fast, (value, i) => (value > (slow[i] ?? NaN) * (1 + ROUNDING) ? 1 : 0));
  },
};
