import type { SeriesPort } from '../ports.js';
import { fileSeries } from './files.js';

/** Bars as ZSTD Parquet files below a folder. */
export const parquetSeries = (root: string, options: { now?: () => number } = {}): SeriesPort =>
  fileSeries(root, 'bars.parquet', options);
