import type { SeriesPort } from '../ports.js';
import { fileSeries } from './files.js';

/**
 * Bars as CSV files below a folder, for people and programs that read nothing else: every digit of a number is
 * kept. Some seven times the size of Parquet.
 */
export const csvSeries = (root: string, options: { now?: () => number } = {}): SeriesPort =>
  fileSeries(root, 'bars.csv', options);
