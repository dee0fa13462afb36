import { bars, DIRECTION, sided } from './parameters.js';
import { ruled } from './ruled.js';
import type { Strategy } from './strategy.js';

/** Long while the fast average of closes is above the slow one, short while it is below. */
export const averageCross = (args: { name: string; average: 'SMA' | 'EMA'; title: string }): Strategy =>
  ruled({
    name: args.name,
    summary: `Long while the fast ${args.title} of closes is above the slow one, else flat`,
    params: {
      fast: bars(20, 'bars of the fast average'),
      slow: bars(100, 'bars of the slow average'),
      direction: { ...DIRECTION, later: true },
    },
    fault: ({ fast = 0, slow = 0 }) => (fast < slow ? null : `fast (${fast}) must be below slow (${slow})`),
    warmUp: ({ slow = 0 }) => slow - 1,
    rule({ fast = NaN, slow = NaN, direction = 1 }) {
      const quick = { name: args.average, args: [fast] };
      const calm = { name: args.average, args: [slow] };
      return sided(direction, {
        long: { enter: { left: quick, right: calm }, exit: 'otherwise' },
        short: { enter: { left: calm, right: quick }, exit: 'otherwise' },
      });
    },
  });
