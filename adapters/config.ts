import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { EVENT_DAYS } from '../domain/events.js';
import { readAllowHosts, readContact, readDotEnv, readFeeds, readHosts, readList } from './config-values.js';
import { SECRETS } from './config-secrets.js';
import { TEMPORAL_VARIABLES, temporalOf, type TemporalSettings } from './config-temporal.js';
import { readSourceWeights } from './config-weights.js';
import { LLM_VARIABLES, llmOf } from './config-llm.js';
import type { LlmSettings } from './sentiment/llm-settings.js';

const DEFAULT_API_PORT = 8080;

const text = z.string().default('');
const onOff = z.enum(['on', 'off']);
const port = z.coerce.number<string>().int().min(0).max(65_535);
const count = z.coerce.number<string>().int().positive();
const secret = z.string().min(16, 'a key has at least 16 characters').or(z.literal(''));
const address = z
  .string()
  .regex(/^([a-z][a-z0-9+]*:.*)?$/, 'an address is <scheme>:<where>, such as sqlite:/data/x.db');

/** Every variable with its default; .env.example is compared with this. An empty value counts as not set. */
export const SCHEMA = z.object({
  FINSIGHT_DATA_DIR: text,
  FINSIGHT_RECORDED_DIR: text,
  FINSIGHT_ML: onOff.default('on'),
  FINSIGHT_ENGINES_DIR: text,
  FINSIGHT_API_HOST: z.string().default('127.0.0.1'),
  FINSIGHT_API_PORT: port.optional(),
  FINSIGHT_API_KEY: text,
  FINSIGHT_ADMIN_KEY: secret.default(''),
  FINSIGHT_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  FINSIGHT_RATE_LIMIT_PER_MINUTE: count.default(12_000),
  FINSIGHT_UPLOAD_LIMIT_MB: count.default(8192),
  FINSIGHT_ALLOW_HOSTS: text.transform(readAllowHosts),
  FINSIGHT_CONTACT: text.transform(readContact),
  FINSIGHT_FEEDS: text.transform(readFeeds),
  FINSIGHT_NEWS_ADAPTERS: text,
  FINSIGHT_NEWS_KEY_COINDESK: text,
  FINSIGHT_NEWS_KEY_TAVILY: text,
  FINSIGHT_LIVE_TIMEOUT_MS: count.default(5000),
  FINSIGHT_EXCHANGE_HOSTS: z.string().default('{}').transform(readHosts),
  FINSIGHT_KEEP_ANSWERS: onOff.default('on'),
  FINSIGHT_INSTRUMENTS: text,
  FINSIGHT_SENTIMENT_WEIGHTS: text.transform(readSourceWeights),
  ...LLM_VARIABLES,
  ...TEMPORAL_VARIABLES,
  DOCUMENTS_URL: address.default(''),
  SERIES_URL: address.default(''),
  OBJECTS_URL: address.default(''),
  CACHE_URL: address.default(''),
  EVENTS_URL: address.default(''),
  FINSIGHT_EVENT_DAYS: count.default(EVENT_DAYS),
  SERVING_URL: address.default('onnx:'),
  REGISTRY_URL: address.default('documents:'),
  MLFLOW_TRACKING_URI: text,
  SMTP_URL: z
    .string()
    .regex(/^(smtps?:\/\/.+)?$/, 'an address is smtp://<user>:<password>@<host>:587 or smtps://…')
    .default(''),
  SMTP_FROM: text,
});

/** Keys of news sources: any name behind it, since each source may name its own. */
const isNewsKey = (name: string): boolean =>
  /^FINSIGHT_NEWS_KEY_[A-Z0-9_]+$/.test(name) && !name.endsWith('_FILE');

export interface Config {
  dataDir: string;
  recordedDir: string;
  ml: 'on' | 'off';
  /** Feed name → address; they take the place of the default feeds. */
  feeds: Record<string, string>;
  /** Hosts, addresses and CIDRs beyond the public Internet that addresses of users may lead to. */
  allowHosts: string[];
  /** Whom a site can write to about FinSight's requests; empty: nobody. */
  contact: string;
  /** Files with kinds of news sources of the user's own. */
  newsAdapters: string[];
  /** Secrets FINSIGHT_NEWS_KEY_<NAME> that are set. */
  newsKeys: Record<string, string>;
  liveTimeoutMs: number;
  /** ccxt exchange id → base address that replaces the venue's own. */
  exchangeHosts: Record<string, string>;
  /** Whether the bytes that venues answered are kept as objects. */
  keepAnswers: boolean;
  /** A user's file of instruments, entities and topics; empty: none. */
  instrumentsFile: string;
  /** What outlets weigh in the sentiment index; `*` all others. */
  sentimentWeights: Record<string, number>;
  /** A chat model that scores sentiment; null where none is configured. */
  llm: LlmSettings | null;
  temporal: TemporalSettings;
  api: {
    host: string;
    port: number;
    /** False: `port` is the default, in whose place any free one will do. */
    portIsGiven: boolean;
    /** What the command line sends; empty: none. */
    key: string;
    adminKey: string;
    logLevel: string;
    rateLimit: { capacity: number; refillPerSecond: number };
    /** Largest file that is taken, bytes. */
    uploadLimitBytes: number;
  };
  documentsUrl: string;
  seriesUrl: string;
  objectsUrl: string;
  cacheUrl: string;
  eventsUrl: string;
  /** How long an event stays in the outbox after all who follow it have passed it. */
  eventDays: number;
  servingUrl: string;
  /** Where experiments are logged. */
  registryUrl: string;
  mlflowTrackingUri: string;
  /** What sends e-mail, and in whose name; empty: none. */
  smtp: { url: string; from: string };
}

/** The process's own environment with the project's `.env` below it. */
export function environment(): NodeJS.ProcessEnv {
  const file = join(projectRoot(), '.env');
  return existsSync(file) ? { ...readDotEnv(readFileSync(file, 'utf8')), ...process.env } : process.env;
}

/** Relative paths start at the project's folder. @throws InvalidInputError with every fault at once. */
export function readConfig(env: NodeJS.ProcessEnv = environment()): Config {
  const { values, faults } = withSecrets(env);
  const read = SCHEMA.safeParse(values);
  if (!read.success)
    faults.push(...read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  if (!read.success || faults.length > 0)
    throw new InvalidInputError(`Wrong environment: ${faults.join('; ')}`);
  const value = read.data;
  const root = projectRoot();
  const dataDir = resolve(root, value.FINSIGHT_DATA_DIR || '.finsight');
  const place = (given: string, scheme: string, name: string): string =>
    absolute(root, given) || `${scheme}:${join(dataDir, name)}`;
  return {
    dataDir,
    recordedDir: resolve(root, value.FINSIGHT_RECORDED_DIR || join('..', 'shared', 'data')),
    ml: value.FINSIGHT_ML,
    feeds: value.FINSIGHT_FEEDS,
    allowHosts: value.FINSIGHT_ALLOW_HOSTS,
    contact: value.FINSIGHT_CONTACT,
    newsAdapters: readList(value.FINSIGHT_NEWS_ADAPTERS).map((path) => resolve(root, path)),
    newsKeys: Object.fromEntries(Object.entries(values).filter(([name]) => isNewsKey(name))),
    liveTimeoutMs: value.FINSIGHT_LIVE_TIMEOUT_MS,
    exchangeHosts: value.FINSIGHT_EXCHANGE_HOSTS,
    keepAnswers: value.FINSIGHT_KEEP_ANSWERS === 'on',
    instrumentsFile: value.FINSIGHT_INSTRUMENTS && resolve(root, value.FINSIGHT_INSTRUMENTS),
    sentimentWeights: value.FINSIGHT_SENTIMENT_WEIGHTS,
    llm: llmOf(value),
    temporal: temporalOf(value),
    api: apiOf(value),
    documentsUrl: place(value.DOCUMENTS_URL, 'sqlite', 'finsight.db'),
    eventsUrl: place(value.EVENTS_URL, 'sqlite', 'finsight.db'),
    eventDays: value.FINSIGHT_EVENT_DAYS,
    cacheUrl: place(value.CACHE_URL, 'sqlite', 'cache.db'),
    seriesUrl: place(value.SERIES_URL, 'parquet', 'bars'),
    objectsUrl: place(value.OBJECTS_URL, 'file', 'objects'),
    servingUrl: value.SERVING_URL,
    registryUrl: value.REGISTRY_URL,
    mlflowTrackingUri: value.MLFLOW_TRACKING_URI || `sqlite:///${join(dataDir, 'mlflow.db')}`,
    smtp: { url: value.SMTP_URL, from: value.SMTP_FROM },
  };
}

function apiOf(value: z.output<typeof SCHEMA>): Config['api'] {
  const perMinute = value.FINSIGHT_RATE_LIMIT_PER_MINUTE;
  return {
    host: value.FINSIGHT_API_HOST,
    port: value.FINSIGHT_API_PORT ?? DEFAULT_API_PORT,
    portIsGiven: value.FINSIGHT_API_PORT !== undefined,
    key: value.FINSIGHT_API_KEY,
    adminKey: value.FINSIGHT_ADMIN_KEY,
    logLevel: value.FINSIGHT_LOG_LEVEL,
    uploadLimitBytes: value.FINSIGHT_UPLOAD_LIMIT_MB * 2 ** 20,
    // Three seconds' worth at once: a page of the dashboard asks for many things together.
    rateLimit: { capacity: Math.max(1, Math.ceil(perMinute / 20)), refillPerSecond: perMinute / 60 },
  };
}

/** What a child process gets: this one's environment, the resolved places, and what changes. */
export function childEnvironment(config: Config, changes: Record<string, string>): NodeJS.ProcessEnv {
  const env = environment();
  const places = Object.entries(resolvedPlaces(config)).filter(([name]) => !env[`${name}_FILE`]);
  return { ...env, ...Object.fromEntries(places), ...changes };
}

/** An address that came from a file is read from it again: it must not lie in a process's environment. */
const resolvedPlaces = (config: Config): Record<string, string> => ({
  FINSIGHT_DATA_DIR: config.dataDir,
  FINSIGHT_RECORDED_DIR: config.recordedDir,
  FINSIGHT_ML: config.ml,
  TEMPORAL_NAMESPACE: config.temporal.namespace,
  DOCUMENTS_URL: config.documentsUrl,
  EVENTS_URL: config.eventsUrl,
  CACHE_URL: config.cacheUrl,
  SERIES_URL: config.seriesUrl,
  OBJECTS_URL: config.objectsUrl,
  SERVING_URL: config.servingUrl,
  REGISTRY_URL: config.registryUrl,
  MLFLOW_TRACKING_URI: config.mlflowTrackingUri,
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

/** Local stores' addresses hold a path, which is made absolute; others are left as they are. */
export function absolute(root: string, url: string): string {
  if (url.startsWith('hybrid:'))
    return url.replace(
      /([?&](?:recent|old)=)([^&]*)/g,
      (_, name: string, inner: string) =>
        name + encodeURIComponent(absolute(root, decodeURIComponent(inner))),
    );
  return url.replace(
    /^(sqlite|parquet|csv|file):(?:\/\/)?(.+)$/,
    (_, scheme: string, path: string) => `${scheme}:${resolve(root, path)}`,
  );
}

function withSecrets(env: NodeJS.ProcessEnv): { values: Record<string, string>; faults: string[] } {
  const given = Object.entries(env).filter((entry): entry is [string, string] => Boolean(entry[1]));
  const values: Record<string, string> = Object.fromEntries(given);
  const faults: string[] = [];
  const keys = Object.keys(values).map((name) => name.replace(/_FILE$/, ''));
  for (const name of new Set([...SECRETS, ...keys.filter(isNewsKey)])) {
    const file = values[`${name}_FILE`];
    if (!file) continue;
    if (values[name]) faults.push(`${name} and ${name}_FILE are both set; set one`);
    try {
      values[name] = readFileSync(resolve(projectRoot(), file), 'utf8').trim();
    } catch (error) {
      faults.push(`${name}_FILE: cannot be read (${messageOf(error)})`);
    }
  }
  return { values, faults };
}
