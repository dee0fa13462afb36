import type { Ports } from '../../adapters/ports.js';

const FIRST_BAR = Date.UTC(2023, 0, 1);
const HOUR = 3_600_000;
const SOURCE = { kind: 'simulated', detail: '1' } as const;
const metrics = { sharpe: 0.8, totalReturn: 0.1, maxDrawdown: 0.2, entries: 5, fees: 12, profitFactor: NaN };
const planned = {
  ...{ stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross', source: SOURCE, createdAt: FIRST_BAR },
  ...{
    from: FIRST_BAR,
    to: FIRST_BAR + HOUR,
    asOf: FIRST_BAR + HOUR,
    bars: 100,
    barsSha256: 'b',
    digest: 'd',
  },
};

/** One sweep, search and comparison, each with a page. */
export async function seedOptimisations({ documents, objects }: Ports): Promise<void> {
  const results = { key: 'backtests/sw_example.parquet', sha256: 'aa', rows: 4 };
  await documents.insert('sweeps', [
    {
      ...{ id: 'sw_example', ...planned, grid: { fast: [5, 10] }, combinations: 4, skipped: 1, results },
      best: [{ params: { fast: 5, slow: 50 }, metrics }],
    },
  ]);
  await documents.insert('searches', [
    {
      ...{ id: 'srch_example', ...planned, space: { fast: '5:10' }, method: 'grid', objective: 'sharpe' },
      ...{ tried: 6, trials: 6, best: { params: { fast: 7 }, score: 1.25, metrics }, forward: [] },
      outOfSample: {
        kind: 'walk-forward',
        sharpe: 0.31,
        interval: [-0.6, 1.2],
        inSampleSharpe: 1.4,
        days: 90,
      },
    },
  ]);
  const ranked = { backtest: 'bt_example', params: { fast: 20 }, totalReturn: 0.1, maxDrawdown: 0.2 };
  await documents.insert('comparisons', [
    {
      ...{ id: 'cmp_example', stream: planned.stream, source: SOURCE, createdAt: FIRST_BAR },
      ranking: [{ ...ranked, strategy: 'donchian', sharpe: 0.9, deflatedSharpe: NaN }],
      ...{ realityCheck: 0.2, superior: 0.123, overfitting: null, days: 90 },
      sentence: 'donchian leads, but is not distinguishable from luck: by one of 4 tests.',
    },
  ]);
  for (const id of ['sw_example', 'srch_example', 'cmp_example'])
    await objects.put(
      `backtests/${id}.html`,
      new TextEncoder().encode(`<!doctype html><title>${id}</title>`),
    );
}
