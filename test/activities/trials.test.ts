import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { backtestSteps } from '../../activities/backtest.js';
import { barsFileSteps } from '../../activities/bars/files.js';
import { trialLedger } from '../../activities/trials.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import { countTrials, type Trial } from '../../domain/backtest/trials.js';
import { seededNormal } from '../../domain/random.js';
import { madePorts } from './made-ports.js';

const made = (i: number, change: Partial<Trial> = {}): Trial => ({
  id: `trl_${i}`,
  decision: `d${i}`,
  market: 'BTC-USD',
  stream: 'binance/BTC-USDT/1h',
  strategy: 's',
  from: 0,
  to: 100,
  sharpe: i / 1000,
  days: 100,
  at: i,
  ...change,
});

describe('the ledger of trials', () => {
  const { ports, directory, remove } = madePorts();
  afterAll(remove);
  const ledger = trialLedger(ports.documents);

  it('keeps every trial once, however many and however often', async () => {
    const all = Array.from({ length: 1201 }, (_, i) => made(i));
    await ledger.record(all);
    await ledger.record(all.map((trial) => ({ ...trial, at: 9_999 })));
    const window = { market: 'BTC-USD', from: 50, to: 150 };
    const found = await ledger.overlapping(window);
    expect(found).toHaveLength(1201);
    expect(found.every(({ at }) => at < 9_999)).toBe(true);
    expect(countTrials(found, window).trials).toBe(1201);
  });

  it('leaves other markets and windows out', async () => {
    await ledger.record([
      made(5000, { market: 'ETH-USD', sharpe: null }),
      made(5001, { from: 100, to: 200 }),
    ]);
    expect(await ledger.overlapping({ market: 'ETH-USD', from: 0, to: 10 })).toMatchObject([
      { sharpe: null },
    ]);
    expect(await ledger.overlapping({ market: 'BTC-USD', from: 150, to: 160 })).toHaveLength(1);
    expect(await ledger.overlapping({ market: 'SOL-USD', from: 0, to: 10 })).toEqual([]);
  });

  it('counts each backtest that is run on a window once, and judges by the number', async () => {
    const normal = seededNormal('trials');
    let price = 100;
    const rows = Array.from({ length: 24 * 60 }, (_, i) => {
      const open = price;
      price *= Math.exp(0.005 * normal());
      const time = new Date(Date.UTC(2023, 0, 1) + i * 3_600_000).toISOString();
      return [time, open, Math.max(open, price), Math.min(open, price), price, 1].join(',');
    });
    const path = join(directory, 'eth.csv');
    writeFileSync(path, `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
    const stream = 'binance/ETH-USDT/1h';
    await barsFileSteps(ports).importBarsFile({ path, stream });
    const { runBacktest } = backtestSteps(ports);
    const stored = async (fast: number, feeBps: number): Promise<BacktestResult | null> => {
      const input = { stream, strategy: 'sma-cross', params: { fast, slow: 50 }, feeBps };
      return ports.documents.get('backtests', (await runBacktest(input)).id);
    };
    expect(await stored(5, 10)).toMatchObject({ trials: 1, analysis: { days: 60, benchmark: {} } });
    expect(await stored(6, 10)).toMatchObject({ trials: 2 });
    // Other costs are no other trial, and a repeated run keeps what it was told.
    expect(await stored(6, 0)).toMatchObject({ trials: 2 });
    expect(await stored(5, 10)).toMatchObject({ trials: 1 });
  });
});
