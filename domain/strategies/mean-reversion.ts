import { bars, DIRECTION, level, sided } from './parameters.js';
import { ruled } from './ruled.js';

/** Where the z-score is `z`, as a price: a band of that width, and at 0 the average itself. */
const priceAt = (length: number, z: number) =>
  z === 0
    ? { name: 'BB', args: [length, 1], output: 'MIDDLE' }
    : { name: 'BB', args: [length, Math.abs(z)], output: z > 0 ? 'UPPER' : 'LOWER' };

export const meanReversion = ruled({
  name: 'mean-reversion',
  summary:
    'Long once the close is `enter` deviations below its average (the z-score), until it is within `exit`',
  params: {
    length: bars(48, 'bars of the average and of the population deviation', 2),
    enter: level(2, [0.1, 10], 'distance from the average to enter, in deviations'),
    exit: level(0.5, [0, 10], 'distance on the same side below which a position is left'),
    direction: DIRECTION,
  },
  fault: ({ enter = 0, exit = 0 }) => (exit < enter ? null : `exit (${exit}) must be below enter (${enter})`),
  warmUp: ({ length = 0 }) => length - 1,
  rule({ length = NaN, enter = NaN, exit = NaN, direction = 1 }) {
    const close = { name: 'close', args: [] };
    return sided(direction, {
      long: {
        enter: { left: priceAt(length, -enter), right: close },
        exit: { left: close, right: priceAt(length, -exit) },
      },
      short: {
        enter: { left: close, right: priceAt(length, enter) },
        exit: { left: priceAt(length, exit), right: close },
      },
    });
  },
});
