import type { TimeRange } from '../../domain/bars.js';
import type { NewsSource } from '../../domain/news/source.js';
import type { HttpClient } from '../http/http.js';
import type { CachePort, NewsPage } from '../ports.js';

/** What a kind of source works with. */
export interface KindTools {
  http: HttpClient;
  cache: Pick<CachePort, 'take'>;
  /** A named secret of the environment; undefined where it is not set. */
  secret(name: string): string | undefined;
}

export interface PageRequest {
  source: Pick<NewsSource, 'id' | 'settings'>;
  range: TimeRange;
  cursor?: string | undefined;
  /** Of the first page, when it was stored last. */
  validators?: { url: string; etag: string | null; lastModified: string | null } | undefined;
  /** A person waits for it. */
  interactive?: boolean | undefined;
}

/** A kind of news source: what its settings are, and how a page of it is fetched. */
export interface SourceKind {
  kind: string;
  summary: string;
  /** JSON Schema of its settings; null where it checks them itself. */
  schema: Record<string, unknown> | null;
  /** Where it was loaded from; null where it comes with the platform. */
  file: string | null;
  /** Settings as they are stored, defaults filled in. @throws InvalidInputError naming what is wrong */
  check(given: Record<string, unknown>): Record<string, unknown>;
  hostOf(settings: Record<string, unknown>): string;
  /** Address that is asked; null where the kind alone knows. */
  addressOf(settings: Record<string, unknown>): string | null;
  /** Whether it can be asked for a window of time, so that what was missed can be fetched later. */
  windowed(settings: Record<string, unknown>): boolean;
  /** What can be found out only by asking: named secrets, a query against its schema. @throws InvalidInputError */
  verify?(settings: Record<string, unknown>, tools: KindTools): Promise<void>;
  fetchPage(request: PageRequest, tools: KindTools): Promise<NewsPage>;
}

/** The same error with words in front of it, and without the secret, also in its stack. */
export async function told<T>(prefix: string, work: () => Promise<T>, secret = ''): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const hide = (text: string): string => {
      let shown = text;
      for (const form of secret ? [secret, encodeURIComponent(secret)] : [])
        shown = shown.replaceAll(form, '***');
      return shown;
    };
    const stack = error.stack ?? '';
    const message = hide(error.message);
    error.stack = hide(stack);
    error.message = message.startsWith(prefix) ? message : `${prefix}: ${message}`;
    throw error;
  }
}
