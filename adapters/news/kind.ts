import type { NewsSource } from '../../domain/news/source.js';
import type { HttpClient } from '../http/http.js';
import type { CachePort, NewsPage, NewsRequest } from '../ports.js';

/** What a kind of source works with. */
export interface KindTools {
  http: HttpClient;
  cache: Pick<CachePort, 'take'>;
  /** A named secret of the environment; undefined where it is not set. */
  secret(name: string): string | undefined;
}

export interface PageRequest extends Omit<NewsRequest, 'feed'> {
  source: Pick<NewsSource, 'id' | 'settings'>;
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

/** The same error with words in front of it, and without the secrets, also in its stack. */
export async function told<T>(
  prefix: string,
  work: () => Promise<T>,
  secrets: readonly (string | undefined)[] = [],
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const hide = (text: string): string =>
      secrets
        .flatMap((each) => (each ? [each, encodeURIComponent(each)] : []))
        .reduce((shown, each) => shown.replaceAll(each, '***'), text);
    const stack = error.stack ?? '';
    const message = hide(error.message);
    error.message = message.startsWith(prefix) ? message : `${prefix}: ${message}`;
    error.stack = hide(stack);
    throw error;
  }
}
