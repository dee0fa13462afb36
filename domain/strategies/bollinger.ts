import { bars, DIRECTION, level, sided } from './parameters.js';
import { ruled } from './ruled.js';

export const bollingerReversal = ruled({
  name: 'bollinger',
  summary: 'Long once the close is below the lower Bollinger band, until it is above the middle',
  params: {
    length: bars(20, 'bars of the average and of the deviation', 2),
    width: level(2, [0.1, 10], 'distance of the bands, in population standard deviations'),
    direction: DIRECTION,
  },
  warmUp: ({ length = 0 }) => length - 1,
  rule({ length = NaN, width = NaN, direction = 1 }) {
    const close = { name: 'close', args: [] };
    const band = (output: string) => ({ name: 'BB', args: [length, width], output });
    return sided(direction, {
      long: {
        enter: { left: band('LOWER'), right: close },
        exit: { left: close, right: band('MIDDLE') },
      },
      short: {
        enter: { left: close, right: band('UPPER') },
        exit: { left: band('MIDDLE'), right: close },
      },
    });
  },
});
