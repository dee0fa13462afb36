import type { PartitionSeal } from './ports-inventory.js';
// Bars, objects, tables and files of bars: a part of ports.ts.
import type { Bar, BarColumns, BarsKey, TimeRange } from '../domain/bars.js';
import type { AgedPiece, AgingOptions } from '../domain/bars/aging.js';
import type { NumberedBars, RowFault } from '../domain/bars/inspect.js';
import type { Layout, LayoutOptions } from '../domain/bars/layout.js';
import type { ObjectRef } from '../domain/models.js';
import type { Source } from '../domain/sources.js';
import type { Stream } from '../domain/streams.js';
import type { Closable } from './ports-closable.js';

export interface BarsWrite {
  stream: Stream;
  bars: Bar[];
  /** Stored with each bar's partition. */
  source: Source;
  /**
   * The bars are versions as another store tells them: each that is not there yet is stored, whatever it tells beside
   * the others, which may lie elsewhere.
   */
  exact?: boolean;
}

/** Bars of strictly ascending times as columns: the fast way in for whole files. */
export interface ColumnsWrite {
  stream: Stream;
  columns: BarColumns & { knownAt: Float64Array };
  source: Source;
}

/** A version of a bar as it lies in a store. */
export interface StoredBar extends Bar {
  /** Detail of its source, such as the recorded directory. */
  origin: string;
}

export interface SeriesPort extends Closable {
  /** A bar whose values are stored already is no new record; other values at the same time add a version by `knownAt`. */
  write(write: BarsWrite): Promise<{ stored: number }>;
  /** What `write` does, without an object a bar; where a store has it not, `write` is used. */
  writeColumns?(write: ColumnsWrite): Promise<{ stored: number }>;
  /** The latest version of each bar known at `asOf`, ascending, at most `limit`. */
  read(key: BarsKey & { limit?: number; order?: 'oldest' | 'newest' }): Promise<Bar[]>;
  readColumns(key: BarsKey): Promise<BarColumns>;
  /** Open times present in the range. */
  times(key: BarsKey): Promise<Float64Array>;
  /** sha256 over the values (not knownAt) of the bars that `readColumns` gives, and how many. */
  digest(key: BarsKey): Promise<{ sha256: string; rows: number }>;
  /** Every version in the range known at `asOf`, ascending by time and then `knownAt`: what moving a store needs. */
  versions(key: BarsKey): Promise<StoredBar[]>;
  /** Removes exactly these versions: one that was added meanwhile stays. Returns how many were there. */
  remove(what: { stream: Stream; source: Source; bars: Bar[] }): Promise<{ removed: number }>;
  /**
   * Streams with their stored span and source. `broken`: files that cannot be read; their bars are not counted,
   * but the span holds what they are for, so that reading the stream says which file it is. With `only`, streams other
   * than that one may be left out, which is much faster where many are stored.
   */
  streams(
    only?: Stream,
  ): Promise<{ stream: Stream; range: TimeRange; bars: number; source: Source; broken: string[] }[]>;
  /**
   * Changes with every change of what is stored in the range, and costs next to nothing; absent where the store cannot
   * tell without reading.
   */
  stamp?(key: Omit<BarsKey, 'asOf'>): Promise<string>;
  /** Ends well where the store answers; costs the same however much is stored. */
  probe(): Promise<void>;
  /** The digests of a stream's partitions beside those that they were stored with; absent where reading checks them. */
  seals?(place: Pick<BarsKey, 'stream' | 'source'>): Promise<PartitionSeal[]>;
  /** Only of a store in two places: moves what has become old from the one to the other. */
  aging?: { days: number; move(options: AgingOptions): AsyncIterable<AgedPiece> };
}

export interface ObjectsPort extends Closable {
  put(key: string, bytes: Uint8Array): Promise<ObjectRef>;
  /** The same for what is too large to be held: nothing is there before all has come. @throws DataQualityError as `get` */
  putStream(key: string, chunks: AsyncIterable<Uint8Array>, sha256?: string): Promise<ObjectRef>;
  /** @throws NotFoundError, and DataQualityError where `sha256` is given and does not match. */
  get(key: string, sha256?: string): Promise<Uint8Array>;
  /** Its bytes piece by piece, held against no digest. @throws NotFoundError */
  stream(key: string): Promise<AsyncIterable<Uint8Array>>;
  head(key: string): Promise<ObjectRef | null>;
  list(prefix: string): Promise<string[]>;
  /** The same with size and the time of the last change, epoch ms. */
  entries(prefix: string): Promise<{ key: string; bytes: number; at: number }[]>;
  /** Drafts that writers left when they died, last changed before `before` (epoch ms); absent where the store keeps none. */
  drafts?(before: number): Promise<{ name: string; bytes: number }[]>;
  removeDraft?(name: string): Promise<void>;
  remove(key: string): Promise<void>;
  /** Where a person or Python finds it: a path for `file:`, an address for others. */
  locate(key: string): string;
  /** An address from which anyone may download it for so many seconds; absent where the store cannot give one. */
  link?(key: string, seconds: number): Promise<string>;
}

export type TableColumn =
  | { name: string; type: 'float64'; values: Float64Array }
  | { name: string; type: 'float32'; values: Float32Array }
  | { name: string; type: 'int64'; values: Float64Array }
  | { name: string; type: 'int32'; values: Int32Array };

/** Written only: tables that are read back hold numbers. */
export interface TextColumn {
  name: string;
  type: 'text';
  values: string[];
}

/** Column tables as ZSTD Parquet bytes. */
export interface TablesPort extends Closable {
  encode(columns: (TableColumn | TextColumn)[]): Promise<Uint8Array>;
  decode(bytes: Uint8Array): Promise<TableColumn[]>;
  /** Cells of a CSV file by its first row. @throws DataQualityError for bytes that are no UTF-8, InvalidInputError without rows. */
  readCsv(bytes: Uint8Array): Promise<{ name: string; values: string[] }[]>;
}

/** Rows as they stand in a file, numbered from 1 (a header does not count); unreadable ones are named instead. */
export interface RowBatch extends NumberedBars {
  faults: RowFault[];
}

export interface ReadBarsOptions extends LayoutOptions {
  /** Known by what stands in the file, else by its name. */
  format?: string;
  /** Told once, before the first batch. */
  onLayout?: (layout: Layout) => void;
}

/** Files of bars in every format, plain, gzip or zip; both directions stream. */
/** A column of any table that is written down: NaN and null are cells without a value. */
export interface CellColumn {
  name: string;
  /** `time`: epoch ms. */
  kind: 'number' | 'time' | 'text';
  values: ArrayLike<number> | ArrayLike<number | string | null>;
}

export interface FormatsPort {
  names: string[];
  mediaType(format: string): string;
  /** The format that a file's name means, or null. */
  formatOf(path: string): string | null;
  /** Each call begins anew. @throws InvalidInputError saying what decides, DataQualityError for broken files. */
  read(path: string, options: ReadBarsOptions): AsyncIterable<RowBatch>;
  encode(format: string, batches: AsyncIterable<BarColumns>): AsyncIterable<Uint8Array>;
  /** Tables that are no bars, as `csv` (times as epoch ms) or `parquet` (times as UTC timestamps). */
  encodeTable(format: 'csv' | 'parquet', columns: CellColumn[]): AsyncIterable<Uint8Array>;
  /** Puts a finished file in its place, gzip where the name ends in `.gz`; `sha256` and `bytes` are of what is inside. */
  write(
    path: string,
    format: string,
    batches: AsyncIterable<BarColumns>,
  ): Promise<{ bytes: number; sha256: string }>;
  /** Hex sha256 of a file as it lies there. */
  digest(path: string): Promise<string>;
  /** A stored object as a file, until it is given back. @throws DataQualityError where its digest differs. */
  lend(
    objects: ObjectsPort,
    object: Pick<ObjectRef, 'key' | 'sha256'>,
  ): Promise<{ path: string; giveBack(): Promise<void> }>;
}
