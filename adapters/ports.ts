import type { MirrorPort, RegistryPort } from './ports-registry.js';
import type { TrackingPort } from './ports-tracking.js';
import type { BacktestEnginesPort } from './ports-engines.js';
import type { SentimentPoint } from '../domain/features.js';
import type { FetchedPage, KeptFile, LineageNode, SealedPage, Verification } from '../domain/lineage.js';
import type { RawItem } from '../domain/news/articles.js';
import type { Lexicon } from '../domain/news/tags/lexicon.js';
import type { CardFigures } from '../domain/sentiment/figures.js';
import type { SentimentModel } from '../domain/sentiment/scores.js';
import type { MachineFigures } from '../domain/resources.js';
import type { Trainer } from '../domain/training/trainers.js';
import type { Source } from '../domain/sources.js';
import type { SuggestionsPort, SweepsPort } from './ports-backtest.js';
import type { FormatsPort, ObjectsPort, SeriesPort, TablesPort } from './ports-bars.js';
import type { Closable } from './ports-closable.js';
import type { CachePort, DocumentsPort, EventsPort } from './ports-documents.js';
import type { NearPort } from './ports-news.js';
import type { NewsReadsPort } from './ports-articles.js';
import type { SentimentModelsPort, SentimentPort } from './ports-sentiment.js';
import type { SentimentIndexPort } from './ports-sentiment-index.js';
import type { CataloguePort, SentimentRequest, StoragePort } from './ports-inventory.js';
import type { MarketsPort, NewsPort } from './ports-markets.js';
import type { SourcesPort } from './ports-sources.js';
import type { ChannelsPort } from './ports-notifications.js';
import type { StrategyFilesPort } from './ports-strategies.js';
import type { HttpClient } from './http/http.js';
import type { ServingPort } from './ports-serving.js';

/*
 * The interfaces of the outside world. An adapter is a function that returns an object of methods,
 * connects lazily, closes twice without harm, and throws the errors of domain/errors.ts.
 */
export type { Closable } from './ports-closable.js';
export type {
  CachePort,
  ConsumerProgress,
  Doc,
  DocumentPage,
  DocumentQuery,
  DocumentsPort,
  EventHandler,
  EventRow,
  EventsPort,
  Json,
  OutboxFigures,
  PruneQuery,
} from './ports-documents.js';
export type {
  BarsWrite,
  ColumnsWrite,
  CellColumn,
  FormatsPort,
  ObjectsPort,
  ReadBarsOptions,
  RowBatch,
  SeriesPort,
  StoredBar,
  TableColumn,
  TextColumn,
  TablesPort,
} from './ports-bars.js';
export type { NearPort, NearRow, StoredNearRow } from './ports-news.js';
export type {
  ArticleCountQuery,
  ArticleCounts,
  ArticleFilter,
  ArticlePage,
  ArticleQuery,
  CacheFigures,
  NewsHit,
  NewsHits,
  NewsReadsPort,
} from './ports-articles.js';
export type { SentimentRequest } from './ports-inventory.js';
export type { FoundFeed, SourceHealth, SourceKindInfo, SourcesPort, SourceTest } from './ports-sources.js';
export type { ChannelsPort } from './ports-notifications.js';
export type { StrategyFile, StrategyFilesPort } from './ports-strategies.js';
export type { Suggester, SuggestionsPort, SweepOptions, SweepRequest, SweepsPort } from './ports-backtest.js';
export type {
  BarPage,
  LiveMessage,
  MarketsPort,
  NewsPage,
  NewsPort,
  NewsRequest,
  Validators,
} from './ports-markets.js';
export type { HttpAnswer, HttpClient, HttpRequest } from './http/http.js';
export type {
  FallbackState,
  InstanceHealth,
  ModelMetadata,
  ServingHealth,
  ServingPort,
  Tensor,
  TensorInfo,
} from './ports-serving.js';

// ---------------------------------------------------------------- lineage

/** The way back from anything stored to what it was made from. */
export interface LineagePort {
  /** Digests and packs what was answered; stores nothing. */
  seal(page: FetchedPage): Promise<SealedPage>;
  /** Records pages whose bars are stored; again, they are the same records. */
  record(pages: SealedPage[]): Promise<void>;
  /** The kept files that a stream's bars came from, in the order in which they came. */
  files(read: { stream: string; source: Source }): Promise<KeptFile[]>;
  /** @throws InvalidInputError for an id of no known form, NotFoundError where nothing of that id is stored. */
  explain(id: string): Promise<LineageNode>;
  /** Recomputes every digest on the way back. @throws as `explain` */
  verify(id: string): Promise<Verification>;
  /** The same for everything stored, one thing after the other. */
  verifyAll(): AsyncIterable<Verification>;
}

// ---------------------------------------------------------------- all of it

/** Who serves the queues of the steps. */
export interface QueuesPort {
  /** Workers that asked a queue for work in the last minutes, busy ones among them; 0 where nothing is known. */
  pollers(queue: string): Promise<number>;
}

/** Starts stories from within a worker, by their business ids. */
export interface StoryStartsPort {
  /**
   * Starts a story; false where it runs, or has run: one and the same id is started once. @throws UnreachableError
   * where Temporal does not answer or this process knows of none.
   */
  start(
    kind: string,
    input: Record<string, unknown>,
    options: { workflowId: string; delayMs?: number },
  ): Promise<boolean>;
  /** Tells a story something, and starts it before where it does not run. @throws as `start` */
  signal(
    kind: string,
    input: Record<string, unknown>,
    signal: { name: string; args: readonly unknown[] },
  ): Promise<void>;
}

export interface Ports extends Closable {
  queues: QueuesPort;
  stories: StoryStartsPort;
  engines: BacktestEnginesPort;
  documents: DocumentsPort;
  events: EventsPort;
  near: NearPort;
  channels: ChannelsPort;
  series: SeriesPort;
  objects: ObjectsPort;
  tables: TablesPort;
  formats: FormatsPort;
  cache: CachePort;
  /** For addresses that users give. */
  http: HttpClient;
  serving: ServingPort;
  sentiment: SentimentPort;
  /** The models of `sentiment` as they are managed. */
  sentimentModels: SentimentModelsPort;
  sweeps: SweepsPort;
  /** Where there is no queue `train` to ask. */
  suggestions: SuggestionsPort;
  lineage: LineagePort;
  catalogue: CataloguePort;
  storage: StoragePort;
  strategyFiles: StrategyFilesPort;
  /** Searches and counts of articles, through the cache. */
  newsReads: NewsReadsPort;
  /** Experiments, in the platform's own record. */
  tracking: TrackingPort;
  /** Models, in the platform's own record. */
  registry: RegistryPort;
  /** The registry beside the platform that REGISTRY_URL names; it is told afterwards. Null where there is none. */
  mirror: MirrorPort | null;
  /** Sentiment about an asset as it was known, and the digest of it. */
  sentimentPoints(request: SentimentRequest): Promise<{ points: SentimentPoint[]; sha256: string }>;
  /** What a model's card says of how good it is; empty where it has none. @throws DataQualityError */
  sentimentFigures(model: SentimentModel): Promise<CardFigures[]>;
  /** How an asset is spoken of over time. */
  sentimentIndex: SentimentIndexPort;
  markets(source: Source): MarketsPort;
  news(source: Source): NewsPort;
  /** News sources as they are managed; what they give is read through `news`. */
  sources: SourcesPort;
  /** An item whose content is a whole page with the article of it only; others as they are. */
  readPageItem(item: RawItem): RawItem;
  /** The dictionary of instruments, other entities and topics. @throws InvalidInputError for a faulty user's file */
  lexicon(): Promise<Lexicon>;
  /** The source where none is asked for: live when an exchange answers, else recorded, else simulated; and why. */
  chooseSource(): Promise<{ source: Source; reason: string }>;
  /** The trainer that this installation has, and why: `ridge` where the Python environment is switched off. */
  trainer(): { trainer: Trainer; reason: string };
  /** `0.1.0+<commit>`: the code that runs. */
  code(): string;
  /** What of this machine may decide the last bits of a computation. */
  machine(): Record<string, string>;
  /** Digests of the lock files of both languages. */
  locks(): Record<string, string>;
  /** What this machine has and uses at present. */
  machineFigures(): Promise<MachineFigures>;
  now(): number;
}
