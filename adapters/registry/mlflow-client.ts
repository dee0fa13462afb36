import { ReadableStream } from 'node:stream/web';
import { setTimeout as wait } from 'node:timers/promises';
import { InvalidInputError, messageOf, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { redacted } from '../addresses.js';

/** A thin client of MLflow's REST interface over fetch: no retry of what writes, errors as ours, pages as they come. */
export interface MlflowClient {
  /** As it may be shown. */
  address: string;
  /** S3 address where new experiments keep their artifacts; empty: with the server. */
  artifacts: string;
  get<T>(path: string, query?: Record<string, string | number | undefined>): Promise<T>;
  send<T>(method: 'POST' | 'PATCH' | 'DELETE', path: string, body: object): Promise<T>;
  /** Bytes to a path below `/api/2.0/mlflow-artifacts/artifacts/`. */
  upload(path: string, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  download(path: string): Promise<AsyncIterable<Uint8Array>>;
  /** @throws UnreachableError where it does not answer, is no MLflow, or refuses this user */
  probe(): Promise<void>;
}

export interface MlflowAddress {
  /** Without a slash at its end. */
  url: string;
  user: string;
  password: string;
  timeoutMs: number;
  artifacts: string;
}

const FORM = 'mlflow:http://<user>:<password>@<host>:5000?timeout=30&artifacts=<s3 address, encoded>';
const OPTIONS = ['timeout', 'artifacts'];
/** A read that found nobody is made so often in all; no story calls this, so nobody else tries again soon. */
const READ_TRIES = 3;
const FIRST_PAUSE_MS = 200;
/** For a large artifact over a slow line. */
const TRANSFER_MS = 1_800_000;

/** @throws InvalidInputError naming what is wrong and the right form */
export function readMlflowAddress(address: string): MlflowAddress {
  const wrong = (what: string): InvalidInputError =>
    new InvalidInputError(`Unusable address ${redacted(address)}: ${what}; the form is ${FORM}`);
  const text = address.replace(/^mlflow:/, '');
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) throw wrong('it is no http address');
  const url = new URL(text);
  const unknown = [...url.searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) throw wrong(`unknown option "${unknown}", known: ${OPTIONS.join(', ')}`);
  if (Boolean(url.username) !== Boolean(url.password)) throw wrong('a user has a name and a password');
  const seconds = Number(url.searchParams.get('timeout') ?? 30);
  if (!(seconds > 0 && seconds <= 3600)) throw wrong('timeout is a number of seconds up to 3600');
  const artifacts = url.searchParams.get('artifacts') ?? '';
  if (artifacts && !artifacts.startsWith('s3://')) throw wrong('artifacts is an s3:// address');
  return {
    url: `${url.origin}${url.pathname}`.replace(/\/+$/, ''),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    timeoutMs: seconds * 1000,
    artifacts,
  };
}

/** @param address see readMlflowAddress */
export function mlflowClient(address: string): MlflowClient {
  const place = readMlflowAddress(address);
  const { user, password } = place;
  const authorization = user
    ? { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
    : {};
  const ask = async (path: string, init: RequestInit & { ms?: number } = {}): Promise<Response> => {
    const { ms = place.timeoutMs, ...request } = init;
    const headers = { ...authorization, ...(request.headers as Record<string, string>) };
    const signal = AbortSignal.timeout(ms);
    const asked = { ...request, headers, signal, redirect: 'error' as const };
    const answer = await fetch(`${place.url}${path}`, asked).catch((error: unknown) => {
      throw unanswered(place.url, error);
    });
    if (!answer.ok) throw await refusal(place.url, path, answer);
    return answer;
  };
  const artifactPath = (path: string): string =>
    `/api/2.0/mlflow-artifacts/artifacts/${path.split('/').map(encodeURIComponent).join('/')}`;
  const client: MlflowClient = {
    address: redacted(`mlflow:${place.url}`),
    artifacts: place.artifacts,
    get: (path, query = {}) =>
      again(async () => {
        const given = Object.entries(query).filter((entry) => entry[1] !== undefined);
        const text = String(
          new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])),
        );
        return readJson(place.url, await ask(`${path}${text ? `?${text}` : ''}`));
      }),
    send: async (method, path, body) => {
      const headers = { 'content-type': 'application/json' };
      return readJson(place.url, await ask(path, { method, headers, body: JSON.stringify(body) }));
    },
    async upload(path, chunks) {
      // What the body's source throws comes out of fetch as a cause: it must not look like a server that is away.
      let fault: unknown;
      const body = ReadableStream.from(watched(chunks, (error) => (fault = error)));
      const request = { method: 'PUT', body, duplex: 'half', ms: TRANSFER_MS } as RequestInit;
      const answer = await ask(artifactPath(path), request).catch((error: unknown) => {
        throw fault ?? error;
      });
      await answer.arrayBuffer();
    },
    async download(path) {
      const answer = await ask(artifactPath(path), { ms: TRANSFER_MS });
      return (answer.body ?? new ReadableStream()) as unknown as AsyncIterable<Uint8Array>;
    },
    async probe() {
      await client.get('/api/2.0/mlflow/experiments/search', { max_results: 1 });
    },
  };
  return client;
}

async function* watched(
  chunks: AsyncIterable<Uint8Array>,
  tell: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    tell(error);
    throw error;
  }
}

async function again<T>(read: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++)
    try {
      return await read();
    } catch (error) {
      if (tried === READ_TRIES || !(error instanceof UnreachableError)) throw error;
      await wait(FIRST_PAUSE_MS * 2 ** (tried - 1));
    }
}

function unanswered(url: string, error: unknown): UnreachableError {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const reason = error instanceof Error && error.name === 'TimeoutError' ? 'too slow' : messageOf(cause);
  return new UnreachableError(`MLflow at ${url} does not answer: ${reason}`);
}

/** A proxy in front may answer with a page of its own. */
async function readJson<T>(url: string, answer: Response): Promise<T> {
  const text = await answer.text().catch((error: unknown) => {
    throw unanswered(url, error);
  });
  try {
    return JSON.parse(text || '{}') as T;
  } catch {
    throw new UnreachableError(`What answers at ${url} is no MLflow: ${text.slice(0, 100)}`);
  }
}

/** What MLflow says of a thing that is there already; its callers take it for done. */
export const ALREADY = 'RESOURCE_ALREADY_EXISTS';

async function refusal(url: string, path: string, answer: Response): Promise<Error> {
  const { status } = answer;
  const text = await answer.text().catch(() => '');
  const told = parsed(text);
  const code = told?.error_code ?? '';
  const where = `MLflow at ${url}${path.split('?')[0]}`;
  const reason = (told?.message ?? text.replaceAll(/<[^>]*>/g, ' ').trim()).slice(0, 500);
  if (status === 401 || status === 403)
    return new UnreachableError(`${where} refuses this user: ${reason || status}`);
  if (status >= 500 || status === 429 || status === 408)
    return new UnreachableError(`${where} answers ${status}: ${reason}`);
  // Without a code it is the address that is not known: another server, or an MLflow of another age.
  if (!told && (status === 404 || status === 405))
    return new UnreachableError(
      `${where} is not known there (${status}); is it MLflow 3, and the right path?`,
    );
  if (code === 'RESOURCE_DOES_NOT_EXIST' || status === 404)
    return new NotFoundError(`${where}: ${reason}`, { cause: code });
  return new InvalidInputError(`${where}: ${code} ${reason}`, { cause: code });
}

function parsed(text: string): { error_code?: string; message?: string } | null {
  try {
    return JSON.parse(text) as { error_code?: string; message?: string };
  } catch {
    return null;
  }
}

/** Runs what makes a thing; where it is there already, that is as good. */
export const unlessThere = (work: Promise<unknown>): Promise<void> =>
  work.then(
    () => undefined,
    (error: unknown) => {
      if (!(error instanceof Error && error.cause === ALREADY)) throw error;
    },
  );

export const orNull = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
