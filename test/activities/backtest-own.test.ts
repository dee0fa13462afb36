import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestSteps } from '../../activities/backtest.js';
import { runOnFile } from '../../activities/backtest/local.js';
import { barsFileSteps } from '../../activities/bars/files.js';
import { lookaheadSteps } from '../../activities/lookahead.js';
import type { Trial } from '../../domain/backtest/trials.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import { readSource, sourceKeyOf } from '../../domain/strategies/source.js';
import { walk } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const STREAM = 'binance/BTC-USDT/1h';
const CROSS = `export default {
  params: { fast: 3, slow: 8 },
  warmUp: ({ slow }) => slow - 1,
  signal({ bars, params, indicators }) {
    const [fast, slow] = [indicators.SMA(params.fast), indicators.SMA(params.slow)];
    return bars.close.map((_, i) => (fast[i] > slow[i] * (1 + 1e-12) ? 1 : 0));
  },
};`;
const ORDERS = `export function onBar(c) {
  if (c.index % 40 === 0) c.order({ side: 'buy', kind: 'market', units: 1, exits: { stopBps: 100 } });
}`;
const LEAK =
  'export default { signal: ({ bars }) => bars.close.map((c, i) => (bars.close[i + 1] > c ? 1 : 0)) };';

const { ports, directory, remove } = madePorts();
afterAll(remove);
const path = join(directory, 'bars.csv');

beforeAll(async () => {
  const { time, open, high, low, close, volume } = walk(400, 11);
  const lines = Array.from(time, (at, i) => [at, open[i], high[i], low[i], close[i], volume[i]].join(','));
  writeFileSync(path, `time,open,high,low,close,volume\n${lines.join('\n')}\n`);
  await barsFileSteps(ports).importBarsFile({ path, stream: STREAM });
});

/** Stores a source as the API does. */
async function put(text: string): Promise<string> {
  const file = await ports.strategyFiles.load(readSource('my.ts', text));
  await ports.objects.put(sourceKeyOf(file.sha256), new TextEncoder().encode(JSON.stringify(file.source)));
  await file.close();
  return file.sha256;
}
const run = async (input: { code?: string; params?: Record<string, number>; evaluation?: string }) => {
  const { id } = await backtestSteps(ports).runBacktest({ stream: STREAM, strategy: 'my.ts', ...input });
  return (await ports.documents.get<BacktestResult>('backtests', id)) as BacktestResult;
};

describe('a strategy of a user’s own on stored bars', () => {
  it('is run from its stored source, and counted by its digest', async () => {
    const code = await put(CROSS);
    const found = await run({ code });
    const { id } = await backtestSteps(ports).runBacktest({
      ...{ stream: STREAM, strategy: 'sma-cross', params: { fast: 3, slow: 8 } },
    });
    const ours = await ports.documents.get<BacktestResult>('backtests', id);
    expect(found.spec).toMatchObject({ strategy: 'my.ts', code, params: { fast: 3, slow: 8 } });
    expect(found.metrics).toEqual(ours?.metrics);
    const { items } = await ports.documents.find<Trial>('trials', { limit: 10 });
    expect(new Set(items.map(({ decision }) => decision)).size).toBe(2);
    const other = await run({ code: await put(`${CROSS}// another file`) });
    expect(other.digest).not.toBe(found.digest);
  });

  it('lays orders bar by bar where it has callbacks, as it does on a file', async () => {
    const found = await run({ code: await put(ORDERS) });
    expect(found).toMatchObject({ engine: 'event-driven', spec: { engine: 'event-driven' } });
    const own = join(directory, 'my.ts');
    writeFileSync(own, ORDERS);
    const { costs, cash, size, closeAtEnd, periodsPerYear } = found.spec;
    const spec = { strategy: own, ...{ costs, cash, size, closeAtEnd, periodsPerYear } };
    const local = await runOnFile(ports, { file: { path }, spec, params: {} });
    expect(local.spec.strategy).toBe('my.ts');
    expect(local.metrics).toEqual(found.metrics);
  });

  it('says where it throws, that too few bars are there, and what its source is missing', async () => {
    const throws = await put(
      `export default { decide({ bar }) {\n  if (bar === 7) throw new Error('no'); return 1; } };`,
    );
    await expect(run({ code: throws })).rejects.toThrow(/^my\.ts throws at bar 7 in my\.ts:2: Error: no$/);
    await expect(run({})).rejects.toThrow(/my\.ts is a file, which is not where this runs; send its text/);
    await expect(run({ code: 'ab'.repeat(32) })).rejects.toThrow(/source of my\.ts, abab.* is not stored/);
    const code = await put(CROSS);
    await expect(run({ code, params: { fsat: 3 } })).rejects.toThrow(/did you mean "fast"/);
    await expect(run({ code, evaluation: 'evl_1' })).rejects.toThrow(/my\.ts is given no forecasts/);
    expect((await run({ code, params: { slow: 900 } })).notes).toEqual([
      'my needs 899 bars before its first decision, and there are 400: it may never have decided.',
    ]);
    await ports.objects.put(
      sourceKeyOf('cd'.repeat(32)),
      new TextEncoder().encode(JSON.stringify({ entry: 'my.ts', files: { 'my.ts': CROSS } })),
    );
    await expect(run({ code: 'cd'.repeat(32) })).rejects.toMatchObject({ name: 'DataQualityError' });
  });

  it('is audited: what looks ahead is found', async () => {
    const audit = (code: string) =>
      lookaheadSteps(ports).auditStream({ stream: STREAM, strategy: 'my.ts', code });
    expect((await audit(await put(LEAK))).leak).toBe(true);
    expect((await audit(await put(CROSS))).leak).toBe(false);
  });
});
