import { highest, lowest } from './extremes.js';
import { bars, factor, get, type Indicator } from './indicator.js';
import { macd, ppo, stochasticFast, stochasticRsi, stochasticSlow } from './momentum.js';
import { aroon, parabolicSar } from './trend.js';
import { bollinger } from './volatility.js';

const WIDTH: [number, number] = [-1_000, 1_000];
/** An acceleration above 1 would carry the stop beyond the price. */
const PACE: [number, number] = [0, 1];

export const MACD: Indicator = {
  summary: 'moving average convergence/divergence, its signal line and their distance',
  args: [bars('fast', 12), bars('slow', 26), bars('signal', 9, 1)],
  outputs: ['MACD', 'MACDSIGNAL', 'MACDHIST'],
  compute(columns, args) {
    const periods = { fast: get(args, 0), slow: get(args, 1), signal: get(args, 2) };
    const lines = macd(columns.close, periods);
    return { MACD: lines.macd, MACDSIGNAL: lines.signal, MACDHIST: lines.histogram };
  },
  firstValid: (args) => Math.max(get(args, 0), get(args, 1)) + get(args, 2) - 2,
};

export const PPO: Indicator = {
  summary: 'distance of two simple averages in percent of the slow one',
  args: [bars('fast', 12), bars('slow', 26)],
  outputs: [''],
  compute: (columns, args) => ({ '': ppo(columns.close, { fast: get(args, 0), slow: get(args, 1) }) }),
  firstValid: (args) => Math.max(get(args, 0), get(args, 1)) - 1,
};

export const BB: Indicator = {
  summary: 'Bollinger bands: simple average ± so many population standard deviations',
  args: [bars('period', 20), factor('width', 2, WIDTH)],
  outputs: ['UPPER', 'MIDDLE', 'LOWER'],
  compute(columns, args) {
    const { upper, middle, lower } = bollinger(columns.close, get(args, 0), get(args, 1));
    return { UPPER: upper, MIDDLE: middle, LOWER: lower };
  },
  firstValid: (args) => get(args, 0) - 1,
};

export const DONCHIAN: Indicator = {
  summary: 'Donchian channel: highest high and lowest low, and the middle of the two',
  args: [bars('period', 20, 1)],
  outputs: ['UPPER', 'MIDDLE', 'LOWER'],
  compute(columns, args) {
    const upper = highest(columns.high, get(args, 0));
    const lower = lowest(columns.low, get(args, 0));
    return { UPPER: upper, MIDDLE: upper.map((value, i) => (value + (lower[i] ?? NaN)) / 2), LOWER: lower };
  },
  firstValid: (args) => get(args, 0) - 1,
};

export const STOCH: Indicator = {
  summary: 'slow stochastic, 0..100',
  args: [bars('k', 5, 1), bars('slowK', 3, 1), bars('d', 3, 1)],
  outputs: ['SLOWK', 'SLOWD'],
  compute(columns, args) {
    const { k, d } = stochasticSlow(columns, { k: get(args, 0), slowK: get(args, 1), d: get(args, 2) });
    return { SLOWK: k, SLOWD: d };
  },
  firstValid: (args) => get(args, 0) + get(args, 1) + get(args, 2) - 3,
};

export const STOCHF: Indicator = {
  summary: 'fast stochastic, 0..100',
  args: [bars('k', 5, 1), bars('d', 3, 1)],
  outputs: ['K', 'D'],
  compute(columns, args) {
    const { k, d } = stochasticFast(columns, { k: get(args, 0), d: get(args, 1) });
    return { K: k, D: d };
  },
  firstValid: (args) => get(args, 0) + get(args, 1) - 2,
};

export const STOCHRSI: Indicator = {
  summary: 'fast stochastic of the RSI, 0..100',
  args: [bars('rsi', 14), bars('k', 5, 1), bars('d', 3, 1)],
  outputs: ['K', 'D'],
  compute(columns, args) {
    const { k, d } = stochasticRsi(columns.close, { rsi: get(args, 0), k: get(args, 1), d: get(args, 2) });
    return { K: k, D: d };
  },
  firstValid: (args) => get(args, 0) + get(args, 1) + get(args, 2) - 2,
};

export const AROON: Indicator = {
  summary: 'how lately the window had its lowest low and highest high, 100 is now',
  args: [bars('period', 14)],
  outputs: ['DOWN', 'UP'],
  compute(columns, args) {
    const { up, down } = aroon(columns, get(args, 0));
    return { DOWN: down, UP: up };
  },
  firstValid: (args) => get(args, 0),
};

export const SAR: Indicator = {
  summary: 'parabolic stop and reverse, in price units',
  args: [factor('acceleration', 0.02, PACE), factor('maximum', 0.2, PACE)],
  outputs: [''],
  compute: (columns, args) => ({
    '': parabolicSar(columns, { acceleration: get(args, 0), maximum: get(args, 1) }),
  }),
  firstValid: () => 1,
};
