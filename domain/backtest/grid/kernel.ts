import type { BarColumns } from '../../bars.js';
import type { RunSpec } from '../spec.js';
import { ROUNDING } from '../rules.js';
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

/**
 * The comparisons of one combination, as columns, left and right of each in this order: enter long, leave long, enter
 * short, leave short. `NEVER`: the side is never taken; `OTHERWISE`: left where entering fails.
 */
export type Comparisons = Int32Array;

export const NEVER = -1;
export const OTHERWISE = -2;
const ENTER_LONG = 0;
const LEAVE_LONG = 2;
const ENTER_SHORT = 4;
const LEAVE_SHORT = 6;

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
  step(combination: number, comparisons: Comparisons, block: { from: number; to: number }): void;
}

/**
 * Steps combinations through zones, with the fills, costs and marks of `engine.ts`, operation by operation. A zone in
 * which nothing is decided costs a few comparisons; its bars are looked at only where a decision, a new peak or a
 * deeper drawdown may lie in it.
 */
export function openKernel(args: KernelArgs): Kernel {
  const { bars, zones, columns, everyDay, states } = args;
  const { open, close } = bars;
  const { start, lowestClose, highestClose, idleDays } = zones;
  const { values, place, stride, lowest, highest } = columns;
  const book = openGridBook(args);

  const holds = (rule: Comparisons, pair: number, at: number): boolean => {
    const left = rule[pair] as number;
    if (left < 0) return false;
    const l = (place[left] as number) + at;
    const r = (place[rule[pair + 1] as number] as number) + at;
    return (values[l] as number) > raised(values[r] as number);
  };

  /** The position wanted after a close at which one may be left or entered: as `signalOfRule` decides. */
  const decide = (rule: Comparisons, wanted: number, at: number): number => {
    const long = holds(rule, ENTER_LONG, at);
    if (long === holds(rule, ENTER_SHORT, at)) return 0;
    const side = long ? 1 : -1;
    return wanted === side ? wanted : side;
  };

  /**
   * One function, and its numbers in variables of its own: it is the innermost loop of everything, and a call or an
   * object for each zone would cost more than the work.
   */
  // oxlint-disable-next-line max-lines-per-function
  function step(combination: number, rule: Comparisons, block: { from: number; to: number }): void {
    const o = combination * STATE_SIZE;
    const first = start[block.from] as number;
    let wanted = states[o + WANTED] as number;
    let held = states[o + HELD] as number;
    let units = states[o + UNITS] as number;
    let cash = states[o + CASH] as number;
    let peak = states[o + PEAK] as number;
    let drawdown = states[o + DRAWDOWN] as number;
    let exposed = states[o + EXPOSED] as number;
    // What is watched for while a position is wanted: a left above a right, or (`fails`) the end of it. Flat, two may be.
    let fails = false;
    let left = 0;
    let right = 0;
    let left2 = 0;
    let right2 = 0;
    let l = 0;
    let r = 0;
    let l2 = 0;
    let r2 = 0;
    let watched = NaN;

    for (let zone = block.from; zone < block.to; zone++) {
      const local = zone - block.from;
      const from = start[zone] as number;
      const to = start[zone + 1] as number;
      let marked = from;
      let bar = from;
      let filling = wanted !== held;
      for (;;) {
        if (filling) {
          states[o + CASH] = cash;
          book.change(o, wanted, open[bar] as number);
          cash = states[o + CASH] as number;
          units = states[o + UNITS] as number;
          held = wanted;
          marked = bar;
          filling = false;
        }
        if (watched !== wanted) {
          watched = wanted;
          const pair = wanted === 0 ? ENTER_LONG : wanted > 0 ? LEAVE_LONG : LEAVE_SHORT;
          fails = rule[pair] === OTHERWISE;
          left = rule[fails ? pair - 2 : pair] as number;
          right = rule[fails ? pair - 1 : pair + 1] as number;
          left2 = wanted === 0 ? (rule[ENTER_SHORT] as number) : NEVER;
          right2 = rule[ENTER_SHORT + 1] as number;
          if (left >= 0) {
            l = (place[left] as number) - first;
            r = (place[right] as number) - first;
          }
          if (left2 >= 0) {
            l2 = (place[left2] as number) - first;
            r2 = (place[right2] as number) - first;
          }
        }
        let at = to;
        if (fails) {
          if ((lowest[left * stride + local] as number) <= raised(highest[right * stride + local] as number))
            for (at = bar; at < to; at++)
              if (!((values[l + at] as number) > raised(values[r + at] as number))) break;
        } else if (
          left >= 0 &&
          (highest[left * stride + local] as number) > (lowest[right * stride + local] as number)
        ) {
          for (at = bar; at < to; at++)
            if (
              (values[l + at] as number) > (values[r + at] as number) &&
              (values[l + at] as number) > raised(values[r + at] as number)
            )
              break;
        }
        if (
          left2 >= 0 &&
          (highest[left2 * stride + local] as number) > (lowest[right2 * stride + local] as number)
        )
          for (let i = bar; i < at; i++)
            if ((values[l2 + i] as number) > raised(values[r2 + i] as number)) at = i;

        // Bars [marked, end) are closed with what is held.
        let end = to;
        if (at < to) {
          const next = decide(rule, wanted, at - first);
          bar = at + 1;
          if (next === wanted && bar < to) continue;
          filling = next !== wanted && bar < to;
          wanted = next;
          if (filling) end = bar;
        }
        if (units === 0) {
          if (cash > peak) peak = cash;
          else if ((peak - cash) / peak > drawdown) drawdown = (peak - cash) / peak;
        } else {
          exposed += end - marked;
          const high = highestClose[zone] as number;
          const low = lowestClose[zone] as number;
          const best = cash + units * (units > 0 ? high : low);
          const worst = cash + units * (units > 0 ? low : high);
          if (best > peak || (peak - worst) / peak > drawdown)
            for (let i = marked; i < end; i++) {
              const equity = cash + units * (close[i] as number);
              if (equity > peak) peak = equity;
              else if ((peak - equity) / peak > drawdown) drawdown = (peak - equity) / peak;
            }
        }
        if (!filling) break;
      }
      const idle = idleDays[zone] as number;
      if (idle >= 0) {
        if (everyDay) for (let k = 0; k < idle; k++) addReturn(states, o, 0);
        endDay(states, o, cash + units * (close[to - 1] as number));
      }
    }
    states[o + WANTED] = wanted;
    states[o + HELD] = held;
    states[o + PEAK] = peak;
    states[o + DRAWDOWN] = drawdown;
    states[o + EXPOSED] = exposed;
  }
  return { step };
}

/** The cash, the position and the trades of combinations, as `book.ts` keeps those of one. */
function openGridBook({ spec, states }: KernelArgs) {
  const feeShare = spec.costs.feeBps / 10_000;
  const dearer = 1 + spec.costs.slippageBps / 10_000;
  const cheaper = 1 + -spec.costs.slippageBps / 10_000;
  const { size } = spec;

  function enter(o: number, side: number, price: number): void {
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

  function exit(o: number, price: number): void {
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

  return {
    /** Fills at a price: closes what is held, opens what is wanted. */
    change(o: number, wanted: number, price: number): void {
      if (states[o + UNITS] !== 0) exit(o, price);
      if (wanted !== 0) enter(o, wanted, price);
    },
  };
}

function endDay(states: Float64Array, o: number, equity: number): void {
  const before = states[o + DAY_EQUITY] as number;
  addReturn(states, o, before > 0 ? equity / before - 1 : NaN);
  states[o + DAY_EQUITY] = equity;
}

function addReturn(states: Float64Array, o: number, value: number): void {
  const days = (states[o + DAYS] as number) + 1;
  const mean = states[o + MEAN] as number;
  const away = value - mean;
  const next = mean + away / days;
  states[o + DAYS] = days;
  states[o + MEAN] = next;
  states[o + SQUARES] = (states[o + SQUARES] as number) + away * (value - next);
  if (!(value >= 0)) states[o + LOSSES_SQUARED] = (states[o + LOSSES_SQUARED] as number) + value * value;
}

/** What a value must exceed to be above another by more than a rounding, as `isAbove`. */
const raised = (right: number): number => (right < 0 ? right * (1 - ROUNDING) : right * (1 + ROUNDING));
