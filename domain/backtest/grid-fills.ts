import * as at from './grid-state.js';
import type { Kernel } from './grid-types.js';

/** Closes what is held and opens what is wanted, at a price before slippage. */
export function fill(kernel: Kernel, c: number, bar: number, price: number): void {
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
  if (wanted !== 0) enter(kernel, b, bar, price);
}

function enter({ state, terms }: Kernel, b: number, bar: number, price: number): void {
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

/** As `unitsFor` of one run: nothing is bought of a debt, and of money the fee is paid too. */
function unitsOf(terms: at.Terms, cash: number, entryPrice: number): number {
  if (terms.sizeKind === 0) return terms.size;
  const worth = terms.sizeKind === 1 ? cash * terms.size : Math.min(terms.size, cash);
  return worth / (entryPrice * (1 + terms.feeShare));
}
