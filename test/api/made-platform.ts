import type { CardFigures } from '../../domain/sentiment/figures.js';
import { abstentionReason, scoreFrom, type SentimentModel } from '../../domain/sentiment/scores.js';
import { openSweeps } from '../../adapters/backtest/index.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openApprovals } from '../../adapters/approvals.js';
import { openCatalogue } from '../../adapters/catalogue.js';
import { openStorage } from '../../adapters/storage.js';
import { readConfig } from '../../adapters/config.js';
import { openCache } from '../../adapters/cache/index.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { readSentimentPoints } from '../../adapters/documents/points.js';
import { openEngines } from '../../adapters/engines/index.js';
import { openEvents } from '../../adapters/events/index.js';
import { openSentimentIndexes } from '../../adapters/sentiment-index.js';
import { openNewsReads } from '../../adapters/news-reads.js';
import type { HttpClient } from '../../adapters/http/http.js';
import { openLineage } from '../../adapters/lineage/index.js';
import { openNear } from '../../adapters/near/index.js';
import { openSources } from '../../adapters/news/sources.js';
import type { MirrorPort, RegistryUser } from '../../adapters/ports-registry.js';
import { documentRegistry } from '../../adapters/registry/documents.js';
import { openObjects } from '../../adapters/objects/index.js';
import type { ForecastsPort } from '../../adapters/ports-forecasts.js';
import type { Ports } from '../../adapters/ports.js';
import { documentTracking } from '../../adapters/tracking/documents.js';
import { strategyFiles } from '../../adapters/sandbox/quickjs.js';
import { openSeries } from '../../adapters/series/index.js';
import { fileFormats } from '../../adapters/formats/index.js';
import { openSentiment } from '../../adapters/sentiment/index.js';
import { parquetTables } from '../../adapters/tables.js';
import type { ApiConfig } from '../../api/config.js';
import { startApi } from '../../api/server.js';
import { NotFoundError } from '../../domain/errors.js';
import type { Prediction } from '../../domain/prediction.js';
import { madeStories } from './made-stories.js';

const madeSentiment: SentimentModel = {
  ref: { name: 'ngram', version: '1', onnx: { key: 'none', sha256: '', bytes: 1 } },
  kind: 'ngram',
  threshold: 0.5,
  languages: ['en'],
};

const madeFigures: CardFigures[] = [
  {
    set: 'headlines',
    part: 'test fold',
    n: 100,
    accuracy: 0.8,
    wilson95: [0.71, 0.87],
    majority: 0.4,
    macroF1: 0.79,
    ece: 0.04,
    confusion: [
      [24, 4, 2],
      [3, 32, 5],
      [2, 4, 24],
    ],
    answered: 0.95,
    accuracyAnswered: 0.82,
    reliability: [
      { n: 40, confidence: 0.6, accuracy: 0.62 },
      { n: 60, confidence: 0.95, accuracy: 0.92 },
    ],
  },
];

const madeGpu = { name: 'NVIDIA made, up', memoryBytes: 8e10, usedBytes: 1e9, utilisation: null };

export const ADMIN_KEY = 'an-admin-key-of-the-tests';
export interface TestPlatform {
  url: string;
  ports: Ports;
  stories: ReturnType<typeof madeStories>;
  /** With the admin key unless `key` says another; null sends none. */
  call(
    path: string,
    options?: { method?: string; body?: unknown; key?: string | null; headers?: Record<string, string> },
  ): Promise<Response>;
  close(): Promise<void>;
}

/** What the news sources of a test platform ask, and know. */
interface MadeSources {
  http?: HttpClient;
  feeds?: string;
  newsKeys?: Record<string, string>;
  /** Left out: each request gets the prediction of the examples. */
  forecasts?: (ports: Ports) => ForecastsPort;
}

/** The API on a free port over the embedded stores in a directory of its own. */
export async function startTestPlatform(
  config: Partial<ApiConfig> = {},
  made: MadeSources = {},
): Promise<TestPlatform> {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-api-'));
  const ports = embeddedPorts(directory, made);
  const stories = madeStories();
  const clean = async (): Promise<void> => {
    await ports.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const server = await startApi({
    ports,
    stories,
    forecasts: made.forecasts?.(ports) ?? madeForecasts(ports),
    approvals: openApprovals({
      file: join(directory, 'keys', 'approval.ed25519'),
      documents: ports.documents,
    }),
    config: {
      host: '127.0.0.1',
      port: 0,
      adminKey: ADMIN_KEY,
      logLevel: 'silent',
      progressMs: 20,
      webDirectory: join(directory, 'web'),
      ...config,
    },
  }).catch(async (error: unknown) => {
    await clean();
    throw error;
  });
  return {
    url: server.url,
    ports,
    stories,
    call(path, { method = 'GET', body, key = ADMIN_KEY, headers = {} } = {}) {
      return fetch(`${server.url}${path}`, {
        method,
        headers: {
          ...(key ? { authorization: `Bearer ${key}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    },
    async close() {
      await server.close();
      await clean();
    },
  };
}

const madeForecasts = ({ documents }: Ports): ForecastsPort => {
  const predict = async (): Promise<Prediction> => {
    const found = await documents.get<Prediction>('predictions', 'prd_example');
    if (!found) throw new NotFoundError('No stored bars of this stream');
    return found;
  };
  return {
    predict,
    predictMany: (requests) =>
      Promise.all(requests.map(() => predict().catch((error: unknown) => error as Error))),
    replay: async (id) => ({ id, identical: true, expected: 'ab', found: 'ab', broken: null, checks: 1 }),
  };
};

/** Every address is a feed of one item. */
const madeSites: HttpClient = {
  request: async ({ url }) => ({
    status: 200,
    url,
    headers: { 'content-type': 'application/rss+xml' },
    bytes: new TextEncoder().encode(
      '<rss version="2.0"><channel><title>A feed</title><item><title>Bitcoin rises</title><link>https://example.org/1</link></item></channel></rss>',
    ),
    notModified: false,
    etag: null,
    lastModified: null,
  }),
  close: async () => {},
};

/** The platform's own record once more, with users. */
function madeMirror(stores: Pick<Ports, 'documents' | 'objects'>): MirrorPort {
  const users: RegistryUser[] = [{ name: 'admin', isAdmin: true, grants: [] }];
  const done = async (): Promise<void> => undefined;
  const permissions = { users: async () => users, createUser: done, grant: done, revoke: done };
  return {
    registry: { ...documentRegistry(stores), permissions },
    tracking: documentTracking(stores.documents),
  };
}

function embeddedPorts(directory: string, made: MadeSources): Ports {
  const database = `sqlite:${join(directory, 'finsight.db')}`;
  const absent = (): never => {
    throw new Error('The API does not call sources');
  };
  const own = {
    documents: openDocuments(database),
    events: openEvents(database),
    channels: { send: async () => 'HTTP 200', close: async () => {} },
    series: openSeries(`parquet:${join(directory, 'bars')}`),
    near: openNear(database),
    objects: openObjects(`file:${join(directory, 'objects')}`),
    cache: openCache(`sqlite:${join(directory, 'cache.db')}`),
    sweeps: openSweeps(),
    tables: parquetTables(),
    http: { request: absent, close: async () => {} },
  };
  // The same places by their configuration; keys of this machine's environment stay out of it.
  const settings = readConfig({
    FINSIGHT_DATA_DIR: directory,
    FINSIGHT_RECORDED_DIR: join(directory, 'recorded'),
    FINSIGHT_ADMIN_KEY: ADMIN_KEY,
    FINSIGHT_FEEDS: made.feeds ?? 'own=https://person:word@feeds.example/rss?token=hidden',
    ...made.newsKeys,
  });
  return {
    ...own,
    code: () => '0.0.0',
    machine: () => ({}),
    machineFigures: async () => ({
      cores: 2,
      memoryBytes: 8e9,
      freeMemoryBytes: 4e9,
      load: 0.5,
      gpus: [madeGpu],
    }),
    locks: () => ({}),
    registry: documentRegistry({ documents: own.documents, objects: own.objects }),
    mirror: madeMirror(own),
    lineage: openLineage(own),
    catalogue: openCatalogue(settings, own.cache),
    storage: openStorage(settings),
    engines: openEngines(),
    newsReads: openNewsReads(own),
    sentimentFigures: async () => madeFigures,
    sentimentIndex: openSentimentIndexes({
      ...own,
      sentiment: { choose: async () => madeSentiment },
      weights: {},
    }),
    sentimentPoints: (request) => readSentimentPoints(own.documents, request),
    formats: fileFormats(),
    strategyFiles: strategyFiles(),
    suggestions: { open: absent },
    tracking: documentTracking(own.documents),
    serving: {
      ...{ infer: absent, load: absent, unload: absent, metadata: absent },
      health: async () => ({ backend: 'onnx', provider: 'cpu', loaded: [] }),
      close: async () => {},
    },
    stories: { start: absent, signal: absent },
    markets: absent,
    news: absent,
    sources: openSources({ config: settings, ...own, http: made.http ?? madeSites }),
    readPageItem: absent,
    lexicon: absent,
    chooseSource: absent,
    trainer: () => ({ trainer: 'ridge', reason: 'a test' }),
    sentiment: {
      models: async () => [madeSentiment],
      choose: async () => madeSentiment,
      score: async (_, texts) =>
        texts.map(({ text }) =>
          scoreFrom(
            [0.1, 0.2, 0.7],
            abstentionReason({ text, language: 'en', row: [0.1, 0.2, 0.7], model: madeSentiment }),
          ),
        ),
      close: async () => {},
    },
    sentimentModels: openSentiment({ serving: { infer: absent }, ...own, llm: null }).sentimentModels,
    queues: { pollers: async () => 0 },
    now: () => Date.now(),
    async close() {
      for (const each of Object.values(own)) await each.close();
    },
  };
}
