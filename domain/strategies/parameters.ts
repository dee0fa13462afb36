import type { Rule, Side } from '../backtest/rules.js';
import type { Parameter } from './strategy.js';

/** Longest window that a parameter can ask for, in bars. */
const LONGEST = 10_000;

/** A number of bars. */
export const bars = (standard: number, help: string, min = 1): Parameter => ({
  default: standard,
  min,
  max: LONGEST,
  integer: true,
  help,
});

/** A number that need not be whole. */
export const level = (standard: number, [min, max]: [number, number], help: string): Parameter => ({
  default: standard,
  min,
  max,
  integer: false,
  help,
});

/** Which sides are taken. */
export const DIRECTION: Parameter = {
  default: 1,
  min: -1,
  max: 1,
  integer: true,
  help: '1: long or flat, -1: short or flat, 0: both sides',
};

/** Both sides of a rule, without the one that `direction` leaves out. */
export const sided = (direction: number, sides: { long: Side; short: Side }): Rule => ({
  long: direction >= 0 ? sides.long : null,
  short: direction <= 0 ? sides.short : null,
});
