import { afterAll, describe, expect, it } from 'vitest';
import { trialLedger } from '../../activities/trials.js';
import { countTrials, type Trial } from '../../domain/backtest/trials.js';
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
  const { ports, remove } = madePorts();
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
});
