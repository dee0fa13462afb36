import { createFinsightClient } from '../api/client.js';
import type { Config } from '../adapters/config.js';
import {
  DataQualityError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  UnreachableError,
} from '../domain/errors.js';
import { readPlatform } from './platform.js';

export type FinsightClient = ReturnType<typeof createFinsightClient>;

/** Client of the platform that runs on this data directory. @throws UnreachableError with the cure. */
export function connectApi(config: Config): {
  client: FinsightClient;
  url: string;
  headers: Record<string, string>;
} {
  const platform = readPlatform(config.dataDir);
  if (!platform)
    throw new UnreachableError(
      `No platform runs on ${config.dataDir}; start one: finsight up --data-dir ${config.dataDir}`,
    );
  // Who starts the platform with an administrator's key may use it, too.
  const key = config.api.key || config.api.adminKey;
  const headers: Record<string, string> = key ? { authorization: `Bearer ${key}` } : {};
  const client = createFinsightClient(platform.apiUrl, key || undefined);
  client.use({ onError: ({ error }) => unanswered(platform.apiUrl, error) });
  return { client, url: platform.apiUrl, headers };
}

/** The client's "fetch failed" says neither what nor why. */
function unanswered(url: string, error: unknown): Error {
  if (!(error instanceof TypeError)) return error as Error;
  const reason = messageOf(error.cause ?? error) || error.message;
  return new UnreachableError(`The platform at ${url} does not answer: ${reason}`);
}

interface Problem {
  title?: string;
  detail?: string;
  status?: number;
}

/** The data of an answer, or the problem as the error that it stands for. */
export function dataOf<T>(answer: { data?: T | undefined; error?: unknown; response: Response }): T {
  if (answer.response.ok) return answer.data as T;
  throw errorOf(answer.response.status, answer.error as Problem | undefined);
}

export function errorOf(status: number, problem: Problem | undefined): Error {
  const text = problem?.detail ?? problem?.title ?? `HTTP ${status}`;
  if (status === 404) return new NotFoundError(text);
  if (status === 422) return new DataQualityError(text);
  if (status === 503 || status === 429) return new UnreachableError(text);
  if (status === 401)
    return new InvalidInputError(`${text} (here: set FINSIGHT_API_KEY or FINSIGHT_API_KEY_FILE)`);
  if (status >= 400 && status < 500) return new InvalidInputError(text);
  return new Error(text);
}

const FINAL: Record<string, new (message: string) => Error> = {
  InvalidInputError,
  NotFoundError,
  DataQualityError,
  UnreachableError,
};

/** A failed story's cause as the error that it was in the step. */
export function failureOf(failure: { type?: string | null; message?: string } | null | undefined): Error {
  const Kind = FINAL[failure?.type ?? ''] ?? Error;
  return new Kind(failure?.message ?? 'The run failed without a reason; see the Temporal Web UI');
}
