import { averageCross } from './average-cross.js';

export const smaCross = averageCross({ name: 'sma-cross', average: 'SMA', title: 'moving average' });
