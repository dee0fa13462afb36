import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { projectRoot, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { startReplay } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { parseStream } from '../../domain/streams.js';
import { kept } from '../activities/made-steps.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from '../adapters/made-recordings.js';
import { SERIES_BACKENDS } from '../adapters/series-backends.js';
import { readyBackends } from '../servers.js';

const dist = join(projectRoot(), 'dist');
const missing = !existsSync(join(dist, 'activities', 'index.js'));
if (missing && process.env['CI'] === 'true') throw new Error(`Not prepared: ${dist} is missing`);

const BARS = 960;
/** Short pages, so that the two meet in the same partition again and again. */
const PAGE = 25;
const GARBLED = 700;
const at = (index: number): number => START + index * HOUR;
const lines = hourlyLines(BARS).map((line, i) => (i === GARBLED ? line.replace(/,[^,]*$/, ',?') : line));
const STREAM = 'binance/BTC-USDT/1h';

/** A collector in a process of its own: it is ready when it says so, and begins when it is told to. */
const COLLECTOR = (module: (path: string) => string): string => `
  const { createActivities } = await import(${module('activities/index.js')});
  const { readConfig } = await import(${module('adapters/config.js')});
  const { openPorts } = await import(${module('adapters/open.js')});
  const ports = openPorts(readConfig());
  const { io } = createActivities(ports);
  const plan = await io.resolveBars({ stream: '${STREAM}', from: ${at(0)}, to: ${at(BARS)} });
  console.log('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  console.log(JSON.stringify(await io.fetchBars({ ...plan, cursor: plan.from })));
  await ports.close();
  process.exit(0);`;

async function collector(env: Record<string, string>) {
  const module = (path: string): string => JSON.stringify(pathToFileURL(join(dist, path)).href);
  const child = spawn(process.execPath, ['--input-type=module', '-e', COLLECTOR(module)], {
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const said = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => ((await said.next()).value as string | undefined) ?? '';
  expect(await line()).toBe('ready');
  return {
    async collect(): Promise<{ stored: number; quarantined: number; next: number | null }> {
      child.stdin.write('go\n');
      const report = await line();
      if (child.exitCode === null) await once(child, 'close');
      return JSON.parse(report) as never;
    },
  };
}

const directory = madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(lines) });
const { url } = kept(
  await startReplay({
    provider: recordedProvider(directory),
    faults: ({ path }) => (path.endsWith('klines') ? { change: (rows) => rows.slice(0, PAGE) } : null),
  }),
);
const backends = await readyBackends(
  'two collectors into',
  SERIES_BACKENDS.filter(({ name }) => !name),
);

describe.skipIf(missing).each(backends)(`two processes that collect one stream into $name`, (backend) => {
  it.skipIf(backend.reason !== null)(
    `lose nothing and double nothing ${backend.reason ?? ''}`,
    async () => {
      const env = {
        FINSIGHT_DATA_DIR: temporaryDirectory(),
        FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: url }),
        SERIES_URL: backend.open(),
        // The shared limit would let them take turns.
        CACHE_URL: `sqlite:${join(temporaryDirectory(), 'cache.db')}`,
      };
      const pair = [await collector(env), await collector({ ...env, CACHE_URL: '' })];
      const reports = await Promise.all(pair.map((each) => each.collect()));
      for (const report of reports) expect(report).toMatchObject({ quarantined: 1, next: null });

      const ports = kept(openPorts(readConfig(env)));
      const source = { kind: 'live', detail: '' } as const;
      const key = { stream: parseStream(STREAM), source, asOf: Infinity };
      const versions = await ports.series.versions({ ...key, range: { from: -Infinity, to: Infinity } });
      const wanted = lines.map((_line, i) => at(i)).filter((time) => time !== at(GARBLED));
      expect(versions.map((bar) => bar.time)).toEqual(wanted);
      expect(await ports.documents.count('quarantine', {})).toBe(1);
      const stored = reports.reduce((sum, each) => sum + each.stored, 0);
      // Only InfluxDB cannot tell which of two equal writes came first: both then count the bar that is there once.
      if (backend.scheme === 'influxdb') expect(stored).toBeGreaterThanOrEqual(wanted.length);
      else expect(stored).toBe(wanted.length);
    },
    120_000,
  );
});
