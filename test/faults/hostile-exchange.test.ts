import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../adapters/config.js';
import { startReplay, type Fault } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import type { ResearchReport } from '../../domain/research.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { csvOf, hourlyLines, madeRecording } from '../adapters/made-recordings.js';
import { kept } from '../adapters/made-markets.js';
import { temporalBinary } from '../temporal.js';
import { madeSite, rss } from './made-feeds.js';

const main = join(projectRoot(), 'dist', 'cli', 'main.js');
const missing = temporalBinary() === null || !existsSync(main);
if (missing && process.env['CI'] === 'true') throw new Error(`Not prepared: ${main} or Temporal is missing`);

const file = csvOf(hourlyLines(2500));
const recording = madeRecording({
  'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': file,
  'ohlcv/binance_spot_1h/ETHUSDT_1h.csv': file,
});

/** A venue whose answers to requests for ETH's bars are the given faults in turn, then what `after` says. */
async function venue(faults: Fault[], after: Fault | null) {
  let asked = 0;
  return kept(
    await startReplay({
      provider: recordedProvider(recording),
      faults: ({ path, query }) =>
        path.endsWith('klines') && query.get('symbol') === 'ETHUSDT' ? (faults[asked++] ?? after) : null,
    }),
  );
}

/** The whole product in one command, as a user gives it. */
function started(url: string, feeds: string): Promise<{ code: number; out: string; err: string }> {
  const args = ['start', '--source', 'live', '--symbols', 'BTC/USDT,ETH/USDT', '--from', '2022-01-01'];
  const env = {
    ...process.env,
    FINSIGHT_ML: 'off',
    FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: url }),
    FINSIGHT_ALLOW_HOSTS: '127.0.0.1',
    FINSIGHT_FEEDS: feeds,
  };
  const more = ['--exit', '--json', '--port', '0', '--data-dir', temporaryDirectory()];
  return new Promise((resolve) => {
    execFile(process.execPath, [main, ...args, ...more], { env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

describe.skipIf(missing)('a run from a hostile exchange', () => {
  it('tries what can pass again, keeps wrong rows apart, names the feeds that failed, and ends well', async () => {
    const { url } = await venue(
      [
        { status: 429, body: '{"code":-1003,"msg":"Too many"}', headers: { 'Retry-After': '1' } },
        { status: 500, body: 'oops' },
        { body: '<html>hello</html>' },
        { body: '[[1640995200000,"1' },
      ],
      { change: (rows) => rows.map((row, i) => (i % 100 === 7 ? [(row as unknown[])[0], 'x'] : row)) },
    );
    const site = await madeSite((path, _seen, _request, response) => {
      response
        .writeHead(path === '/gone' ? 404 : 200)
        .end(path === '/good' ? rss(60, Date.UTC(2022, 0, 10)) : '<p>none<br></p>');
    });
    const feeds = ['good', 'gone', 'page'].map((name) => `${name}=${site.url}/${name}`).join();
    const { code, out, err } = await started(url, feeds);
    expect(code, err).toBe(0);
    expect(out.trim().split('\n')).toHaveLength(1);
    const report = JSON.parse(out) as ResearchReport;
    const [btc, eth] = report.bars;
    expect(btc).toMatchObject({ stream: 'binance/BTC-USDT/1h', missing: 0, quarantined: 0 });
    expect(eth?.stream).toBe('binance/ETH-USDT/1h');
    expect(eth?.quarantined).toBeGreaterThan(10);
    // Bars whose rows were put aside are accounted for as such, not as missing.
    expect(eth?.missing).toBe(0);
    expect(report.news.failures.map((each) => each.feed).sort()).toEqual(['gone', 'page']);
    expect(report.news.stored).toBeGreaterThan(0);
  }, 180_000);

  it('that refuses for good ends with its class of exit code and the offender, as JSON', async () => {
    const { url } = await venue([], { status: 451, body: '{"msg":"restricted location"}' });
    const { code, out, err } = await started(url, 'none=http://127.0.0.1:9/');
    expect(code, err).toBe(2);
    expect(JSON.parse(out)).toMatchObject({
      exitCode: 2,
      error: { name: 'InvalidInputError', message: expect.stringMatching(/ETH-USDT.*binance.*451/) },
    });
  }, 120_000);
});
