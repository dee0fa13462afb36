import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSource, probeLive } from '../../adapters/markets/choice.js';
import { pageOf } from '../../adapters/markets/pages.js';
import { startReplay, type Fault } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { BTC, collect, faulty, kept, LIVE, onKlines, opened, range } from './made-markets.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from './made-recordings.js';

describe('a faulty venue', () => {
  it.each([
    [
      '429',
      { status: 429, body: '{"code":-1003,"msg":"Too many"}', headers: { 'Retry-After': '7' } },
      'UnreachableError',
      /binance.*429.*7 s/,
    ],
    ['418', { status: 418, body: '{}' }, 'UnreachableError', /binance.*418/],
    ['500', { status: 500, body: 'oops' }, 'UnreachableError', /binance.*500/],
    ['451', { status: 451, body: '{"msg":"restricted location"}' }, 'InvalidInputError', /binance.*451/],
    ['garbage', { body: '<html>hello</html>' }, 'UnreachableError', /binance/],
    ['broken JSON', { body: '[[1,2' }, 'UnreachableError', /binance/],
    ['an object', { body: '{"a":1}' }, 'UnreachableError', /binance/],
    ['nothing', { body: '' }, 'UnreachableError', /binance/],
    [
      'a refused symbol',
      { status: 400, body: '{"code":-1121,"msg":"Invalid symbol."}' },
      'InvalidInputError',
      /symbol/,
    ],
  ] as const)('that answers %s gives a clear error', async (_, fault, name, message) => {
    const markets = await faulty(onKlines(fault as Fault), 3);
    await expect(markets.fetchBars({ stream: BTC, range: range(0, 3) })).rejects.toMatchObject({
      name,
      message,
    });
  });

  it('that answers garbage for its list of markets is asked again later', async () => {
    let broken = true;
    const markets = await faulty(
      ({ path }) => (broken && path.endsWith('exchangeInfo') ? { body: 'no' } : null),
      3,
    );
    const request = { symbol: 'BTC-USDT', timeframe: '1h' } as const;
    await expect(markets.resolve(request)).rejects.toMatchObject({ name: 'UnreachableError' });
    broken = false;
    await expect(markets.resolve(request)).resolves.toEqual(BTC);
  });

  it('that names a pause is left alone by all who share the cache until it is over', async () => {
    let requests = 0;
    const markets = await faulty((request) => {
      requests++;
      return onKlines({ status: 429, body: '{}', headers: { 'Retry-After': '30' } })(request);
    }, 3);
    const ask = () => markets.fetchBars({ stream: BTC, range: range(0, 3) });
    await expect(ask()).rejects.toThrow(/429/);
    const before = requests;
    await expect(ask()).rejects.toMatchObject({ name: 'UnreachableError', message: /pause/ });
    expect(requests).toBe(before);
  });

  it('that nobody listens for is unreachable, and an unknown symbol is refused with near ones', async () => {
    const gone = opened(LIVE, { binance: 'http://127.0.0.1:9' });
    await expect(gone.lastClosed(BTC)).rejects.toMatchObject({
      name: 'UnreachableError',
      message: /binance/,
    });
    const markets = await faulty(() => null, 3);
    const asked = markets.resolve({ symbol: 'BTX-USDT', timeframe: '1h' });
    await expect(asked).rejects.toMatchObject({
      name: 'InvalidInputError',
      message: /"BTX\/USDT" at binance.*BTC\/USDT/,
    });
  });

  it.each([
    ['short pages', (rows: unknown[]) => rows.slice(0, 700), 2500, 4],
    ['rows in disorder', (rows: unknown[]) => [...rows].reverse(), 2500, 3],
    ['empty pages', () => [], 0, 3],
    [
      'bad rows among the good',
      (rows: unknown[]) => [null, 'x', [], ...rows, [9e15, '1', '1', '1', '1', '1']],
      2500,
      3,
    ],
    [
      'the same page whatever is asked',
      (rows: unknown[]) => rows.map((row, i) => [START + i * HOUR, ...(row as unknown[]).slice(1)]),
      1000,
      3,
    ],
  ] as const)('that sends %s is paged through to the end', async (_, change, bars, pages) => {
    const markets = await faulty(onKlines({ change: change as (rows: unknown[]) => unknown[] }));
    const got = await collect(markets, BTC, range(0, 2500));
    expect(got.bars.map((bar) => (bar.time - START) / HOUR)).toEqual(
      Array.from({ length: bars }, (__, i) => i),
    );
    expect(got.pages).toHaveLength(pages);
    for (const { reason } of got.rejected) expect(reason).toBe('the row has no time');
  });
});

it('pages of any rows end, and hold only sound numbers in range', () => {
  const cell = fc.oneof(
    fc.double(),
    fc.string(),
    fc.constant(null),
    fc.nat(50).map((i) => START + i * HOUR),
  );
  const rows = fc.array(
    fc.array(cell, { maxLength: 7 }).map((values) => ({ values, raw: values })),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(rows, fc.nat(40), fc.nat(60), fc.integer({ min: 1, max: 9 }), (sent, from, to, limit) => {
      const page = pageOf(sent, { range: range(from, to), timeframe: '1h', limit, now: START + 45 * HOUR });
      if (page.next !== null) expect(page.next).toBeGreaterThan(range(from, to).from);
      for (const bar of page.bars) {
        expect(Object.values(bar).every(Number.isFinite)).toBe(true);
        expect(
          bar.time >= range(from, to).from &&
            bar.knownAt <= Math.min(START + 45 * HOUR, range(from, to).to + HOUR),
        ).toBe(true);
      }
    }),
  );
});

describe('the choice of a source', () => {
  const config = {
    liveTimeoutMs: 300,
    recordedDir: madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(hourlyLines(2)) }),
    exchangeHosts: {} as Record<string, string>,
  };
  const venue = async (fault: Fault | null) => {
    const { url } = kept(await startReplay({ provider: recordedProvider('/nowhere'), faults: () => fault }));
    return { ...config, exchangeHosts: { binance: url } };
  };

  it.each([
    ['answers', null, true, /binance answers/],
    ['answers late', { delayMs: 2000 }, false, /within 0.3 s/],
    ['refuses', { status: 451, body: '{}' }, false, /451/],
    ['is a login page', { body: '<html>' }, false, /without its time/],
  ] as const)('sees a venue that %s', async (_, fault, ok, reason) => {
    expect(await probeLive(await venue(fault as Fault | null))).toMatchObject({
      ok,
      reason: expect.stringMatching(reason),
    });
  });

  it('takes live, else recorded, else simulated', async () => {
    const dead = { ...config, exchangeHosts: { binance: 'http://127.0.0.1:9' } };
    expect((await chooseSource(await venue(null))).source.kind).toBe('live');
    expect((await chooseSource(dead)).source).toEqual({ kind: 'recorded', detail: config.recordedDir });
    expect((await chooseSource({ ...dead, recordedDir: '/nowhere' })).source.kind).toBe('simulated');
  });
});
