import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../domain/backtest/engine.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { smaCross } from '../../domain/strategies/sma-cross.js';
import { recordedDirectory } from '../recorded.js';
import { SPEC } from './made-backtests.js';

const recorded = recordedDirectory();
const fixtures = recorded === null ? '' : resolve(recorded, '../fixtures');
if (!existsSync(fixtures) && process.env['CI'] === 'true')
  throw new Error(`No fixtures at ${fixtures}; CI needs them`);
describe.skipIf(!existsSync(fixtures))('the SMA grid (skipped where ../shared/fixtures is missing)', () => {
  it('equals numpy on 100,000 bars in all 154 rows', () => {
    const lines = gunzipSync(readFileSync(`${fixtures}/bars-100k.csv.gz`))
      .toString()
      .trim()
      .split('\n')
      .slice(1);
    const cells = lines.map((line) => line.split(','));
    const column = (at: number) => Float64Array.from(cells, (row) => Number(row[at]));
    const time = Float64Array.from(cells, (row) => Date.parse(row[0] ?? ''));
    const bars = {
      time,
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
    };
    const grid = JSON.parse(readFileSync(`${fixtures}/sma-grid-100k.json`, 'utf8')) as { rows: number[][] };
    const spec: RunSpec = {
      ...SPEC,
      costs: { feeBps: 10, slippageBps: 0 },
      cash: 2e7,
      size: { kind: 'units', units: 1 },
    };
    expect(grid.rows).toHaveLength(154);
    for (const [fast = NaN, slow = NaN, entries, exits, finalEquity = NaN, drawdown = NaN] of grid.rows) {
      const signal = smaCross.signal({ bars, params: { fast, slow }, timeframeMs: 60_000 });
      const { metrics } = backtest({ bars, signal, spec });
      expect(metrics).toMatchObject({ entries, exits });
      expect(Math.abs(metrics.finalEquity / finalEquity - 1)).toBeLessThan(1e-12);
      expect(Math.abs(metrics.maxDrawdown / drawdown - 1)).toBeLessThan(1e-9);
    }
  });
});
