import { bars, DIRECTION, level, sided } from './parameters.js';
import { ruled } from './ruled.js';

export const momentumTrend = ruled({
  name: 'momentum',
  summary:
    'Long while the close is more than `threshold` percent above that of `length` bars before, else flat',
  params: {
    length: bars(24, 'bars over which the change is taken'),
    threshold: level(0, [0, 100], 'change that is needed, percent'),
    direction: DIRECTION,
  },
  warmUp: ({ length = 0 }) => length,
  rule({ length = NaN, threshold = NaN, direction = 1 }) {
    const change = { name: 'ROC', args: [length] };
    return sided(direction, {
      long: { enter: { left: change, right: threshold }, exit: 'otherwise' },
      short: { enter: { left: -threshold, right: change }, exit: 'otherwise' },
    });
  },
});
