import type { BarColumns } from '../../domain/bars.js';
import type { ReadBarsOptions, RowBatch } from '../ports.js';
import type { Input } from './input.js';

export type ReadOptions = Omit<ReadBarsOptions, 'format'>;
export type { RowBatch };

/** A way to write bars down. Both directions stream: a batch is read or written at a time. */
export interface BarFormat {
  name: string;
  /** Without the dot; the first one is written. */
  extensions: string[];
  mediaType: string;
  read(input: Input, options: ReadOptions): AsyncIterable<RowBatch>;
  encode(batches: AsyncIterable<BarColumns>): AsyncIterable<Uint8Array>;
}

/** Rows of a batch: large enough to be quick, small enough to hold several. */
export const BATCH_ROWS = 65_536;

/** Rows that a layout is judged by. */
export const SAMPLE_ROWS = 1_000;
