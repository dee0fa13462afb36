import type { Bar, BarColumns } from '../../domain/bars.js';
import { HOUR } from './made-bars.js';

/** Columns as bars an hour apart from `start` on, each known at its close. */
export const barsFrom = (columns: BarColumns, start: number): Bar[] =>
  Array.from(columns.time, (_, i) => ({
    time: start + i * HOUR,
    open: columns.open[i] ?? NaN,
    high: columns.high[i] ?? NaN,
    low: columns.low[i] ?? NaN,
    close: columns.close[i] ?? NaN,
    volume: columns.volume[i] ?? NaN,
    knownAt: start + (i + 1) * HOUR,
  }));
