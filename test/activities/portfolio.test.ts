import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import { portfolioOnFiles, type LocalPortfolioInput } from '../../activities/backtest/portfolio-files.js';
import { portfolioSteps, type PortfolioInput } from '../../activities/backtest/portfolio.js';
import type { Trial } from '../../domain/backtest/trials.js';
import type { BacktestResult, Trade } from '../../domain/backtest/spec.js';
import { walk, HOUR, START } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const [BTC, ETH, LATE] = ['binance/BTC-USDT/1h', 'binance/ETH-USDT/1h', 'binance/SOL-USDT/1h'];
const { ports, directory, remove } = madePorts();
afterAll(remove);

/** A file of hourly bars, from bar `first` on. */
function madeFile(name: string, seed: number, { first = 0, rows = 400, every = 1 } = {}): string {
  const { time, open, high, low, close, volume } = walk(rows, seed);
  const lines = [...time.keys()]
    .slice(first)
    .map((i) =>
      [
        START - (START % (every * HOUR)) + ((time[i] ?? NaN) - START) * every,
        open[i],
        high[i],
        low[i],
        close[i],
        volume[i],
      ].join(','),
    );
  const path = join(directory, `${name}.csv`);
  writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
  return path;
}
const files = {
  btc: madeFile('btc', 11),
  eth: madeFile('eth', 12),
  late: madeFile('late', 13, { first: 50 }),
  apart: madeFile('apart', 14, { first: 399, rows: 800 }),
  hours4: madeFile('hours4', 15, { every: 4 }),
};

beforeAll(async () => {
  for (const [path, stream] of [
    [files.btc, BTC],
    [files.eth, ETH],
    [files.late, LATE],
    [files.btc, 'binance/ETH-BTC/1h'],
    [files.hours4, 'binance/BTC-USDT/4h'],
  ])
    await barsFileSteps(ports).importBarsFile({ path: path ?? '', stream: stream ?? '' });
});

const run = (input: Partial<PortfolioInput> = {}) =>
  portfolioSteps(ports).backtestPortfolio({
    ...{ streams: [BTC, ETH], strategy: 'sma-cross', params: { fast: 3, slow: 8 } },
    ...input,
  } as PortfolioInput);
const stored = async (input: Partial<PortfolioInput> = {}): Promise<BacktestResult> => {
  const { id } = await run(input);
  return (await ports.documents.get<BacktestResult>('backtests', id)) as BacktestResult;
};

async function tradesOf({ detail }: BacktestResult): Promise<Trade[]> {
  const bytes = await ports.objects.get(detail.key, detail.sha256);
  return (JSON.parse(new TextDecoder().decode(bytes)) as { trades: Trade[] }).trades;
}

describe('a portfolio of stored streams', () => {
  it('is kept as any other result, and leads back to the bars of each stream', async () => {
    const found = await stored({ weights: [0.6, 0.3], rebalance: '1d' });
    expect(found).toMatchObject({
      stream: `${BTC}+${ETH}`,
      engine: 'portfolio',
      spec: {
        portfolio: {
          rebalance: { kind: 'period', everyMs: 24 * HOUR },
          instruments: [
            { stream: BTC, weight: 0.6 },
            { stream: ETH, weight: 0.3 },
          ],
        },
      },
      notes: ['The weights sum up to 0.9: 0.1 of the equity stays cash.'],
    });
    expect(found.conventions.join(' ')).toMatch(/0\.6 binance\/BTC-USDT\/1h, 0\.3 .* rule is 1d/);
    expect(found.conventions.join(' ')).not.toContain('The size is set at the entry');
    const verified = await ports.lineage.verify(found.id);
    expect(verified).toMatchObject({ ok: true });
    const { parents } = await ports.lineage.explain(found.id);
    expect(parents.map(({ id }) => id.split('?')[0])).toEqual([BTC, ETH]);
    const bytes = await ports.objects.get(found.detail.key, found.detail.sha256);
    const { time, equity, trades } = JSON.parse(new TextDecoder().decode(bytes)) as {
      time: number[];
      equity: number[];
      trades: Trade[];
    };
    expect([time.length, equity.length]).toEqual([400, 400]);
    expect(new Set(trades.map(({ instrument }) => instrument))).toEqual(new Set([BTC, ETH]));
    const sheet = new TextDecoder().decode(await ports.objects.get(`backtests/${found.id}.html`));
    for (const stream of [BTC, ETH]) expect(sheet).toContain(`Trades on the price of ${stream}`);
  });

  it('gives the same digest again, and another one by another rule', async () => {
    const [one, again, other] = [await run(), await run(), await run({ rebalance: 'drift:0.05' })];
    expect(again).toEqual(one);
    expect(other.id).not.toBe(one.id);
    expect(other.digest).not.toBe(one.digest);
  });

  it('counts as one trial on the market of each of its streams', async () => {
    const before = await stored({ params: { fast: 4, slow: 9 } });
    const after = await stored({ params: { fast: 5, slow: 9 } });
    expect(after.trials).toBe(before.trials + 1);
    for (const market of ['BTC-USD', 'ETH-USD']) {
      const { items } = await ports.documents.find<Trial>('trials', { where: { market }, limit: 100 });
      expect(new Set(items.map(({ decision }) => decision)).size, market).toBe(after.trials);
    }
  });

  it('trades each stream by a strategy of its own where that is asked for', async () => {
    const cross = { strategy: 'sma-cross', params: { fast: 3, slow: 8 } };
    const each = (strategies: object[]) =>
      ({ strategy: undefined, params: undefined, strategies }) as unknown as Partial<PortfolioInput>;
    const found = await stored(each([cross, { strategy: 'momentum', params: { length: 12 } }]));
    expect(found.spec).toMatchObject({
      ...{ strategy: 'sma-cross+momentum', params: {} },
      portfolio: {
        instruments: [
          { stream: BTC, weight: 0.5, strategy: 'sma-cross', params: { fast: 3, slow: 8 } },
          { stream: ETH, weight: 0.5, strategy: 'momentum', params: { length: 12 } },
        ],
      },
    });
    expect(found.conventions.join(' ')).toMatch(/0\.5 binance\/ETH-USDT\/1h by momentum length 12/);
    // The same one for each is the same work as one for all; what one stream decides is not the other's concern.
    expect((await stored(each([cross, cross]))).id).toBe((await stored()).id);
    const both = await tradesOf(found);
    const alone = await tradesOf(await stored(each([cross, { strategy: 'donchian' }])));
    const entries = (trades: Trade[]) =>
      trades.filter(({ instrument }) => instrument === BTC).map(({ entryTime }) => entryTime);
    expect(entries(both)).toEqual(entries(alone));
    expect(entries(both).length).toBeGreaterThan(3);
  });

  it('takes what all have, or runs where any has bars, where spans differ', async () => {
    const streams = [BTC, LATE];
    const common = await stored({ streams, span: 'common' });
    expect(common.spec.from).toBe(START + 50 * HOUR);
    expect(common.metrics.bars).toBe(350);
    const all = await stored({ streams, span: 'all' });
    expect(all.metrics.bars).toBe(400);
    const narrowed = await stored({ streams, from: START + 60 * HOUR });
    expect(narrowed.metrics.bars).toBe(340);
  });

  it.each<[string, Partial<PortfolioInput>, RegExp]>([
    ['different spans', { streams: [BTC, LATE] }, /cover different spans: binance\/BTC-USDT\/1h 2023-/],
    ['weights above 1', { weights: [0.7, 0.7] }, /weights sum up to 1\.4; at most 1/],
    ['a weight too few', { weights: [1] }, /1 weights for 2 instruments/],
    ['a weight of nothing', { weights: [1, 0] }, /ETH-USDT\/1h has weight 0/],
    ['one stream', { streams: [BTC] }, /2 to 50 instruments; 1 is given/],
    ['a stream twice', { streams: [BTC, BTC] }, /is there twice/],
    ['two currencies', { streams: [BTC, 'binance/ETH-BTC/1h'] }, /told in USDT, .* in BTC/],
    ['two bar lengths', { streams: [BTC, 'binance/BTC-USDT/4h'] }, /60 minutes, .* of 240 minutes/],
    ['a stream that is not stored', { streams: [BTC, 'binance/XRP-USDT/1h'] }, /No stored bars of .*XRP/],
    ['no rule', { rebalance: 'daily' }, /Unknown rebalance rule "daily"/],
    [
      'strategies beside a strategy',
      { strategies: [{ strategy: 'rsi' }] },
      /leave out strategy, code and params/,
    ],
    [
      'a strategy too few',
      { strategy: undefined, params: undefined, strategies: [{ strategy: 'rsi' }] } as never,
      /1 strategies for 2 instruments .*; give one for all, or one each/,
    ],
    ['no strategy', { strategy: undefined, params: undefined } as never, /say which strategy to run/],
    ['a strategy of more than bars', { strategy: 'news-sentiment' }, /needs sentiment/],
    ['a window without bars', { from: '2030-01-01' }, /No stored bars of .* in the window/],
  ])('is refused with %s', async (_, input, message) => {
    await expect(run(input)).rejects.toThrow(message);
  });
});

describe('a portfolio of files', () => {
  const onFiles = (paths: string[], input: Partial<LocalPortfolioInput> = {}) =>
    portfolioOnFiles(ports, {
      files: paths.map((path) => ({ path })),
      strategies: [{ strategy: 'sma-cross', params: { fast: 3, slow: 8 } }],
      rebalance: { kind: 'signals' },
      span: 'same',
      spec: {
        costs: { feeBps: 10, slippageBps: 2 },
        ...{ cash: 100_000, closeAtEnd: false, periodsPerYear: 365 },
      },
      ...input,
    });

  it('has the figures of the same bars when they are stored', async () => {
    const { metrics, trades } = await onFiles([files.btc, files.eth]);
    expect(metrics).toEqual((await stored()).metrics);
    expect(trades[0]).toHaveProperty('instrument');
  });

  it('runs a user’s own strategy on each of them', async () => {
    const strategy = join(directory, 'mine.ts');
    writeFileSync(strategy, 'export default { signal: ({ bars }) => bars.close.map(() => 1) };');
    const { metrics, benchmark, spec } = await onFiles([files.btc, files.eth], {
      strategies: [{ strategy }],
    });
    expect(metrics).toEqual(benchmark);
    expect(spec.code).toMatch(/^[0-9a-f]{64}$/);
  });

  it('runs a strategy for each, and refuses one that lays orders', async () => {
    const orders = join(directory, 'orders.ts');
    writeFileSync(orders, 'export const onBar = () => undefined;');
    const strategies = [{ strategy: 'rsi', params: { length: 7 } }, { strategy: 'donchian' }];
    const { spec } = await onFiles([files.btc, files.eth], { strategies });
    expect(spec.strategy).toBe('rsi+donchian');
    expect(spec.portfolio.instruments[0]).toMatchObject({ strategy: 'rsi', params: { length: 7 } });
    const bad = onFiles([files.btc, files.eth], { strategies: [{ strategy: 'rsi' }, { strategy: orders }] });
    await expect(bad).rejects.toThrow(/orders\.ts lays orders in onBar; a portfolio/);
  });

  it.each([
    ['different spans', [files.btc, files.late], /different spans: btc .*; late .* span common/],
    [
      'nothing in common',
      [files.btc.replace('btc', 'late'), files.apart],
      /different spans|no time in common/,
    ],
    ['two bar lengths', [files.btc, files.hours4], /btc has bars of 60 minutes, hours4 of 240/],
  ])('is refused with %s', async (_, paths, message) => {
    await expect(onFiles(paths)).rejects.toThrow(message);
  });

  it('is cut to the span that all have', async () => {
    const { metrics, instruments } = await onFiles([files.btc, files.late], { span: 'common' });
    expect(metrics.bars).toBe(350);
    expect(instruments.map(({ rows }) => rows)).toEqual([350, 350]);
  });
});
