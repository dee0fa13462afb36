import type { Strategy } from './strategy.js';

export const buyAndHold: Strategy = {
  name: 'buy-and-hold',
  summary: 'Long from the second bar to the end',
  params: {},
  warmUp: () => 0,
  signal: ({ bars }) => new Float64Array(bars.close.length).fill(1),
};
