import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'esbuild';
import { z } from 'zod';
import { DataQualityError, InvalidInputError, messageOf } from '../../domain/errors.js';
import type { RawItem } from '../../domain/news/articles.js';
import type { NewsProblem } from '../../domain/news/problems.js';
import type { NewsPage } from '../ports.js';
import type { HttpAnswer, HttpRequest } from '../http/http.js';
import { told, type KindTools, type PageRequest, type SourceKind } from './kind.js';

/** What a user's file exports as `source`, or as its default: a kind of source of their own. */
interface UserAdapter {
  kind: string;
  summary?: string | undefined;
  windowed?: boolean | undefined;
  /** Settings as they are to be stored; throws where they are wrong. */
  check?: ((settings: Record<string, unknown>) => Record<string, unknown>) | undefined;
  host(settings: Record<string, unknown>): string;
  fetchPage(request: UserRequest): Promise<{ items: unknown; next?: unknown; problems?: unknown }>;
}

/** What `fetchPage` of a user's file gets: the platform's own client, so that politeness and limits hold. */
interface UserRequest {
  id: string;
  settings: Record<string, unknown>;
  /** Epoch ms; `to` is exclusive. */
  from: number;
  to: number;
  /** What the page before answered as `next`; null for the first. */
  cursor: string | null;
  request(request: HttpRequest): Promise<HttpAnswer & { text: string }>;
  /** A variable FINSIGHT_NEWS_KEY_<NAME>; throws where it is not set. */
  secret(name: string): string;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const someFunction = z.custom<never>(isFunction, 'must be a function');

const shape = z.object({
  kind: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/, 'must be 2 to 60 of a-z 0-9 -, beginning with a letter'),
  summary: z.string().max(200).optional(),
  windowed: z.boolean().optional(),
  check: someFunction.optional(),
  host: someFunction,
  fetchPage: someFunction,
});

const text = z.string().optional();
const item = z.strictObject({
  guid: text,
  url: text,
  title: text,
  content: text,
  author: text,
  language: text,
  publishedAt: text,
  categories: z.array(z.string()).optional(),
});
const problem = z.strictObject({ what: z.string().min(1), detail: z.string(), item: text });
const page = z.object({
  items: z.array(item).max(10_000),
  next: z.string().nullish(),
  problems: z.array(problem).max(10_000).optional(),
});

/**
 * Loads the kinds of a user's own files (FINSIGHT_NEWS_ADAPTERS). They are the operator's code and run as the
 * platform itself does. @throws InvalidInputError naming the file and what its shape breaks
 */
export async function loadAdapters(paths: readonly string[]): Promise<SourceKind[]> {
  const kinds: SourceKind[] = [];
  for (const path of paths) {
    const adapter = readShape(path, await imported(path));
    const twin = kinds.find(({ kind }) => kind === adapter.kind);
    if (twin)
      throw new InvalidInputError(
        `News adapters ${twin.file} and ${path} are both of kind "${adapter.kind}"`,
      );
    kinds.push(kindOf(adapter, path));
  }
  return kinds;
}

/** One script of the file and of what it imports, so that TypeScript and files beside it are no trouble. */
async function imported(path: string): Promise<unknown> {
  const file = resolve(path);
  if (!existsSync(file))
    throw new InvalidInputError(`News adapter ${path} does not exist (FINSIGHT_NEWS_ADAPTERS)`);
  try {
    const built = await build({
      entryPoints: [file],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'node',
      target: 'node20',
      logLevel: 'silent',
      sourcemap: 'inline',
    });
    const code = built.outputFiles[0]?.text ?? '';
    const mark = createHash('sha256').update(file).digest('hex').slice(0, 8);
    const address = `data:text/javascript;base64,${Buffer.from(code).toString('base64')}#${mark}`;
    const loaded = (await import(address)) as { source?: unknown; default?: unknown };
    return loaded.source ?? loaded.default;
  } catch (error) {
    throw new InvalidInputError(`News adapter ${path} cannot be loaded: ${messageOf(error)}`);
  }
}

function readShape(path: string, given: unknown): UserAdapter {
  const read = shape.safeParse(given);
  if (read.success) return given as UserAdapter;
  const faults = read.error.issues.map(
    (issue) => `${issue.path.join('.') || 'its export "source"'}: ${issue.message}`,
  );
  throw new InvalidInputError(
    `News adapter ${path} does not have the shape of one (docs/news.md): ${faults.join('; ')}`,
  );
}

function kindOf(adapter: UserAdapter, file: string): SourceKind {
  const inFile = `News adapter ${file}`;
  return {
    kind: adapter.kind,
    summary: adapter.summary ?? `The user's own, from ${file}`,
    schema: null,
    file,
    check(settings) {
      try {
        return adapter.check?.(settings) ?? settings;
      } catch (error) {
        throw new InvalidInputError(`Unusable settings of a ${adapter.kind} source: ${messageOf(error)}`);
      }
    },
    hostOf(settings) {
      const host: unknown = adapter.host(settings);
      if (typeof host === 'string' && host !== '') return host;
      throw new InvalidInputError(`${inFile}: host() must answer the name of a host`);
    },
    addressOf: () => null,
    windowed: () => adapter.windowed ?? false,
    fetchPage: (request, tools) => fetchOwn({ adapter, inFile }, request, tools),
  };
}

async function fetchOwn(
  { adapter, inFile }: { adapter: UserAdapter; inFile: string },
  { source, range, cursor, interactive, signal }: PageRequest,
  tools: KindTools,
): Promise<NewsPage> {
  const secrets: string[] = [];
  const more = { ...(interactive ? { interactive } : {}), ...(signal ? { signal } : {}) };
  const asked: UserRequest = {
    id: source.id,
    settings: source.settings,
    ...range,
    cursor: cursor ?? null,
    async request(given) {
      const answer = await tools.http.request({ isApi: true, ...given, ...more });
      return { ...answer, text: new TextDecoder().decode(answer.bytes) };
    },
    secret(name) {
      const value = tools.secret(name);
      if (!value) throw new InvalidInputError(`${name} is not set`);
      secrets.push(value);
      return value;
    },
  };
  const answered = await told(`Source "${source.id}"`, () => adapter.fetchPage(asked), secrets);
  const read = page.safeParse(answered);
  if (!read.success) {
    const [issue] = read.error.issues;
    throw new DataQualityError(
      `${inFile} answered a page of the wrong shape: ${issue?.path.join('.') || 'page'}: ${issue?.message}`,
    );
  }
  const items = read.data.items.map((each) => ({ feed: source.id, ...each }) as RawItem);
  const { next = null, problems = [] } = read.data;
  return { items, next, ...(problems.length > 0 ? { problems: problems as NewsProblem[] } : {}) };
}
