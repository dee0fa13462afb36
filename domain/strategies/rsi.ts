import { bars, DIRECTION, level, sided } from './parameters.js';
import { ruled } from './ruled.js';

const percent = (standard: number, help: string) => level(standard, [0, 100], help);

export const rsiReversal = ruled({
  name: 'rsi',
  summary: 'Long once the relative strength index is below `lower`, until it is above `exit`',
  params: {
    length: bars(14, 'bars of the index', 2),
    lower: percent(30, 'below it is oversold: a long position is entered'),
    upper: percent(70, 'above it is overbought: a short position is entered'),
    exit: percent(50, 'a long position is left above it, a short one below'),
    direction: DIRECTION,
  },
  fault: ({ lower = 0, exit = 0, upper = 0 }) =>
    lower < upper && lower <= exit && exit <= upper
      ? null
      : `lower (${lower}) must be below upper (${upper}), and exit (${exit}) not outside the two`,
  warmUp: ({ length = 0 }) => length,
  rule({ length = NaN, lower = NaN, upper = NaN, exit = NaN, direction = 1 }) {
    const strength = { name: 'RSI', args: [length] };
    return sided(direction, {
      long: { enter: { left: lower, right: strength }, exit: { left: strength, right: exit } },
      short: { enter: { left: strength, right: upper }, exit: { left: exit, right: strength } },
    });
  },
});
