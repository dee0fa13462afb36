import type { BarColumns } from '../bars.js';
import type { BacktestArgs } from './engine.js';
import type { RunSpec } from './spec.js';
import { InvalidInputError } from '../errors.js';

/** @throws InvalidInputError naming the first thing that no result could be right for. */
export function checkInput({ bars, signal, spec }: BacktestArgs): void {
  checkBars(bars);
  const n = bars.close.length;
  if (signal.length !== n)
    throw new InvalidInputError(`The signal has ${signal.length} values for ${n} bars; it needs one a bar`);
  const wild = firstWild(signal);
  if (wild >= 0)
    throw new InvalidInputError(
      `Signal ${signal[wild]} at bar ${wild}; it must lie between -1 and 1, or be NaN`,
    );
  checkSpec(spec);
}

export function checkBars(bars: BarColumns): void {
  const n = bars.close.length;
  for (const name of ['time', 'open', 'high', 'low', 'close'] as const)
    if (bars[name].length !== n)
      throw new InvalidInputError(
        `Column ${name} has ${bars[name].length} values, close has ${n}; they must be equal`,
      );
  if (n === 0) throw new InvalidInputError('No bars to test on; collect the stream or widen the window');
  for (const name of ['open', 'high', 'low', 'close'] as const) {
    const bad = firstBadPrice(bars[name]);
    if (bad >= 0)
      throw new InvalidInputError(`Bar ${bad} has ${name} ${bars[name][bad]}; prices must be above 0`);
  }
  const unordered = firstUnordered(bars.time);
  if (unordered >= 0)
    throw new InvalidInputError(
      `Bar ${unordered} has time ${bars.time[unordered]}; times must ascend, in epoch ms`,
    );
}

/** Plain loops: a call for each of millions of bars would take longer than the test itself. */
function firstBadPrice(prices: Float64Array): number {
  for (let i = 0; i < prices.length; i++) {
    const price = prices[i] as number;
    if (!(price > 0 && price < Infinity)) return i;
  }
  return -1;
}

function firstUnordered(time: Float64Array): number {
  let before = -Infinity;
  for (let i = 0; i < time.length; i++) {
    const value = time[i] as number;
    if (!(value > before && value < Infinity)) return i;
    before = value;
  }
  return -1;
}

function firstWild(signal: Float64Array): number {
  for (let i = 0; i < signal.length; i++) {
    const value = signal[i] as number;
    if (value < -1 || value > 1) return i;
  }
  return -1;
}

export function checkSpec({ costs, cash, size }: RunSpec): void {
  const { feeBps, slippageBps } = costs;
  for (const [name, value] of Object.entries({ feeBps, slippageBps }))
    if (!(value >= 0 && value < 10_000))
      throw new InvalidInputError(`${name} is ${value}; it must be basis points from 0 to below 10000`);
  if (!(cash > 0 && cash < Infinity)) throw new InvalidInputError(`cash is ${cash}; it must be above 0`);
  if (size.kind === 'units' && !(size.units > 0 && size.units < Infinity))
    throw new InvalidInputError(`size.units is ${size.units}; it must be above 0`);
  if (size.kind === 'equity' && !(size.fraction > 0 && size.fraction <= 1))
    throw new InvalidInputError(`size.fraction is ${size.fraction}; it must be above 0 and at most 1`);
}
