import { Pool } from 'undici';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import type { TritonAddress } from './triton-address.js';
import { inferAnswer, inferBody, parseJson } from './triton-binary.js';
import {
  ABSENT,
  FULL,
  TritonFault,
  type IndexEntry,
  type InlineModel,
  type ModelStatistics,
  type TritonClient,
} from './triton-client.js';
import { exchange, type Exchanged } from './triton-exchange.js';
import type { TritonConfig } from './triton-config.js';

const CONNECT_MS = 3000;
const KEEP_ALIVE_MS = 60_000;
/** Connections beside those of batches: loading, configurations, health. */
const SPARE = 4;

/** HTTP with tensors as bytes (the binary tensor data extension) on connections that stay open. */
export function tritonHttp(address: TritonAddress): TritonClient {
  const { secure, host, path, timeoutMs, loadTimeoutMs, concurrency, user } = address;
  const origin = `${secure ? 'https' : 'http'}://${host}`;
  const pool = new Pool(origin, {
    connections: concurrency + SPARE,
    connect: { timeout: Math.min(CONNECT_MS, timeoutMs) },
    keepAliveTimeout: KEEP_ALIVE_MS,
  });
  const ask = async (asked: Asked): Promise<Exchanged> => {
    const limit = asked.timeoutMs ?? timeoutMs;
    const answer = await exchange(pool, {
      method: asked.method ?? 'POST',
      path: path + asked.path,
      headers: user === null ? (asked.headers ?? {}) : { ...asked.headers, authorization: basic(user) },
      body: asked.body ?? null,
      headersTimeout: limit,
      bodyTimeout: limit,
    }).catch((error: unknown) => {
      throw unreachable(origin, error, limit);
    });
    if (answer.status === 200) return answer;
    throw faultOf(answer, origin);
  };
  const json = async <T>(asked: Asked): Promise<T> => parseJson<T>((await ask(asked)).bytes, origin);
  const model = (name: string): string => encodeURIComponent(name);
  return {
    async infer(call) {
      const { headers, body } = inferBody(call);
      const place = `/v2/models/${model(call.model)}/versions/${call.version}/infer`;
      return inferAnswer(await ask({ path: place, headers, body }), origin);
    },
    config: (name) =>
      json<TritonConfig>({ method: 'GET', path: `/v2/models/${model(name)}/config` }).catch(
        (error: unknown) => {
          // It answers 400 where it never heard of the model, 404 where no version is ready.
          if (error instanceof TritonFault && error.kind !== 'failed') return null;
          throw error;
        },
      ),
    async load(name, inline) {
      const body = Buffer.from(JSON.stringify(inline ? { parameters: parametersOf(inline) } : {}));
      await ask({ path: `/v2/repository/models/${model(name)}/load`, body, timeoutMs: loadTimeoutMs });
    },
    async unload(name) {
      await ask({ path: `/v2/repository/models/${model(name)}/unload`, body: Buffer.from('{}') });
    },
    async index() {
      const found = await json<Partial<IndexEntry>[]>({
        path: '/v2/repository/index',
        body: Buffer.from('{}'),
      });
      return found.map((each) => ({ name: '', version: '', state: '', reason: '', ...each }));
    },
    statistics: async () =>
      (await json<{ model_stats: ModelStatistics[] }>({ method: 'GET', path: '/v2/models/stats' }))
        .model_stats,
    alive: async () => void (await ask({ method: 'GET', path: '/v2/health/live' })),
    server: () => json<{ name: string; version: string }>({ method: 'GET', path: '/v2' }),
    close: () => pool.destroy(),
  };
}

interface Asked {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: Buffer;
  timeoutMs?: number;
}

const parametersOf = ({ config, files }: InlineModel): Record<string, string> => ({
  config: JSON.stringify(config),
  ...Object.fromEntries(
    Object.entries(files).map(([name, bytes]) => [`file:${name}`, Buffer.from(bytes).toString('base64')]),
  ),
});

function faultOf({ status, bytes }: Exchanged, origin: string): Error {
  const text = Buffer.from(bytes).toString('utf8');
  const message = /"error":\s*"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? text.slice(0, 300);
  const said = message.replaceAll('\\n', ' ').trim();
  if (status === 404 || ABSENT.test(said)) return new TritonFault('absent', said);
  if (status === 400) return new TritonFault('refused', said);
  if (FULL.test(said))
    return new UnreachableError(`Triton at ${origin} is busy: ${said}`, { retryAfterMs: 100 });
  // A gateway whose server is gone, a proxy that wants another key.
  if (status !== 500) return new UnreachableError(`Triton at ${origin} answers ${status}: ${said}`);
  return new TritonFault('failed', said);
}

function unreachable(origin: string, error: unknown, limit: number): UnreachableError {
  const { code = '' } = error as { code?: string };
  const what = /TIMEOUT/.test(code)
    ? `does not answer within ${limit / 1000} s`
    : /SOCKET|ECONNRESET|EPIPE/.test(code)
      ? `closed the connection before its answer: ${messageOf(error)}`
      : `does not answer: ${messageOf(error) || code}`;
  return new UnreachableError(`Triton at ${origin} ${what}`, { cause: error });
}

const basic = ({ name, password }: { name: string; password: string }): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
