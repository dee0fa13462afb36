import type { BarColumns } from '../bars.js';
import type { BacktestArgs } from './engine.js';
import { checkFunding } from './funding.js';
import type { Exits, FundingColumns, RunSpec } from './spec.js';
import { InvalidInputError } from '../errors.js';
import { checkSize } from './sizing.js';
import { checkSlippage } from './slippage.js';

/** @throws InvalidInputError naming the first thing that no result could be right for. */
export function checkInput({ bars, signal, spec, funding }: BacktestArgs): void {
  checkBars(bars, Boolean(spec.costs.impactBps) || spec.fillShare !== undefined);
  const n = bars.close.length;
  if (signal.length !== n)
    throw new InvalidInputError(`The signal has ${signal.length} values for ${n} bars; it needs one a bar`);
  const wild = firstWild(signal);
  if (wild >= 0)
    throw new InvalidInputError(
      `Signal ${signal[wild]} at bar ${wild}; it must lie between -1 and 1, or be NaN`,
    );
  checkSpec(spec);
  checkRates(spec, funding);
}

/** @throws InvalidInputError also where a spec asks for rates that are not given: a run without them would look cheaper. */
export function checkRates(spec: Pick<RunSpec, 'funding'>, funding: FundingColumns | undefined): void {
  if (!spec.funding) return;
  if (!funding)
    throw new InvalidInputError(`funding is "${spec.funding}", but no rates were given to be paid`);
  checkFunding(funding);
}

/** `byVolume`: fills look at the volume, so that it must be told. */
export function checkBars(bars: BarColumns, byVolume: boolean): void {
  const n = bars.close.length;
  for (const name of ['time', 'open', 'high', 'low', 'close', 'volume'] as const)
    if (bars[name].length !== n)
      throw new InvalidInputError(
        `Column ${name} has ${bars[name].length} values, close has ${n}; they must be equal`,
      );
  if (n === 0) throw new InvalidInputError('No bars to test on; collect the stream or widen the window');
  if (!arePricesPlain(bars))
    for (const name of ['open', 'high', 'low', 'close'] as const) {
      const bad = firstBadPrice(bars[name]);
      if (bad >= 0)
        throw new InvalidInputError(`Bar ${bad} has ${name} ${bars[name][bad]}; prices must be above 0`);
    }
  const untold = byVolume ? bars.volume.findIndex((value) => !(value >= 0 && value < Infinity)) : -1;
  if (untold >= 0)
    throw new InvalidInputError(
      `Bar ${untold} has volume ${bars.volume[untold]}; fills by share of volume need 0 or more of each bar`,
    );
  const unordered = firstUnordered(bars.time);
  if (unordered >= 0)
    throw new InvalidInputError(
      `Bar ${unordered} has time ${bars.time[unordered]}; times must ascend, in epoch ms`,
    );
}

/** One pass over all columns, which is all that good bars take. A sum below infinity has no NaN in it either. */
function arePricesPlain({ open, high, low, close }: BarColumns): boolean {
  for (let i = 0; i < close.length; i++) {
    const o = open[i] as number;
    const h = high[i] as number;
    const l = low[i] as number;
    const c = close[i] as number;
    if (!(o > 0 && h > 0 && l > 0 && c > 0 && o + h + l + c < Infinity)) return false;
  }
  return true;
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

/** @throws InvalidInputError naming the first figure that no run could be made by. */
export function checkSpec(spec: RunSpec): void {
  const { costs, cash, size } = spec;
  const { feeBps } = costs;
  if (!(feeBps >= 0 && feeBps < 10_000))
    throw new InvalidInputError(`feeBps is ${feeBps}; it must be basis points from 0 to below 10000`);
  checkSlippage(costs);
  if (!(cash > 0 && cash < Infinity)) throw new InvalidInputError(`cash is ${cash}; it must be above 0`);
  checkSize(size);
  checkEvents(spec);
}

function checkEvents({ engine, exits, fillShare }: RunSpec): void {
  if (engine !== undefined && engine !== 'vectorised' && engine !== 'event-driven')
    throw new InvalidInputError(`Unknown engine "${engine as string}"; known: vectorised, event-driven`);
  if (engine !== 'event-driven' && (exits !== undefined || fillShare !== undefined))
    throw new InvalidInputError(
      `${exits ? 'exits' : 'fillShare'} needs the engine event-driven: the vectorised one fills whole orders at opens`,
    );
  if (fillShare !== undefined && !(fillShare > 0 && fillShare <= 1))
    throw new InvalidInputError(`fillShare is ${fillShare}; it must be above 0 and at most 1`);
  if (exits !== undefined) checkExits(exits);
}

const EXITS: readonly string[] = ['stopBps', 'targetBps', 'trailBps'] satisfies (keyof Exits)[];

/** @throws InvalidInputError naming the member that no order could be laid by. */
export function checkExits(exits: Exits): void {
  if (typeof exits !== 'object' || exits === null)
    throw new InvalidInputError(
      `exits is ${String(exits)}; it must be { ${EXITS.join(', ')} }, some of them`,
    );
  for (const [name, bps] of Object.entries(exits) as [string, number | undefined][]) {
    if (!EXITS.includes(name))
      throw new InvalidInputError(`Unknown exits.${name}; known: ${EXITS.join(', ')}`);
    if (bps !== undefined && !(typeof bps === 'number' && bps > 0 && bps < 10_000))
      throw new InvalidInputError(`exits.${name} is ${bps}; it must be basis points above 0 and below 10000`);
  }
}
