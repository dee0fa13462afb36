import { bars, DIRECTION, sided } from './parameters.js';
import { ruled } from './ruled.js';

export const macdCross = ruled({
  name: 'macd',
  summary: 'Long while the MACD line is above its signal line, else flat',
  params: {
    fast: bars(12, 'bars of the fast exponential average', 2),
    slow: bars(26, 'bars of the slow exponential average', 2),
    smooth: bars(9, 'bars of the signal line'),
    direction: DIRECTION,
  },
  fault: ({ fast = 0, slow = 0 }) => (fast < slow ? null : `fast (${fast}) must be below slow (${slow})`),
  warmUp: ({ slow = 0, smooth = 0 }) => slow - 1 + smooth - 1,
  rule({ fast = NaN, slow = NaN, smooth = NaN, direction = 1 }) {
    const column = (output: string) => ({ name: 'MACD', args: [fast, slow, smooth], output });
    return sided(direction, {
      long: { enter: { left: column('MACD'), right: column('MACDSIGNAL') }, exit: 'otherwise' },
      short: { enter: { left: column('MACDSIGNAL'), right: column('MACD') }, exit: 'otherwise' },
    });
  },
});
