import { bars, DIRECTION, sided } from './parameters.js';
import { ruled } from './ruled.js';

export const donchianBreakout = ruled({
  name: 'donchian',
  summary:
    'Long once the close is above the highest high of the bars before, until it is below their lowest low',
  params: {
    entry: bars(20, 'bars whose extreme is broken to enter'),
    exit: bars(10, 'bars whose other extreme is broken to leave'),
    direction: DIRECTION,
  },
  fault: ({ entry = 0, exit = 0 }) =>
    exit <= entry ? null : `exit (${exit}) must not be above entry (${entry})`,
  warmUp: ({ entry = 0 }) => entry,
  rule({ entry = NaN, exit = NaN, direction = 1 }) {
    const close = { name: 'close', args: [] };
    // The deciding bar's own high and low are no part of the channel that it breaks.
    const channel = (length: number, output: string) => ({
      name: 'DONCHIAN',
      args: [length],
      output,
      lag: 1,
    });
    return sided(direction, {
      long: {
        enter: { left: close, right: channel(entry, 'UPPER') },
        exit: { left: channel(exit, 'LOWER'), right: close },
      },
      short: {
        enter: { left: channel(entry, 'LOWER'), right: close },
        exit: { left: close, right: channel(exit, 'UPPER') },
      },
    });
  },
});
