import type { RunSpec, Size } from './spec.js';

/** Numbers that one combination carries from block to block; `state[combination * STRIDE + FIELD]`. */
export const STRIDE = 24;
/** Position wanted after the last close that was read, −1, 0 or 1. */
export const HELD = 0;
/** Position that the last fill aimed at. */
export const FILLED = 1;
export const UNITS = 2;
export const CASH = 3;
export const PEAK = 4;
export const WORST = 5;
export const ENTRIES = 6;
export const EXITS = 7;
export const FEES = 8;
export const ENTRY_PRICE = 9;
export const TRADE_FEES = 10;
export const WINS = 11;
export const GAINS = 12;
export const LOSSES = 13;
export const EXPOSED = 14;
/** Daily returns: how many, their mean, their squared distance from it, their squared losses (Welford 1962). */
export const DAYS = 15;
export const MEAN = 16;
export const SQUARES = 17;
export const DOWNSIDE = 18;
/** Equity at the end of the last day. */
export const BEFORE = 19;
/** Of an open trade, the bar of its entry. */
export const ENTRY_BAR = 20;

/** What a fill and a mark need to know; money is in ticks where prices are. */
export interface Terms {
  feeShare: number;
  slippage: number;
  sizeKind: 0 | 1 | 2;
  /** Units, a share of equity, or money. */
  size: number;
  everyDay: boolean;
  cash: number;
}

/** Terms of a spec that the grid knows, else null: sizes that look at volatility, costs that look at volume, funding. */
export function termsOf(spec: RunSpec, perUnit: number): Terms | null {
  const { costs, cash, size, periodsPerYear } = spec;
  if (costs.halfSpread || costs.impactBps || spec.funding || spec.exits) return null;
  if (spec.engine === 'event-driven') return null;
  const sized = sizeOf(size, perUnit);
  if (!sized) return null;
  return {
    ...sized,
    feeShare: costs.feeBps / 10_000,
    slippage: costs.slippageBps / 10_000,
    everyDay: periodsPerYear === 365,
    cash: cash * perUnit,
  };
}

function sizeOf(size: Size, perUnit: number): Pick<Terms, 'sizeKind' | 'size'> | null {
  if (size.kind === 'units') return { sizeKind: 0, size: size.units };
  if (size.kind === 'equity') return { sizeKind: 1, size: size.fraction };
  if (size.kind === 'cash') return { sizeKind: 2, size: size.amount * perUnit };
  return null;
}

export function newState(combinations: number, cash: number, target?: Float64Array): Float64Array {
  const state = target ?? new Float64Array(combinations * STRIDE);
  for (let b = 0; b < combinations * STRIDE; b += STRIDE) {
    state.fill(0, b, b + STRIDE);
    state[b + CASH] = state[b + PEAK] = state[b + BEFORE] = cash;
  }
  return state;
}

/** Adds a day's return to a combination's figures. A return on nothing or on a debt is NaN, and makes all of them so. */
export function addDay(state: Float64Array, b: number, args: { equity: number; idle: number }): void {
  for (let day = 0; day < args.idle; day++) addReturn(state, b, 0);
  const before = state[b + BEFORE]!;
  addReturn(state, b, before > 0 ? args.equity / before - 1 : NaN);
  state[b + BEFORE] = args.equity;
}

function addReturn(state: Float64Array, b: number, value: number): void {
  const days = state[b + DAYS]! + 1;
  const distance = value - state[b + MEAN]!;
  const mean = state[b + MEAN]! + distance / days;
  state[b + DAYS] = days;
  state[b + MEAN] = mean;
  state[b + SQUARES] = state[b + SQUARES]! + distance * (value - mean);
  if (!(value >= 0)) state[b + DOWNSIDE] = state[b + DOWNSIDE]! + value * value;
}
