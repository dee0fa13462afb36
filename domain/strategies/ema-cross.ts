import { averageCross } from './average-cross.js';

export const emaCross = averageCross({
  name: 'ema-cross',
  average: 'EMA',
  title: 'exponential moving average',
});
