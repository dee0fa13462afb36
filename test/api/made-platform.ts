import { openSweeps } from '../../adapters/backtest/index.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openCatalogue } from '../../adapters/catalogue.js';
import { openStorage } from '../../adapters/storage.js';
import { readConfig } from '../../adapters/config.js';
import { openCache } from '../../adapters/cache/index.js';
import { openDocuments } from '../../adapters/documents/index.js';
import { readSentimentPoints } from '../../adapters/documents/points.js';
import { openEngines } from '../../adapters/engines/index.js';
import { openEvents } from '../../adapters/events/index.js';
import { openLineage } from '../../adapters/lineage/index.js';
import { openObjects } from '../../adapters/objects/index.js';
import type { Ports } from '../../adapters/ports.js';
import { documentTracking } from '../../adapters/tracking/documents.js';
import { strategyFiles } from '../../adapters/sandbox/quickjs.js';
import { openSeries } from '../../adapters/series/index.js';
import { fileFormats } from '../../adapters/formats/index.js';
import { parquetTables } from '../../adapters/tables.js';
import type { ApiConfig } from '../../api/config.js';
import { startApi } from '../../api/server.js';
import { madeStories } from './made-stories.js';

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

/** The API on a free port over the embedded stores in a directory of its own. */
export async function startTestPlatform(config: Partial<ApiConfig> = {}): Promise<TestPlatform> {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-api-'));
  const ports = embeddedPorts(directory);
  const stories = madeStories();
  const clean = async (): Promise<void> => {
    await ports.close();
    rmSync(directory, { recursive: true, force: true });
  };
  const server = await startApi({
    ports,
    stories,
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

function embeddedPorts(directory: string): Ports {
  const database = `sqlite:${join(directory, 'finsight.db')}`;
  const absent = (): never => {
    throw new Error('The API does not call sources');
  };
  const own = {
    documents: openDocuments(database),
    events: openEvents(database),
    series: openSeries(`parquet:${join(directory, 'bars')}`),
    objects: openObjects(`file:${join(directory, 'objects')}`),
    cache: openCache(`sqlite:${join(directory, 'cache.db')}`),
    sweeps: openSweeps(),
    tables: parquetTables(),
  };
  // The same places by their configuration; keys of this machine's environment stay out of it.
  const settings = readConfig({
    FINSIGHT_DATA_DIR: directory,
    FINSIGHT_RECORDED_DIR: join(directory, 'recorded'),
    FINSIGHT_ADMIN_KEY: ADMIN_KEY,
    FINSIGHT_FEEDS: 'own=https://person:word@feeds.example/rss?token=hidden',
  });
  return {
    ...own,
    lineage: openLineage(own),
    catalogue: openCatalogue(settings, own.cache),
    storage: openStorage(settings),
    engines: openEngines(),
    sentimentPoints: (request) => readSentimentPoints(own.documents, request),
    formats: fileFormats(),
    strategyFiles: strategyFiles(),
    tracking: documentTracking(own.documents),
    serving: {
      infer: absent,
      health: async () => ({ backend: 'onnx', provider: 'cpu', loaded: [] }),
      close: async () => {},
    },
    markets: absent,
    news: absent,
    chooseSource: absent,
    trainer: () => ({ trainer: 'ridge', reason: 'a test' }),
    shippedSentiment: absent,
    queues: { pollers: async () => 0 },
    now: () => Date.now(),
    async close() {
      for (const each of Object.values(own)) await each.close();
    },
  };
}
