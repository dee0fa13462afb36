import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';

const DEFAULT_FEEDS =
  'coindesk=https://www.coindesk.com/arc/outboundfeeds/rss/,cointelegraph=https://cointelegraph.com/rss';

const onOff = z.enum(['on', 'off']);
const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().positive();

/** Every variable with its default; .env.example is compared with this. An empty value counts as not set. */
export const SCHEMA = z.object({
  FINSIGHT_DATA_DIR: z.string().default(''),
  FINSIGHT_RECORDED_DIR: z.string().default(''),
  FINSIGHT_ML: onOff.default('on'),
  FINSIGHT_API_HOST: z.string().default('127.0.0.1'),
  FINSIGHT_API_PORT: port.default(8080),
  FINSIGHT_API_KEY: z.string().default(''),
  FINSIGHT_ADMIN_KEY: z.string().min(16).or(z.literal('')).default(''),
  FINSIGHT_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  FINSIGHT_FEEDS: z.string().default(DEFAULT_FEEDS),
  FINSIGHT_LIVE_TIMEOUT_MS: count.default(5000),
  FINSIGHT_EXCHANGE_HOSTS: z.string().default(''),
  TEMPORAL_ADDRESS: z.string().default(''),
  TEMPORAL_NAMESPACE: z.string().default('finsight'),
  TEMPORAL_API_KEY: z.string().default(''),
  TEMPORAL_TLS: onOff.default('off'),
  DOCUMENTS_URL: z.string().default(''),
  SERIES_URL: z.string().default(''),
  OBJECTS_URL: z.string().default(''),
  CACHE_URL: z.string().default(''),
  EVENTS_URL: z.string().default(''),
  SERVING_URL: z.string().default('onnx:'),
  MLFLOW_TRACKING_URI: z.string().default(''),
});

/** These may also be given as the path of a file, `<NAME>_FILE`. */
export const SECRETS = ['FINSIGHT_API_KEY', 'FINSIGHT_ADMIN_KEY', 'TEMPORAL_API_KEY'] as const;

export interface Config {
  dataDir: string;
  recordedDir: string;
  ml: 'on' | 'off';
  feeds: Record<string, string>;
  liveTimeoutMs: number;
  /** ccxt exchange id → base address that replaces the venue's own. */
  exchangeHosts: Record<string, string>;
  temporal: { address: string; namespace: string; tls: boolean; apiKey: string };
  api: { host: string; port: number; key: string; adminKey: string; logLevel: string };
  documentsUrl: string;
  seriesUrl: string;
  objectsUrl: string;
  cacheUrl: string;
  eventsUrl: string;
  servingUrl: string;
  mlflowTrackingUri: string;
}

/** The process's own environment with the project's `.env` below it. */
export function environment(): NodeJS.ProcessEnv {
  const file = join(projectRoot(), '.env');
  return existsSync(file) ? { ...readDotEnv(file), ...process.env } : process.env;
}

/** @throws InvalidInputError with every fault at once. */
export function readConfig(env: NodeJS.ProcessEnv = environment()): Config {
  const read = SCHEMA.safeParse(withSecrets(env));
  if (!read.success) {
    const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
    throw new InvalidInputError(`Wrong environment: ${faults.join('; ')}`);
  }
  const value = read.data;
  const dataDir = resolve(value.FINSIGHT_DATA_DIR || join(projectRoot(), '.finsight'));
  const database = `sqlite:${join(dataDir, 'finsight.db')}`;
  return {
    dataDir,
    recordedDir: resolve(value.FINSIGHT_RECORDED_DIR || join(projectRoot(), '..', 'shared', 'data')),
    ml: value.FINSIGHT_ML,
    feeds: readFeeds(value.FINSIGHT_FEEDS),
    liveTimeoutMs: value.FINSIGHT_LIVE_TIMEOUT_MS,
    exchangeHosts: readHosts(value.FINSIGHT_EXCHANGE_HOSTS),
    temporal: {
      address: value.TEMPORAL_ADDRESS,
      namespace: value.TEMPORAL_NAMESPACE,
      tls: value.TEMPORAL_TLS === 'on',
      apiKey: value.TEMPORAL_API_KEY,
    },
    api: {
      host: value.FINSIGHT_API_HOST,
      port: value.FINSIGHT_API_PORT,
      key: value.FINSIGHT_API_KEY,
      adminKey: value.FINSIGHT_ADMIN_KEY,
      logLevel: value.FINSIGHT_LOG_LEVEL,
    },
    documentsUrl: value.DOCUMENTS_URL || database,
    seriesUrl: value.SERIES_URL || `parquet:${join(dataDir, 'bars')}`,
    objectsUrl: value.OBJECTS_URL || `file:${join(dataDir, 'objects')}`,
    cacheUrl: value.CACHE_URL || `sqlite:${join(dataDir, 'cache.db')}`,
    eventsUrl: value.EVENTS_URL || database,
    servingUrl: value.SERVING_URL,
    mlflowTrackingUri: value.MLFLOW_TRACKING_URI || `sqlite:///${join(dataDir, 'mlflow.db')}`,
  };
}

/** What a child process gets: this one's environment, the resolved addresses, and what changes. */
export const childEnvironment = (config: Config, changes: Record<string, string>): NodeJS.ProcessEnv => ({
  ...environment(),
  FINSIGHT_DATA_DIR: config.dataDir,
  FINSIGHT_RECORDED_DIR: config.recordedDir,
  FINSIGHT_ML: config.ml,
  TEMPORAL_NAMESPACE: config.temporal.namespace,
  OBJECTS_URL: config.objectsUrl,
  MLFLOW_TRACKING_URI: config.mlflowTrackingUri,
  ...changes,
});

/** The folder whose package.json is ours: from the sources and from dist/ alike. */
export function projectRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!isProject(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    if (parent === directory) throw new Error('The FinSight package.json was not found above the program');
    directory = parent;
  }
  return directory;
}

const isProject = (file: string): boolean =>
  existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { name?: string }).name === 'finsight';

function withSecrets(env: NodeJS.ProcessEnv): Record<string, string> {
  const given = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const values: Record<string, string> = Object.fromEntries(given);
  for (const name of SECRETS) {
    const file = values[`${name}_FILE`];
    if (!file) continue;
    if (!existsSync(file)) throw new InvalidInputError(`${name}_FILE names no file: ${file}`);
    values[name] = readFileSync(file, 'utf8').trim();
  }
  return values;
}

function readFeeds(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.trim()).filter(Boolean);
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      const [name, url] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
      if (at > 0 && URL.canParse(url)) return [name, url];
      throw new InvalidInputError(`Unreadable feed "${pair}" in FINSIGHT_FEEDS; a feed is <name>=<address>`);
    }),
  );
}

function readHosts(text: string): Record<string, string> {
  if (!text) return {};
  try {
    return z.record(z.string(), z.url()).parse(JSON.parse(text));
  } catch {
    throw new InvalidInputError('FINSIGHT_EXCHANGE_HOSTS must be JSON such as {"binance":"http://127.0.0.1:9000"}');
  }
}

function readDotEnv(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split(/\r?\n/);
  const pairs = lines.map((line) => /^\s*([A-Z_][A-Z0-9_]*)\s*=\s*"?(.*?)"?\s*$/.exec(line));
  return Object.fromEntries(pairs.flatMap((match) => (match ? [[match[1] ?? '', match[2] ?? '']] : [])));
}
