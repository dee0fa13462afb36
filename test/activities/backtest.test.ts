import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestSteps } from '../../activities/backtest.js';
import type { BacktestInput } from '../../activities/backtest/spec.js';
import { barsFileSteps } from '../../activities/bars/files.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import { walk, HOUR, START } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const ROWS = 400;
const PERPETUAL = 'binanceusdm/BTC-USDT/1h';
const SPOT = 'binance/BTC-USDT/1h';
const { ports, directory, remove } = madePorts();
afterAll(remove);

beforeAll(async () => {
  const { time, open, high, low, close, volume } = walk(ROWS, 11);
  const lines = Array.from(time, (at, i) => [at, open[i], high[i], low[i], close[i], volume[i]].join(','));
  const path = join(directory, 'bars.csv');
  writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
  for (const stream of [PERPETUAL, SPOT]) await barsFileSteps(ports).importBarsFile({ path, stream });
});

async function stored(input: Partial<BacktestInput>): Promise<BacktestResult> {
  const whole = { stream: PERPETUAL, strategy: 'sma-cross', params: { fast: 3, slow: 8 }, ...input };
  const { id } = await backtestSteps(ports).runBacktest(whole);
  return (await ports.documents.get<BacktestResult>('backtests', id)) as BacktestResult;
}

describe('a backtest on stored bars', () => {
  it('that asks for nothing new has the spec of before', async () => {
    const { spec, engine, notes, fundingSha256 } = await stored({ stream: SPOT });
    expect(Object.keys(spec).sort()).toEqual(
      [
        ...['stream', 'strategy', 'params', 'from', 'to', 'asOf'],
        ...['costs', 'cash', 'size', 'closeAtEnd', 'periodsPerYear'],
      ].sort(),
    );
    expect(spec).toMatchObject({
      costs: { feeBps: 10, slippageBps: 2 },
      size: { kind: 'equity', fraction: 1 },
    });
    expect({ engine, notes, fundingSha256 }).toEqual({ engine: 'vectorised' });
  });

  it('is logged as an experiment by its id, once', async () => {
    const found = await stored({ stream: SPOT });
    await stored({ stream: SPOT });
    const { items } = await ports.tracking.list({ experiment: 'backtests', limit: 100 });
    expect(items.filter(({ id }) => id === found.id)).toMatchObject([
      {
        ...{ name: `sma-cross on ${SPOT}`, status: 'finished' },
        params: { stream: SPOT, 'param.fast': 3, 'param.slow': 8, size: '{"kind":"equity","fraction":1}' },
        tags: { digest: found.digest, engine: 'vectorised', source: found.source.kind },
        metrics: { sharpe: found.metrics.sharpe, trials: found.trials },
      },
    ]);
  });

  it('says so where a perpetual has no funding rates to be paid, unless none were wanted', async () => {
    expect((await stored({ cash: 4000 })).notes).toEqual([
      expect.stringMatching(/^No funding was paid: binanceusdm\/BTC-USDT is a perpetual, but no rates/),
    ]);
    expect(await stored({ cash: 4000, funding: false, closeAtEnd: true })).not.toHaveProperty('notes');
  });

  it('has the size, slippage and engine that were asked for, and says what they mean', async () => {
    const found = await stored({
      size: 'risk:0.01/2atr14/2',
      slippage: 'bps:1+spread:0.01+volume:20',
      engine: 'event-driven',
      exits: { stopBps: 150, trailBps: 200 },
      fillShare: 0.5,
      closeAtEnd: true,
    });
    expect(found).toMatchObject({
      engine: 'event-driven',
      spec: {
        size: { kind: 'risk', maxLeverage: 2 },
        costs: { feeBps: 10, slippageBps: 1, halfSpread: 0.01, impactBps: 20 },
        exits: { stopBps: 150, trailBps: 200 },
        fillShare: 0.5,
      },
    });
    expect(found.conventions.join(' ')).toMatch(/ATR\(14\).*square-root law.*trailing stop at 200/);
    expect(found.metrics.entries).toBe(found.metrics.exits);
    const plain = await stored({});
    expect(found.benchmark.entries).toBe(1);
    expect(found.id).not.toBe(plain.id);
    expect((await ports.lineage.verify(found.id)).ok).toBe(true);
    expect(await ports.lineage.explain(found.id)).toMatchObject({
      facts: { engine: 'event-driven', size: 'risk:0.01/2atr14/2' },
    });
  });

  it('gives the same trades by both engines where both apply', async () => {
    const [one, other] = [
      await stored({ size: 'cash:500' }),
      await stored({ size: 'cash:500', engine: 'event-driven' }),
    ];
    expect(other.metrics).toEqual(one.metrics);
  });

  it.each<[string, Partial<BacktestInput>, RegExp]>([
    ['a size that is none', { size: 'all' }, /Size "all" is none/],
    ['slippage said twice', { slippage: 'bps:1', slippageBps: 2 }, /say the same thing twice/],
    ['exits for the vectorised engine', { exits: { stopBps: 5 } }, /exits needs the engine event-driven/],
    ['a whole fee', { feeBps: 10_000 }, /feeBps is 10000/],
    ['no cash', { cash: 0 }, /cash is 0/],
    ['funding that is not stored', { funding: true }, /No stored funding rates of binanceusdm\/BTC-USDT/],
  ])('is refused with %s', async (_, input, message) => {
    await expect(stored(input)).rejects.toThrow(message);
  });
});

describe('funding on stored bars', () => {
  const rates = Array.from({ length: ROWS / 8 }, (_, i) => ({ time: START + i * 8 * HOUR, rate: 0.001 }));
  beforeAll(async () => {
    const streams = await ports.series.streams();
    const { kind, detail } = streams[0]!.source;
    const key = (await import('../../domain/sources.js')).sourceKey({ kind, detail });
    for (const market of ['binanceusdm/BTC-USDT', 'binance/BTC-USDT'])
      await ports.documents.insert(
        'funding',
        rates.map((rate) => ({
          id: `fnd_${market.replace('/', '_')}_${rate.time}`,
          ...{ market, source: { kind, detail }, sourceKey: key, knownAt: rate.time, ...rate },
        })),
      );
  });

  it('is paid by default where a venue has perpetuals only', async () => {
    const [paid, unpaid] = [await stored({ cash: 5000 }), await stored({ cash: 5000, funding: false })];
    expect(paid.spec.funding).toBe('stored');
    expect(paid.metrics.funding).toBeGreaterThan(0);
    expect(paid.metrics.finalEquity).toBeLessThan(unpaid.metrics.finalEquity);
    expect(paid.fundingSha256).toMatch(/^[0-9a-f]{64}$/);
    expect(paid.notes).toEqual([expect.stringMatching(/^50 funding rates from 2023-/)]);
    expect(paid.benchmark.funding).toBeGreaterThan(0);
    const sheet = new TextDecoder().decode(await ports.objects.get(`backtests/${paid.id}.html`));
    expect(sheet).toContain('50 funding rates from 2023-');
    expect(unpaid.spec).not.toHaveProperty('funding');
    expect(unpaid.metrics).not.toHaveProperty('funding');
  });

  it('is paid on other venues where it is asked for', async () => {
    expect((await stored({ stream: SPOT })).spec).not.toHaveProperty('funding');
    expect((await stored({ stream: SPOT, funding: true })).spec.funding).toBe('stored');
  });

  it('of other rates is another result', async () => {
    const before = await stored({ cash: 6000 });
    await ports.documents.remove('funding', [`fnd_binanceusdm_BTC-USDT_${START + 80 * HOUR}`]);
    const after = await stored({ cash: 6000 });
    expect(after.id).not.toBe(before.id);
    expect(after.digest).not.toBe(before.digest);
  });
});
