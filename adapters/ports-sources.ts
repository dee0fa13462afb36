// News sources as managed things: a part of ports.ts.
import type { RawItem } from '../domain/news/articles.js';
import type { ProblemTally } from '../domain/news/problems.js';
import type { Silence } from '../domain/news/rhythm.js';
import type { NewsSource, SourceChange, SourceDefinition } from '../domain/news/source.js';
import type { ErrorBudget, Freshness, SourceRecord } from '../domain/news/source-health.js';
import type { Closable } from './ports-closable.js';

/** A kind of source that this installation has. */
export interface SourceKindInfo {
  kind: string;
  summary: string;
  /** JSON Schema of its settings; null where an adapter of the user's checks them itself. */
  settings: Record<string, unknown> | null;
  /** The file it was loaded from; null for those that come with the platform. */
  file: string | null;
}

/** One page as a source gives it at this moment; nothing of it is stored. */
export interface SourceTest {
  items: RawItem[];
  /** Items of the page, of which `items` shows the first. */
  found: number;
  /** Whether there is a page after it. */
  more: boolean;
  elapsedMs: number;
  problems: ProblemTally;
}

/** Whether a host is asked at all at this moment. */
export interface Breaker {
  state: 'closed' | 'open' | 'half-open';
  /** Until when it is not asked, epoch ms; null unless open. */
  until: number | null;
}

export interface SourceHealth {
  id: string;
  state: 'paused' | 'new' | 'healthy' | 'silent' | 'unreliable' | 'failing';
  record: SourceRecord;
  freshness: Freshness;
  errorBudget: ErrorBudget;
  /** Unusual silences of the last two weeks: perhaps holes. */
  silences: Silence[];
  breaker: Breaker;
  itemsPerDay: { day: string; items: number }[];
}

/** A feed that a site tells of. */
export interface FoundFeed {
  href: string;
  /** Absolute. */
  url: string;
  type: string;
  title: string | null;
}

export interface SourcesPort extends Closable {
  kinds(): Promise<SourceKindInfo[]>;
  /** Sources of the registry or of FINSIGHT_FEEDS, as changed by what is stored, and those made by people; by id. */
  list(): Promise<NewsSource[]>;
  /** @throws NotFoundError naming the nearest that are known */
  get(id: string): Promise<NewsSource>;
  /**
   * What a definition becomes, where it can be used; nothing is stored.
   * @throws InvalidInputError for an unknown kind, settings that its kind does not take, an address that may not be
   * asked, a secret that is not set, and a query that the schema refuses
   */
  define(definition: SourceDefinition, by: string): Promise<NewsSource>;
  /** A source with changes, checked as by `define`; nothing is stored. */
  change(id: string, change: SourceChange): Promise<NewsSource>;
  /** Stores it, new or changed. */
  save(source: NewsSource): Promise<void>;
  /** One of the registry stays removed. @throws NotFoundError */
  remove(id: string): Promise<void>;
  /** Whether it can be asked for a window of time. */
  windowed(source: NewsSource): Promise<boolean>;
  /** When it published lately, newest first. */
  recentTimes(id: string): Promise<number[]>;
  /** Asks it for one page. @throws as a collection of it would */
  test(source: NewsSource, limit: number): Promise<SourceTest>;
  health(source: NewsSource): Promise<SourceHealth>;
  /** Feeds that a page tells of, or the page itself where it is one. @throws as any request */
  discover(url: string): Promise<{ feeds: FoundFeed[]; canonical: string | null }>;
}
