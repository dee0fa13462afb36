import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestSteps, type BacktestInput } from '../../activities/backtest.js';
import { searchSteps, type SearchInput } from '../../activities/search/planning.js';
import { validationSteps } from '../../activities/search/validating.js';
import { sweepSteps, type SweepInput } from '../../activities/sweep.js';
import { findTried } from '../../api/backtest/tried.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import { bestOf } from '../../domain/backtest/search/search.js';
import { withTried } from '../../domain/report/tear-sheet/tried.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const STREAM = 'binance/BTC-USDT/1h';
const TERMS = { costs: { feeBps: 10, slippageBps: 2 } };
const { ports, remove } = madePorts();
afterAll(remove);

beforeAll(async () => {
  const columns = walk(24 * 60, 11);
  const bars = Array.from(columns.time, (time, i) => {
    const [open = 0, high = 0, low = 0, close = 0, volume = 0] = (
      ['open', 'high', 'low', 'close', 'volume'] as const
    ).map((name) => columns[name][i]);
    return { time, open, high, low, close, volume, knownAt: time + HOUR };
  });
  const stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1h' as const };
  await ports.series.write({ stream, source: { kind: 'simulated', detail: '1' }, bars });
});

async function run(input: Partial<BacktestInput> = {}): Promise<{ result: BacktestResult; html: string }> {
  const asked = { stream: STREAM, strategy: 'sma-cross', params: { fast: 10, slow: 40 }, ...input };
  const { id } = await backtestSteps(ports).runBacktest(asked);
  const result = (await ports.documents.get<BacktestResult>('backtests', id))!;
  const html = new TextDecoder().decode(await ports.objects.get(`backtests/${id}.html`));
  return { result, html };
}

async function sweep(input: Partial<SweepInput> = {}): Promise<string> {
  const steps = sweepSteps(ports);
  const grid = { fast: [5, 10, 15], slow: [30, 40, 50, 60] };
  const plan = await steps.planSweep({ stream: STREAM, strategy: 'sma-cross', grid, spec: TERMS, ...input });
  const part = await steps.sweepPart({ plan, first: 0, end: plan.combinations });
  return (await steps.finishSweep({ plan, parts: [part] })).id;
}

async function search(input: Partial<SearchInput> = {}): Promise<string> {
  const steps = { ...searchSteps(ports), ...validationSteps(ports) };
  const asked = { stream: STREAM, strategy: 'ema-cross', space: { fast: '2:30', slow: '31:90' }, trials: 40 };
  const plan = await steps.planSearch({ ...asked, ...input });
  const [one, other] = [
    await steps.tryTrials({ plan, from: 0, to: 25 }),
    await steps.tryTrials({ plan, from: 25, to: 40 }),
  ];
  const told = [...one.scored, ...other.scored];
  const scored = { best: bestOf(told), tried: told.length, stoppedEarly: false };
  await steps.finishSearch({ plan, scored, parts: [], outOfSample: null });
  // An attempt that is repeated finds what the lost one had joined.
  return (await steps.finishSearch({ plan, scored, parts: [], outOfSample: null })).id;
}

describe('the parameter map of a tear sheet', () => {
  it('says that nothing was tried, until something was; the run’s own cell is marked', async () => {
    const { result, html } = await run();
    expect(await findTried(ports, result)).toBeNull();
    expect(html).toMatch(/<section id="parameters">.*No stored sweep or search of sma-cross varied two/);
    const id = await sweep();
    const tried = await findTried(ports, result);
    expect(tried).toMatchObject({ kind: 'sweep', id });
    const page = withTried(html, result, tried!);
    expect(page).not.toContain('No stored sweep');
    expect(page).toContain(`▸ ${result.metrics.sharpe.toFixed(2).replace('-', '−')}`);
    expect(page).toContain(`From the sweep ${id}, 12 combinations on the same bars.`);
    expect(page.replace(/<section id="parameters">.*?<\/section>/s, '')).toBe(
      html.replace(/<section id="parameters">.*?<\/section>/s, ''),
    );
  });

  it('prefers what had the costs of the run, and says where they differ', async () => {
    const dear = await sweep({
      spec: { costs: { feeBps: 50, slippageBps: 2 } },
      grid: { fast: '5:20', slow: '30:60' },
    });
    const [{ result }, other] = [await run(), await run({ feeBps: 50 })];
    expect((await findTried(ports, result))?.id).not.toBe(dear);
    expect((await findTried(ports, other.result))?.id).toBe(dear);
    const third = await run({ feeBps: 7 });
    const page = withTried(third.html, third.result, (await findTried(ports, third.result))!);
    expect(page).toContain('were not those of this run: 50 bps fee + 2 bps slippage a side');
  });

  it('takes none of other bars, of another side, or of a strategy without two parameters', async () => {
    const { result } = await run({ to: '2023-12-20' });
    expect(await findTried(ports, result)).toBeNull();
    const short = await run({ params: { fast: 10, slow: 40, direction: -1 } });
    expect(await findTried(ports, short.result)).toBeNull();
    // A side that was varied is told of each combination, the first of which has the default.
    const id = await sweep({ grid: { fast: [5, 10], slow: [30, 40], direction: [1, -1] } });
    const tried = await findTried(ports, short.result);
    expect([tried?.id, Array.from(tried?.params['direction'] ?? [])]).toEqual([
      id,
      [1, -1, 1, -1, 1, -1, 1, -1],
    ]);
    expect(withTried(short.html, short.result, tried!)).toContain('The others as in this run: direction −1.');
    const stored = await ports.documents.get<{ best: { params: object }[] }>('sweeps', id);
    expect(stored?.best[0]?.params).toHaveProperty('direction');
    const { html } = await run({ strategy: 'buy-and-hold', params: {} });
    expect(html).not.toContain('<section id="parameters">');
  });

  it('shows the trials of a search in parts of its axes', async () => {
    const id = await search();
    const { result, html } = await run({ strategy: 'ema-cross', params: { fast: 12, slow: 50 } });
    const tried = await findTried(ports, result);
    expect([tried?.kind, tried?.id, tried?.sharpe.length]).toEqual(['search', id, 40]);
    expect(await ports.objects.list(`backtests/${id}/`)).toEqual([]);
    const page = withTried(html, result, tried!);
    expect(page).toMatch(
      /▸ is where this run lies\. Rows and columns reach from their value up to the next one/,
    );
    const far = await run({ strategy: 'ema-cross', params: { fast: 12, slow: 300 } });
    expect(withTried(far.html, far.result, tried!)).toContain('fast 12, slow 300 of this run lies outside');
  });
});
