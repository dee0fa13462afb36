import { DataQualityError, InvalidInputError } from '../../../domain/errors.js';
import type { MappedSettings } from '../../../domain/news/mapping.js';
import type { HttpAnswer, HttpRequest } from '../../http/http.js';
import type { NewsPage } from '../../ports.js';
import { itemProblems } from '../item-problems.js';
import { told, type KindTools, type PageRequest } from '../kind.js';
import { readItems } from './items.js';
import { cursorsAfter, readCursor } from './paging.js';
import type { Asked } from './request.js';
import { takeTurn } from './turns.js';

/** How the pages of a kind are asked for, and what their answers mean. */
export interface Mapped {
  settings: MappedSettings;
  requestOf(asked: Asked): HttpRequest;
  /** An answer that says that it is none. @throws DataQualityError with its own words */
  checkBody?(body: unknown): void;
  /** Whether the same request is asked again and again, so that the answer may be as it was. */
  steady: boolean;
}

/** Undefined where none is needed. @throws InvalidInputError where it is not set */
export function secretOf(
  { auth }: Pick<MappedSettings, 'auth'>,
  { secret }: Pick<KindTools, 'secret'>,
): string | undefined {
  if (!auth) return undefined;
  const value = secret(auth.secret);
  if (value) return value;
  throw new InvalidInputError(
    `${auth.secret} is not set: put the key into the environment or .env (or the path of a file with it into ${auth.secret}_FILE) and start the platform again`,
  );
}

/**
 * One page of a source whose answers are mapped.
 * @throws DataQualityError where the answer is no JSON, and as the client does
 */
export async function fetchMapped(
  request: PageRequest,
  tools: KindTools,
  { settings, requestOf, checkBody, steady }: Mapped,
): Promise<NewsPage> {
  const { source, range, cursor, etag, lastModified, ...rest } = request;
  const state = readCursor(cursor);
  const name = `Source "${source.id}"`;
  const secret = secretOf(settings, tools);
  // Only of a first and only page can be said that nothing is new.
  const keeps = steady && cursor === undefined && settings.paging.kind === 'none';
  const held = keeps ? { ...(etag ? { etag } : {}), ...(lastModified ? { lastModified } : {}) } : {};
  const work = async (): Promise<NewsPage> => {
    await takeTurn(source.id, settings, tools);
    const answer = await tools.http.request({
      ...requestOf({ state, range, secret }),
      ...held,
      ...rest,
      isApi: true,
    });
    if (answer.notModified) return { items: [], next: null, notModified: true, ...held };
    const body = jsonOf(answer);
    checkBody?.(body);
    const items = readItems(body, settings, { feed: source.id, address: answer.url });
    const after = cursorsAfter({ settings, state, answer, body, items, range });
    const problems = [...itemProblems(items, settings), ...(after.problems ?? [])];
    return {
      items,
      ...after,
      ...(problems.length > 0 ? { problems } : {}),
      ...(keeps ? { etag: answer.etag, lastModified: answer.lastModified } : {}),
    };
  };
  return told(name, work, [secret]);
}

function jsonOf({ bytes }: HttpAnswer): unknown {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch {
    const start = text.slice(0, 60).replace(/\s+/g, ' ');
    throw new DataQualityError(`its answer is no JSON; it begins with "${start}"`);
  }
}
