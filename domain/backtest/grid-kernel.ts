import { BLOCK, ZONE, ZONES } from './blocks.js';
import type { Operands } from './grid-columns.js';
import * as at from './grid-state.js';

/** A block as all combinations see it. */
export interface KernelBlock {
  first: number;
  count: number;
  /** Bars up to here are marked; the very last one of all waits for `closeAtEnd`. */
  marked: number;
  /** In ticks where there is one. */
  open: Float64Array;
  close: Float64Array;
  /** Zones of the closes. */
  low: Float64Array;
  high: Float64Array;
  dayEnds: Int32Array;
  idleDays: Int32Array;
  days: number;
  operands: Operands;
}

/** Operands of a combination's comparisons, two of each: enter long, leave long, enter short, leave short; −1 for none. */
export const RULE = 8;
/** A zone's bars as a shift: divisions by a number are slow here. */
const SHIFT = Math.log2(ZONE);

/** Full outputs of every combination, where they are wanted. */
export interface Outputs {
  /** Equity of combination c at bar i: `equity[c * bars + i]`. */
  equity: Float64Array | null;
  bars: number;
  /** Called at each exit. */
  trade: ((combination: number, state: Float64Array, fill: { bar: number; price: number }) => void) | null;
}

export interface Kernel {
  terms: at.Terms;
  state: Float64Array;
  rules: Int32Array;
  outputs: Outputs | null;
}

/** Steps every combination over a block. */
export function stepBlock(kernel: Kernel, block: KernelBlock): void {
  const { rules } = kernel;
  for (let c = 0; c * RULE < rules.length; c++) {
    const r = c * RULE;
    if (kernel.state[c * at.STRIDE + at.HELD] !== kernel.state[c * at.STRIDE + at.FILLED])
      fill(kernel, c, { bar: block.first, price: block.open[0]! });
    if (rules[r + 2] === -1 && rules[r + 4] === -1) stepCross(kernel, block, c);
    else stepSides(kernel, block, c);
  }
}

/** One comparison: long while it holds, else flat. */
function stepCross(kernel: Kernel, block: KernelBlock, c: number): void {
  const { state, rules } = kernel;
  const left = rules[c * RULE]!;
  const right = rules[c * RULE + 1]!;
  const b = c * at.STRIDE;
  let held = state[b + at.HELD]!;
  let marked = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar =
      held === 0 ? nextAbove(block, left, right, from, block.count) : nextBelow(block, left, right, from);
    if (bar < 0) break;
    held = 1 - held;
    from = bar + 1;
    if (from >= block.count) break;
    day = mark(kernel, block, c, marked, from, day);
    marked = from;
    state[b + at.HELD] = held;
    fill(kernel, c, { bar: block.first + from, price: block.open[from]! });
  }
  state[b + at.HELD] = held;
  mark(kernel, block, c, marked, block.marked, day);
}

/** Both sides, each entered and left by comparisons of its own. */
function stepSides(kernel: Kernel, block: KernelBlock, c: number): void {
  const { state, rules } = kernel;
  const b = c * at.STRIDE;
  let held = state[b + at.HELD]!;
  let marked = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar =
      held === 0
        ? nextEntry(block, rules, c * RULE, from)
        : nextExit(block, rules, c * RULE + (held > 0 ? 0 : 4), from);
    if (bar < 0) break;
    from = bar + 1;
    const wanted = entryAt(block, rules, c * RULE, bar);
    if (wanted === held) continue;
    held = wanted;
    if (from >= block.count) break;
    day = mark(kernel, block, c, marked, from, day);
    marked = from;
    state[b + at.HELD] = held;
    fill(kernel, c, { bar: block.first + from, price: block.open[from]! });
  }
  state[b + at.HELD] = held;
  mark(kernel, block, c, marked, block.marked, day);
}

/** The first bar from `from` on, and before `to`, where the left side is above; −1 where there is none. */
function nextAbove({ operands }: KernelBlock, left: number, right: number, from: number, to: number): number {
  const { values, low, high } = operands;
  const zl = left * ZONES;
  const zr = right * ZONES;
  const l = left * BLOCK;
  const r = right * BLOCK;
  for (let k = from; k < to;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > to) end = to;
    if (high[zl + z]! <= low[zr + z]!) k = end;
    else for (; k < end; k++) if (values[l + k]! > values[r + k]!) return k;
  }
  return -1;
}

/** The first bar from `from` on where the left side is not above. */
function nextBelow({ operands, count }: KernelBlock, left: number, right: number, from: number): number {
  const { values, low, high } = operands;
  const zl = left * ZONES;
  const zr = right * ZONES;
  const l = left * BLOCK;
  const r = right * BLOCK;
  for (let k = from; k < count;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > count) end = count;
    if (low[zl + z]! > high[zr + z]!) k = end;
    else for (; k < end; k++) if (!(values[l + k]! > values[r + k]!)) return k;
  }
  return -1;
}

/** The first bar where exactly one side would be entered. */
function nextEntry(block: KernelBlock, rules: Int32Array, r: number, from: number): number {
  const [ll, lr, sl, sr] = [rules[r]!, rules[r + 1]!, rules[r + 4]!, rules[r + 5]!];
  for (let k = from; k < block.count;) {
    const long = ll < 0 ? -1 : nextAbove(block, ll, lr, k, block.count);
    const short = sl < 0 ? -1 : nextAbove(block, sl, sr, k, long < 0 ? block.count : long + 1);
    if (long < 0 || short < 0) return Math.max(long, short);
    if (long !== short) return Math.min(long, short);
    k = long + 1;
  }
  return -1;
}

function nextExit(block: KernelBlock, rules: Int32Array, r: number, from: number): number {
  if (rules[r + 2]! >= 0) return nextAbove(block, rules[r + 2]!, rules[r + 3]!, from, block.count);
  return nextBelow(block, rules[r]!, rules[r + 1]!, from);
}

const holds = ({ operands: { values } }: KernelBlock, left: number, right: number, k: number): boolean =>
  left >= 0 && values[left * BLOCK + k]! > values[right * BLOCK + k]!;

function entryAt(block: KernelBlock, rules: Int32Array, r: number, k: number): number {
  const long = holds(block, rules[r]!, rules[r + 1]!, k);
  const short = holds(block, rules[r + 4]!, rules[r + 5]!, k);
  return long === short ? 0 : long ? 1 : -1;
}

/** Closes what is held and opens what is wanted, at a price before slippage. */
export function fill(kernel: Kernel, c: number, { bar, price }: { bar: number; price: number }): void {
  const { state, terms, outputs } = kernel;
  const b = c * at.STRIDE;
  const wanted = state[b + at.HELD]!;
  state[b + at.FILLED] = wanted;
  if (state[b + at.UNITS] !== 0) {
    const units = state[b + at.UNITS]!;
    const exitPrice = price * (1 - (units > 0 ? terms.slippage : -terms.slippage));
    const fees = Math.abs(units) * exitPrice * terms.feeShare;
    state[b + at.CASH] = state[b + at.CASH]! + (units * exitPrice - fees);
    state[b + at.FEES] = state[b + at.FEES]! + fees;
    state[b + at.EXITS] = state[b + at.EXITS]! + 1;
    const tradeFees = state[b + at.TRADE_FEES]! + fees;
    state[b + at.TRADE_FEES] = tradeFees;
    const profit = units * (exitPrice - state[b + at.ENTRY_PRICE]!) - tradeFees;
    if (profit > 0) {
      state[b + at.WINS] = state[b + at.WINS]! + 1;
      state[b + at.GAINS] = state[b + at.GAINS]! + profit;
    } else state[b + at.LOSSES] = state[b + at.LOSSES]! - profit;
    if (outputs?.trade) outputs.trade(c, state, { bar, price: exitPrice });
    state[b + at.UNITS] = 0;
  }
  if (wanted !== 0) enter(kernel, b, { bar, price });
}

function enter({ state, terms }: Kernel, b: number, { bar, price }: { bar: number; price: number }): void {
  const side = state[b + at.HELD]!;
  const entryPrice = price * (1 + side * terms.slippage);
  const units = unitsOf(terms, state[b + at.CASH]!, entryPrice);
  if (!(units > 0)) return;
  const fees = units * entryPrice * terms.feeShare;
  state[b + at.CASH] = state[b + at.CASH]! - (side * units * entryPrice + fees);
  state[b + at.UNITS] = side * units;
  state[b + at.FEES] = state[b + at.FEES]! + fees;
  state[b + at.ENTRIES] = state[b + at.ENTRIES]! + 1;
  state[b + at.ENTRY_PRICE] = entryPrice;
  state[b + at.TRADE_FEES] = fees;
  state[b + at.ENTRY_BAR] = bar;
}

function unitsOf(terms: at.Terms, cash: number, entryPrice: number): number {
  if (terms.sizeKind === 0) return terms.size;
  if (terms.sizeKind === 1) return (cash * terms.size) / (entryPrice * (1 + terms.feeShare));
  return terms.size / entryPrice;
}

/** Marks the bars from `from` to before `to` with what is held; `day` is the next day end, and is given back. */
function mark(kernel: Kernel, block: KernelBlock, c: number, from: number, to: number, day: number): number {
  if (from >= to) return day;
  const { state } = kernel;
  const b = c * at.STRIDE;
  const cash = state[b + at.CASH]!;
  const units = state[b + at.UNITS]!;
  if (units === 0) markEquity(state, b, cash);
  else {
    state[b + at.EXPOSED] = state[b + at.EXPOSED]! + to - from;
    markHeld(state, b, block, from, to);
  }
  let next = day;
  for (; next < block.days && block.dayEnds[next]! < to; next++)
    at.addDay(state, b, {
      equity: cash + units * block.close[block.dayEnds[next]!]!,
      idle: kernel.terms.everyDay ? block.idleDays[next]! : 0,
    });
  const equity = kernel.outputs?.equity;
  if (equity) {
    const row = c * kernel.outputs!.bars + block.first;
    for (let k = from; k < to; k++) equity[row + k] = cash + units * block.close[k]!;
  }
  return next;
}

function markEquity(state: Float64Array, b: number, equity: number): void {
  const peak = state[b + at.PEAK]!;
  if (equity > peak) state[b + at.PEAK] = equity;
  else state[b + at.WORST] = Math.max(state[b + at.WORST]!, (peak - equity) / peak);
}

/** Zones whose closes can change neither the peak nor the worst fall are passed over: rounding is monotone, so that is exact. */
function markHeld(state: Float64Array, b: number, block: KernelBlock, from: number, to: number): void {
  const { low, high, close } = block;
  const cash = state[b + at.CASH]!;
  const units = state[b + at.UNITS]!;
  const [best, least] = units > 0 ? [high, low] : [low, high];
  let peak = state[b + at.PEAK]!;
  let worst = state[b + at.WORST]!;
  for (let k = from; k < to;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > to) end = to;
    const floor = cash + units * least[z]!;
    const belowPeak = cash + units * best[z]! <= peak;
    if (belowPeak && floor >= peak - worst * peak * (1 - 1e-12)) k = end;
    else if (belowPeak && end - k === ZONE) {
      worst = Math.max(worst, (peak - floor) / peak);
      k = end;
    } else
      for (; k < end; k++) {
        const equity = cash + units * close[k]!;
        if (equity > peak) peak = equity;
        else worst = Math.max(worst, (peak - equity) / peak);
      }
  }
  state[b + at.PEAK] = peak;
  state[b + at.WORST] = worst;
}
