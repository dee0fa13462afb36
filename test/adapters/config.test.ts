import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SECRETS } from '../../adapters/config-secrets.js';
import { childEnvironment, projectRoot, readConfig, SCHEMA } from '../../adapters/config.js';
import { InvalidInputError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';

const root = projectRoot();

describe('the configuration', () => {
  it('needs nothing: every variable has a default, and an empty one is not set', () => {
    const config = readConfig({});
    const empty = Object.fromEntries(Object.keys(SCHEMA.shape).map((name) => [name, '']));
    expect(readConfig(empty)).toEqual(config);
    expect(config).toMatchObject({
      dataDir: join(root, '.finsight'),
      ml: 'on',
      documentsUrl: `sqlite:${join(root, '.finsight', 'finsight.db')}`,
      eventsUrl: config.documentsUrl,
      seriesUrl: `parquet:${join(root, '.finsight', 'bars')}`,
      servingUrl: 'onnx:',
      temporal: { address: '', namespace: 'finsight', tls: false, apiKey: '' },
      api: { host: '127.0.0.1', port: 8080, rateLimit: { capacity: 600, refillPerSecond: 200 } },
    });
    expect(config.feeds).toEqual({});
  });

  it('keeps everything below the data directory unless told otherwise', () => {
    const config = readConfig({
      FINSIGHT_DATA_DIR: '/data',
      OBJECTS_URL: 'file:elsewhere',
      CACHE_URL: 'redis://host:1',
    });
    expect(config.documentsUrl).toBe('sqlite:/data/finsight.db');
    expect(config.mlflowTrackingUri).toBe('sqlite:////data/mlflow.db');
    expect(config.objectsUrl).toBe(`file:${join(root, 'elsewhere')}`);
    expect(config.cacheUrl).toBe('redis://host:1');
    const hybrid = readConfig({
      SERIES_URL: 'hybrid:?recent=influxdb%3A%2F%2Ft%40h%2Fo%2Fb&old=csv%3Aa%2Fb&days=9',
    });
    expect(decodeURIComponent(hybrid.seriesUrl)).toBe(
      `hybrid:?recent=influxdb://t@h/o/b&old=csv:${join(root, 'a/b')}&days=9`,
    );
    expect(readConfig({ SERIES_URL: 'parquet:///bars' }).seriesUrl).toBe('parquet:/bars');
  });

  it('reads feeds and hosts', () => {
    const env = {
      FINSIGHT_FEEDS: ' a=http://x/?q=1 , b=https://y ',
      FINSIGHT_EXCHANGE_HOSTS: '{"binance":"http://h:1"}',
    };
    const config = readConfig(env);
    expect(config.feeds).toEqual({ a: 'http://x/?q=1', b: 'https://y' });
    expect(config.exchangeHosts).toEqual({ binance: 'http://h:1' });
  });

  it('reports every fault at once, each with the name of its variable', () => {
    const wrong = {
      FINSIGHT_ML: 'maybe',
      FINSIGHT_API_PORT: '99999',
      FINSIGHT_ADMIN_KEY: 'short',
      FINSIGHT_FEEDS: 'nonsense,b=ftp://x',
      FINSIGHT_EXCHANGE_HOSTS: '{',
      FINSIGHT_LIVE_TIMEOUT_MS: '-1',
      FINSIGHT_RATE_LIMIT_PER_MINUTE: '0',
      FINSIGHT_LOG_LEVEL: 'loud',
      TEMPORAL_TLS: 'yes',
      TEMPORAL_API_KEY_FILE: '/no/such/file',
      DOCUMENTS_URL: 'no address',
    };
    const error = thrownBy(() => readConfig(wrong));
    expect(error).toBeInstanceOf(InvalidInputError);
    for (const name of Object.keys(wrong)) expect(String(error)).toContain(name);
    expect(String(error)).toContain('"b=ftp://x"');
  });

  it('takes secrets from files, and never from both places', () => {
    const file = join(temporaryDirectory(), 'key');
    writeFileSync(file, 'a-very-secret-key-indeed\n');
    expect(readConfig({ FINSIGHT_ADMIN_KEY_FILE: file }).api.adminKey).toBe('a-very-secret-key-indeed');
    writeFileSync(file, 'torchserve:http://key@host:8080\n');
    expect(readConfig({ SERVING_URL_FILE: file }).servingUrl).toBe('torchserve:http://key@host:8080');
    const both = { FINSIGHT_API_KEY_FILE: file, FINSIGHT_API_KEY: 'x' };
    expect(() => readConfig(both)).toThrow(/FINSIGHT_API_KEY and FINSIGHT_API_KEY_FILE are both set/);
  });

  it('takes the address of a store from a file, and a child process reads that file again', () => {
    const file = join(temporaryDirectory(), 'documents');
    writeFileSync(file, 'mongodb://finsight:secret@db/finsight\n');
    const before = process.env['DOCUMENTS_URL_FILE'];
    process.env['DOCUMENTS_URL_FILE'] = file;
    try {
      const config = readConfig();
      expect(config.documentsUrl).toBe('mongodb://finsight:secret@db/finsight');
      const child = childEnvironment(config, {});
      expect(JSON.stringify(child)).not.toContain('secret@');
      expect(readConfig(child).documentsUrl).toBe(config.documentsUrl);
    } finally {
      if (before === undefined) delete process.env['DOCUMENTS_URL_FILE'];
      else process.env['DOCUMENTS_URL_FILE'] = before;
    }
  });

  it('is the same in a child process', () => {
    const config = readConfig({ FINSIGHT_DATA_DIR: 'x', FINSIGHT_ML: 'off', OBJECTS_URL: 'file:y' });
    const child = readConfig(childEnvironment(config, { TEMPORAL_ADDRESS: 'here:1' }));
    const { dataDir, documentsUrl, objectsUrl, seriesUrl, ml } = config;
    expect(child).toMatchObject({ dataDir, documentsUrl, objectsUrl, seriesUrl, ml });
    expect(child.temporal.address).toBe('here:1');
  });

  it('is what .env.example shows: every variable once, and unchanged it means the defaults', () => {
    const lines = readFileSync(join(root, '.env.example'), 'utf8').split('\n');
    const pairs = lines.flatMap((line) =>
      /^[A-Z]/.test(line) ? [line.split(/=(.*)/s).slice(0, 2) as [string, string]] : [],
    );
    expect(pairs.map(([name]) => name).sort()).toEqual(Object.keys(SCHEMA.shape).sort());
    expect(readConfig(Object.fromEntries(pairs))).toEqual(readConfig({}));
    for (const name of SECRETS) expect(lines.join('\n')).toContain(`${name}_FILE`);
  });
});

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return error;
  }
}
