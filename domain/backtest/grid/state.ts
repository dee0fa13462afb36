/** What a combination carries from bar to bar, as numbers in one array: small enough to be kept at any zone's border. */
export const CASH = 0;
/** Signed units held. */
export const UNITS = 1;
/** Position wanted after the last close, and the one that was last filled: −1, 0, 1. */
export const WANTED = 2;
export const HELD = 3;
/** Highest equity of a close so far, the start included, and the largest fall from it. */
export const PEAK = 4;
export const DRAWDOWN = 5;
export const ENTRIES = 6;
export const EXITS = 7;
export const FEES = 8;
/** Bars with a position at their close. */
export const EXPOSED = 9;
/** Equity at the end of the day before; count, mean, sum of squares (Welford 1962) and squared losses of daily returns. */
export const DAY_EQUITY = 10;
export const DAYS = 11;
export const MEAN = 12;
export const SQUARES = 13;
export const LOSSES_SQUARED = 14;
/** Of the open trade. */
export const ENTRY_PRICE = 15;
export const TRADE_FEES = 16;
/** Of closed trades. */
export const WINS = 17;
export const GAINS = 18;
export const LOSSES = 19;
export const STATE_SIZE = 20;

/** Fresh states of so many combinations. */
export function freshStates(combinations: number, cash: number): Float64Array {
  const states = new Float64Array(combinations * STATE_SIZE);
  for (let i = 0; i < combinations; i++) {
    states[i * STATE_SIZE + CASH] = cash;
    states[i * STATE_SIZE + PEAK] = cash;
    states[i * STATE_SIZE + DAY_EQUITY] = cash;
  }
  return states;
}
