import type { BarColumns } from '../../bars.js';
import type { RunSpec } from '../spec.js';
import type { Columns } from './columns.js';
import {
  CASH,
  DAYS,
  DAY_EQUITY,
  DRAWDOWN,
  ENTRIES,
  ENTRY_PRICE,
  EXITS,
  EXPOSED,
  FEES,
  GAINS,
  HELD,
  LOSSES,
  LOSSES_SQUARED,
  MEAN,
  PEAK,
  SQUARES,
  STATE_SIZE,
  TRADE_FEES,
  UNITS,
  WANTED,
  WINS,
} from './state.js';
import type { Zones } from './zones.js';

/** The comparisons of one combination as columns: left and right of each; −1: never, `OTHERWISE`: where enter fails. */
export interface Comparisons {
  enterLong: [number, number];
  exitLong: [number, number];
  enterShort: [number, number];
  exitShort: [number, number];
}

export const NEVER = -1;
export const OTHERWISE = -2;

export interface KernelArgs {
  bars: BarColumns;
  zones: Zones;
  columns: Columns;
  spec: RunSpec;
  /** A day without bars counts as one without change. */
  everyDay: boolean;
  states: Float64Array;
}

export interface Kernel {
  /** Steps one combination through the zones [from, to) of the block that the columns hold. */
  step(combination: number, rule: Comparisons, block: { from: number; to: number }): void;
}

/**
 * Steps combinations through zones, with the fills, costs and marks of `engine.ts`, operation by operation. A zone in
 * which nothing is decided costs a few comparisons; its bars are looked at only where a decision, a new peak or a
 * deeper drawdown may lie in it. The innermost functions take what they need from the variables around them: an object
 * of parameters for each zone would cost more than the work.
 */
export function openKernel({ bars, zones, columns, spec, everyDay, states }: KernelArgs): Kernel {
  const { open, close } = bars;
  const { start, lowestClose, highestClose, idleDays } = zones;
  const { values, stride, lowest, highest } = columns;
  const feeShare = spec.costs.feeBps / 10_000;
  const dearer = 1 + spec.costs.slippageBps / 10_000;
  const cheaper = 1 + -spec.costs.slippageBps / 10_000;
  const { size } = spec;
  /** Of the combination: where its state begins. Of the block: its first bar. Of the zone: its place among all and in the block. */
  let [o, first, zone, local] = [0, 0, 0, 0];

  /** Fills at a price: closes what is held, opens what is wanted. */
  function change(price: number): void {
    const wanted = states[o + WANTED] as number;
    if (states[o + UNITS] !== 0) exit(price);
    if (wanted !== 0) enter(price, wanted);
    states[o + HELD] = wanted;
  }

  function enter(price: number, side: number): void {
    const entryPrice = price * (side > 0 ? dearer : cheaper);
    const cash = states[o + CASH] as number;
    const units = size.kind === 'units' ? size.units : (cash * size.fraction) / (entryPrice * (1 + feeShare));
    if (!(units > 0)) return;
    const fees = units * entryPrice * feeShare;
    states[o + CASH] = cash - (side * units * entryPrice + fees);
    states[o + UNITS] = side * units;
    states[o + FEES] = (states[o + FEES] as number) + fees;
    states[o + ENTRIES] = (states[o + ENTRIES] as number) + 1;
    states[o + ENTRY_PRICE] = entryPrice;
    states[o + TRADE_FEES] = fees;
  }

  function exit(price: number): void {
    const units = states[o + UNITS] as number;
    const exitPrice = price * (units > 0 ? cheaper : dearer);
    const fees = Math.abs(units) * exitPrice * feeShare;
    states[o + CASH] = (states[o + CASH] as number) + (units * exitPrice - fees);
    states[o + FEES] = (states[o + FEES] as number) + fees;
    states[o + EXITS] = (states[o + EXITS] as number) + 1;
    const tradeFees = (states[o + TRADE_FEES] as number) + fees;
    const profit = units * (exitPrice - (states[o + ENTRY_PRICE] as number)) - tradeFees;
    if (profit > 0) {
      states[o + WINS] = (states[o + WINS] as number) + 1;
      states[o + GAINS] = (states[o + GAINS] as number) + profit;
    } else states[o + LOSSES] = (states[o + LOSSES] as number) - profit;
    states[o + UNITS] = 0;
  }

  /** Marks the closes of bars [from, to) of the zone; its extremes tell where none of them can matter. */
  function mark(from: number, to: number): void {
    const units = states[o + UNITS] as number;
    const cash = states[o + CASH] as number;
    if (units === 0) {
      if (to > from) markEquity(cash);
      return;
    }
    states[o + EXPOSED] = (states[o + EXPOSED] as number) + (to - from);
    const peak = states[o + PEAK] as number;
    const high = highestClose[zone] as number;
    const low = lowestClose[zone] as number;
    const best = cash + units * (units > 0 ? high : low);
    const worst = cash + units * (units > 0 ? low : high);
    if (best <= peak && (peak - worst) / peak <= (states[o + DRAWDOWN] as number)) return;
    for (let i = from; i < to; i++) markEquity(cash + units * (close[i] as number));
  }

  function markEquity(equity: number): void {
    const peak = states[o + PEAK] as number;
    if (equity > peak) states[o + PEAK] = equity;
    else {
      const fall = (peak - equity) / peak;
      if (fall > (states[o + DRAWDOWN] as number)) states[o + DRAWDOWN] = fall;
    }
  }

  function endDay(last: number, idle: number): void {
    if (everyDay) for (let k = 0; k < idle; k++) addReturn(0);
    const equity = (states[o + CASH] as number) + (states[o + UNITS] as number) * (close[last] as number);
    const before = states[o + DAY_EQUITY] as number;
    addReturn(before > 0 ? equity / before - 1 : NaN);
    states[o + DAY_EQUITY] = equity;
  }

  function addReturn(value: number): void {
    const days = (states[o + DAYS] as number) + 1;
    const mean = states[o + MEAN] as number;
    const away = value - mean;
    const next = mean + away / days;
    states[o + DAYS] = days;
    states[o + MEAN] = next;
    states[o + SQUARES] = (states[o + SQUARES] as number) + away * (value - next);
    if (!(value >= 0)) states[o + LOSSES_SQUARED] = (states[o + LOSSES_SQUARED] as number) + value * value;
  }

  /** First bar of [from, to) where left is above right; `to` where there is none. */
  function firstAbove(left: number, from: number, to: number, right: number): number {
    if (left < 0) return to;
    const [l, r] = [left * stride, right * stride];
    if ((highest[l + local] as number) <= (lowest[r + local] as number)) return to;
    for (let i = from - first; i < to - first; i++)
      if ((values[l + i] as number) > (values[r + i] as number)) return first + i;
    return to;
  }

  /** The same where it is not above, an undefined value included. */
  function firstNotAbove(left: number, from: number, to: number, right: number): number {
    const [l, r] = [left * stride, right * stride];
    if ((lowest[l + local] as number) > (highest[r + local] as number)) return to;
    for (let i = from - first; i < to - first; i++)
      if (!((values[l + i] as number) > (values[r + i] as number))) return first + i;
    return to;
  }

  const holds = ([left, right]: readonly [number, number], bar: number): boolean =>
    left >= 0 &&
    (values[left * stride + bar - first] as number) > (values[right * stride + bar - first] as number);

  /** The position wanted after a bar's close at which one may be left or entered: as `signalOfRule` decides. */
  function decide(wanted: number, rule: Comparisons, bar: number): number {
    const long = holds(rule.enterLong, bar);
    const short = holds(rule.enterShort, bar);
    if (long === short) return 0;
    return wanted === 0 || wanted !== (long ? 1 : -1) ? (long ? 1 : -1) : wanted;
  }

  /** First bar of [from, to) at whose close something may be decided; `to` where there is none. */
  function nextDecision(wanted: number, rule: Comparisons, from: number, to: number): number {
    if (wanted === 0) {
      const long = firstAbove(rule.enterLong[0], from, to, rule.enterLong[1]);
      return rule.enterShort[0] < 0 ? long : firstAbove(rule.enterShort[0], from, long, rule.enterShort[1]);
    }
    const enter = wanted > 0 ? rule.enterLong : rule.enterShort;
    const exit = wanted > 0 ? rule.exitLong : rule.exitShort;
    return exit[0] === OTHERWISE
      ? firstNotAbove(enter[0], from, to, enter[1])
      : firstAbove(exit[0], from, to, exit[1]);
  }

  function stepZone(rule: Comparisons, from: number, to: number): void {
    if (states[o + WANTED] !== states[o + HELD]) change(open[from] as number);
    let marked = from;
    let bar = from;
    while (bar < to) {
      const wanted = states[o + WANTED] as number;
      const at = nextDecision(wanted, rule, bar, to);
      if (at >= to) break;
      bar = at + 1;
      const next = decide(wanted, rule, at);
      if (next === wanted) continue;
      states[o + WANTED] = next;
      // The last bar's decision is filled in the zone after.
      if (bar >= to) break;
      mark(marked, bar);
      change(open[bar] as number);
      marked = bar;
    }
    mark(marked, to);
  }

  return {
    step(combination, rule, { from, to }) {
      o = combination * STATE_SIZE;
      first = start[from] as number;
      for (zone = from; zone < to; zone++) {
        local = zone - from;
        const end = start[zone + 1] as number;
        stepZone(rule, start[zone] as number, end);
        const idle = idleDays[zone] as number;
        if (idle >= 0) endDay(end - 1, idle);
      }
    },
  };
}
