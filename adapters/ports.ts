import type { InstallationPorts } from './ports-inventory.js';
import type { Bar, BarColumns, BarsKey, TimeRange } from '../domain/bars.js';
import type { AgedPiece, AgingOptions } from '../domain/bars/aging.js';
import type { SentimentPoint } from '../domain/features.js';
import type { FundingPage } from '../domain/funding.js';
import type { FetchedPage, LineageNode, VenueAnswer, Verification } from '../domain/lineage.js';
import type { NumberedBars, RowFault } from '../domain/bars/inspect.js';
import type { Layout, LayoutOptions } from '../domain/bars/layout.js';
import type { ModelRef, ObjectRef } from '../domain/models.js';
import type { RawItem } from '../domain/news.js';
import type { Trainer } from '../domain/research.js';
import type { SentimentModel } from '../domain/sentiment.js';
import type { Source } from '../domain/sources.js';
import type { Stream, Timeframe } from '../domain/streams.js';
import type { Trade } from '../domain/trades.js';

/**
 * The interfaces of the outside world. An adapter is a function that returns an object of methods,
 * connects lazily, closes twice without harm, and throws the errors of domain/errors.ts.
 */
export interface Closable {
  close(): Promise<void>;
}

// ---------------------------------------------------------------- documents and events

export type Json = Record<string, unknown>;

/** A stored document: `id` and `at` (epoch ms, the time it is listed by) beside its own members. */
export type Doc<T> = T & { id: string };

/** Equality on top-level fields, membership for array fields, and a range over the collection's time. */
export interface DocumentQuery {
  where?: Record<string, string | number | boolean | null | readonly (string | number)[]>;
  range?: { from?: number; to?: number };
  order?: 'newest' | 'oldest';
  limit?: number;
  /** Opaque, from the page before. */
  cursor?: string;
}

export interface DocumentPage<T> {
  items: Doc<T>[];
  cursor: string | null;
}

export interface EventRow {
  /** Unique: publishing the same id twice is one event. */
  id: string;
  /** `article.collected`, `prediction.made`, `bars.closed` … */
  type: string;
  at: number;
  payload: Json;
}

/** Collections and their time member and filterable members are declared in domain/collections.ts. */
export interface DocumentsPort extends Closable {
  /** Inserts what is new by id, leaves what is there untouched; events join the same transaction, for new ids only. */
  insert<T>(
    collection: string,
    docs: Doc<T>[],
    events?: (doc: Doc<T>) => EventRow,
  ): Promise<{ inserted: string[] }>;
  /** Inserts or replaces by id; events join the same transaction. */
  upsert<T>(collection: string, docs: Doc<T>[], events?: EventRow[]): Promise<void>;
  get<T>(collection: string, id: string): Promise<Doc<T> | null>;
  getMany<T>(collection: string, ids: string[]): Promise<Doc<T>[]>;
  find<T>(collection: string, query: DocumentQuery): Promise<DocumentPage<T>>;
  count(collection: string, query: DocumentQuery): Promise<number>;
  /** Changes one document under a lock; `change` gets null where there is none. Returns what was written. */
  update<T>(collection: string, id: string, change: (doc: Doc<T> | null) => Doc<T>): Promise<Doc<T>>;
  remove(collection: string, ids: string[]): Promise<number>;
}

export interface EventsPort extends Closable {
  publish(events: EventRow[]): Promise<void>;
  /** Events after the consumer's own mark, oldest first; the mark moves when `handle` has resolved. */
  consume(
    consumer: string,
    handle: (events: EventRow[]) => Promise<void>,
    options?: { limit?: number },
  ): Promise<number>;
  /** Latest events, newest first. */
  recent(query: { type?: string; limit: number }): Promise<EventRow[]>;
}

// ---------------------------------------------------------------- bars, objects, tables

export interface BarsWrite {
  stream: Stream;
  bars: Bar[];
  /** Stored with each bar's partition. */
  source: Source;
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

/** Column tables as ZSTD Parquet bytes. */
export interface TablesPort extends Closable {
  encode(columns: TableColumn[]): Promise<Uint8Array>;
  decode(bytes: Uint8Array): Promise<TableColumn[]>;
}

// ---------------------------------------------------------------- files of bars

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
export interface FormatsPort {
  names: string[];
  mediaType(format: string): string;
  /** The format that a file's name means, or null. */
  formatOf(path: string): string | null;
  /** Each call begins anew. @throws InvalidInputError saying what decides, DataQualityError for broken files. */
  read(path: string, options: ReadBarsOptions): AsyncIterable<RowBatch>;
  encode(format: string, batches: AsyncIterable<BarColumns>): AsyncIterable<Uint8Array>;
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

// ---------------------------------------------------------------- cache and shared limits

export interface CachePort extends Closable {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  invalidate(prefix: string): Promise<void>;
  /** Takes from a bucket shared by all processes; `waitMs` is 0 where the call may go ahead. */
  take(
    bucket: string,
    limit: { capacity: number; refillPerSecond: number },
    cost?: number,
  ): Promise<{ waitMs: number; remaining: number }>;
}

// ---------------------------------------------------------------- markets and news

export interface BarPage {
  bars: Bar[];
  /** Rows the venue sent that are no bars, with the reason. */
  rejected: { row: unknown; reason: string }[];
  /** Where the next page begins (a bar open), or null at the end of the range. */
  next: number | null;
  /** What the venue answered for this page. */
  answers?: VenueAnswer[];
}

/** What a live market says; a venue tells its closed bars, or the trades that they are made from. */
export type LiveMessage =
  /** The connection is there, for the first time or again: what came meanwhile was missed. */
  | { kind: 'connected' }
  /** Bars that have closed, in the order in which they were told: one, or all that came while nobody was reading. */
  | { kind: 'bars'; bars: Bar[] }
  | { kind: 'trade'; trade: Trade }
  /** Nothing has come for a second. */
  | { kind: 'quiet' };

export interface MarketsPort extends Closable {
  source: Source;
  /** The ccxt exchange id and stream that serve a symbol. @throws InvalidInputError naming what is known. */
  resolve(request: { symbol: string; timeframe: Timeframe; exchange?: string }): Promise<Stream>;
  /** Open time of the last closed bar, as the source sees its own present. */
  lastClosed(stream: Stream): Promise<number>;
  /**
   * One page of closed bars in [from, to), ascending. `seen`: an instant that the venue has told of; where its clock is
   * taken to be behind that, it is asked for again.
   */
  fetchBars(request: { stream: Stream; range: TimeRange; limit?: number; seen?: number }): Promise<BarPage>;
  /** Follows a market, connecting again whenever the connection is lost, until the caller leaves the loop. */
  watch(stream: Stream): AsyncIterable<LiveMessage>;
  /** One page of a perpetual's funding rates in [from, to), ascending. @throws InvalidInputError where the source has none. */
  fetchFunding(request: { exchange: string; symbol: string; range: TimeRange }): Promise<FundingPage>;
}

export interface NewsPage {
  items: RawItem[];
  /** Opaque, for the page after; null at the end. */
  next: string | null;
}

export interface NewsPort extends Closable {
  source: Source;
  /** Names of the feeds this source has. */
  feeds(): Promise<string[]>;
  fetchPage(request: { feed: string; range: TimeRange; cursor?: string }): Promise<NewsPage>;
}

// ---------------------------------------------------------------- serving

export type Tensor =
  | { type: 'float32'; dims: number[]; data: Float32Array }
  | { type: 'int64'; dims: number[]; data: BigInt64Array };

export interface ServingPort extends Closable {
  /** Runs one batch. @throws DataQualityError where the file's digest differs or the model answers NaN or a wrong shape. */
  infer(model: ModelRef, inputs: Record<string, Tensor>): Promise<Record<string, Tensor>>;
  health(): Promise<{ backend: string; provider: string; loaded: string[] }>;
}

// ---------------------------------------------------------------- lineage

/** Which scores a feature may see: of one model about one asset, known from `from` to `asOf`, epoch ms. */
export interface SentimentRequest {
  model: string;
  asset: string;
  source: Source;
  from: number;
  asOf: number;
}

/** The way back from anything stored to what it was made from. */
export interface LineagePort {
  /** Records a fetched page with what was answered; again, it is the same record. */
  record(page: FetchedPage): Promise<void>;
  /** @throws InvalidInputError for an id of no known form, NotFoundError where nothing of that id is stored. */
  explain(id: string): Promise<LineageNode>;
  /** Recomputes every digest on the way back. @throws as `explain` */
  verify(id: string): Promise<Verification>;
  /** The same for everything stored, one thing after the other. */
  verifyAll(): AsyncIterable<Verification>;
}

// ---------------------------------------------------------------- all of it

export interface Ports extends Closable, InstallationPorts {
  documents: DocumentsPort;
  events: EventsPort;
  series: SeriesPort;
  objects: ObjectsPort;
  tables: TablesPort;
  formats: FormatsPort;
  cache: CachePort;
  serving: ServingPort;
  lineage: LineagePort;
  /** Sentiment about an asset as it was known, and the digest of it. */
  sentimentPoints(request: SentimentRequest): Promise<{ points: SentimentPoint[]; sha256: string }>;
  markets(source: Source): MarketsPort;
  news(source: Source): NewsPort;
  /** The source where none is asked for: live when an exchange answers, else recorded, else simulated; and why. */
  chooseSource(): Promise<{ source: Source; reason: string }>;
  /** The trainer that this installation has, and why: `ridge` where the Python environment is switched off. */
  trainer(): { trainer: Trainer; reason: string };
  /** The sentiment model that the project ships. */
  shippedSentiment(): Promise<SentimentModel>;
  now(): number;
}
