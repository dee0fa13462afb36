import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runOnFile, sweepFile, type LocalSpec } from '../../activities/backtest/local.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { combinationsOf } from '../../domain/backtest/sweep.js';
import { STRATEGIES } from '../../domain/strategies/index.js';
import { walk } from '../domain/made-bars.js';
import { recordedDirectory } from '../recorded.js';

const recorded = recordedDirectory();
const fixtures = recorded === null ? '' : resolve(recorded, '../fixtures');
if (!existsSync(fixtures) && process.env['CI'] === 'true')
  throw new Error(`No fixtures at ${fixtures}; CI needs them`);

const SPEC: LocalSpec = {
  strategy: 'sma-cross',
  costs: { feeBps: 10, slippageBps: 0 },
  cash: 20_000_000,
  size: { kind: 'units', units: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};

describe('backtests on files of bars', () => {
  let directory: string;
  let ports: Ports;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'finsight-backtest-'));
    ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: directory }));
  });
  afterAll(async () => {
    await ports.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** A walk as a file; `change` gets the cells of a row, `keep` its number. */
  const fileOf = (
    name: string,
    options: {
      rows?: number;
      change?: (cells: unknown[], i: number) => void;
      keep?: (i: number) => boolean;
    } = {},
  ): { path: string } => {
    const bars = walk(options.rows ?? 3000);
    const lines = ['time,open,high,low,close,volume'];
    for (let i = 0; i < bars.time.length; i++) {
      const cells: unknown[] = [bars.time, bars.open, bars.high, bars.low, bars.close, bars.volume].map(
        (c) => c[i],
      );
      options.change?.(cells, i);
      if (options.keep?.(i) ?? true) lines.push(cells.join(','));
    }
    const path = join(directory, name);
    writeFileSync(path, `${lines.join('\n')}\n`);
    return { path };
  };
  const params = { fast: 5, slow: 20 };
  const run = (
    file: { path: string },
    more: Partial<LocalSpec> = {},
    given: Record<string, number> = params,
  ) => runOnFile(ports, { file, spec: { ...SPEC, ...more }, params: given });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['an unknown parameter', () => run(fileOf('a.csv'), {}, { fsat: 3 }), /"fsat".*did you mean "fast"/],
    [
      'fast not below slow',
      () => run(fileOf('a.csv'), {}, { fast: 30, slow: 20 }),
      /fast \(30\) must be below slow/,
    ],
    [
      'a bar that is NaN',
      () => run(fileOf('b.csv', { change: (c, i) => i === 40 && (c[4] = 'NaN') })),
      /Row 41 .*close "NaN"/,
    ],
    ['one bar', () => run(fileOf('c.csv', { rows: 1 })), /one bar; .*at least 2/],
    [
      'no volume at all',
      () => run(fileOf('d.csv', { change: (c) => void (c[5] = 0) })),
      /No bar .*volume above 0/,
    ],
    [
      'a fee of 100 %',
      () => run(fileOf('a.csv'), { costs: { feeBps: 10_000, slippageBps: 0 } }),
      /feeBps is 10000/,
    ],
    [
      'bars out of order',
      () => run(fileOf('e.csv', { change: (c, i) => i === 9 && (c[0] = Number(c[0]) - 18_000_000) })),
      /Row \d+ .*(ascend|later)/,
    ],
    [
      'a fee of 100 % of a grid',
      () =>
        sweepFile(ports, {
          file: fileOf('a.csv'),
          spec: { ...SPEC, costs: { feeBps: 10_000, slippageBps: 0 } },
          grid: { fast: [3] },
        }),
      /feeBps is 10000/,
    ],
    [
      'a grid without sense',
      () => sweepFile(ports, { file: fileOf('a.csv'), spec: SPEC, grid: { fast: 30, slow: [10, 20] } }),
      /No combination .*must be below slow/,
    ],
  ])('refuses %s', async (_, work, message) => {
    const error = await work().then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.name).toBe('InvalidInputError');
    expect(error?.message).toMatch(message);
  });

  it('runs a file that lays orders by the event-driven engine, beside buying and holding', async () => {
    const strategy = join(directory, 'orders.ts');
    writeFileSync(
      strategy,
      `export const onBar = (c) => { if (c.index % 50 === 0) c.order({ side: c.position ? 'sell' : 'buy', kind: 'market', units: 1 }); };`,
    );
    const input = { file: fileOf('orders'), spec: { ...SPEC, strategy }, params: {} };
    const found = await runOnFile(ports, input);
    expect(found).toMatchObject({
      spec: { engine: 'event-driven', code: expect.stringMatching(/^[0-9a-f]{64}$/) },
      metrics: { entries: 30, exits: 30 },
      benchmark: { entries: 1 },
    });
    expect(found.conventions.join(' ')).toContain('Orders inside a bar');
    expect((await runOnFile(ports, input)).digest).toBe(found.digest);
    const sweeping = { ...input, grid: { a: [1] } };
    await expect(sweepFile(ports, sweeping)).rejects.toThrow(/Unknown strategy/);
  });

  it('refuses what the memory does not hold, and says what to do instead', async () => {
    const input = { file: fileOf('large'), spec: SPEC };
    const free = vi.spyOn(process, 'availableMemory').mockReturnValue(100 * 2 ** 20);
    const way = /more memory than there is \(100 MB.*finsight bars import.*--from and --to.*bars resample/;
    try {
      await expect(runOnFile(ports, { ...input, params: {} })).rejects.toThrow(way);
      await expect(sweepFile(ports, { ...input, grid: { fast: 3, slow: 9 } })).rejects.toThrow(way);
    } finally {
      free.mockRestore();
    }
  });

  it('tells of gaps and of bars without volume, and goes on', async () => {
    const file = fileOf('gaps.csv', {
      keep: (i) => i < 100 || i > 110,
      change: (c, i) => i < 7 && (c[5] = 0),
    });
    const { bars, metrics } = await run(file);
    expect(bars).toMatchObject({ rows: 2989, gapsFound: 1, zeroVolumeBars: 7, gaps: [{ bars: 11 }] });
    expect(metrics.bars).toBe(2989);
  });

  it('counts bars whose open or close lies outside of their low and high', async () => {
    const file = fileOf('inconsistent.csv', { change: (c, i) => i < 3 && (c[2] = Number(c[3]) / 2) });
    const { bars } = await run(file);
    expect(bars).toMatchObject({ rows: 3000, inconsistentBars: 3 });
  });

  it('gives each row of a sweep the figures of its single run, by the grid and by single runs', async () => {
    const file = fileOf('same.csv');
    for (const size of [
      SPEC.size,
      { kind: 'volatility', target: 0.2, lookback: 50, maxLeverage: 1 } as const,
    ]) {
      const spec = { ...SPEC, size };
      const sweep = await sweepFile(ports, { file, spec, grid: { slow: '20:30:10', fast: [5, 25] } });
      expect(sweep.path).toBe(size.kind === 'units' ? 'grid' : 'single-run');
      expect(sweep.rows.map((row) => row.params)).toEqual([
        { fast: 5, slow: 20 },
        { fast: 5, slow: 30 },
        { fast: 25, slow: 30 },
      ]);
      expect(sweep.skipped).toMatchObject([{ params: { fast: 25, slow: 20 } }]);
      for (const row of sweep.rows) {
        const { metrics } = await run(file, { size }, row.params);
        expect(row.metrics).toMatchObject({ entries: metrics.entries, exits: metrics.exits });
        expect(row.metrics.finalEquity / metrics.finalEquity - 1).toBeCloseTo(0, 12);
      }
      const again = await sweepFile(ports, { file, spec, grid: { slow: '20:30:10', fast: [5, 25] } });
      expect(again.digest).toBe(sweep.digest);
    }
  });

  it('orders combinations by the parameters of the strategy, not of the grid', () => {
    const { list } = combinationsOf(STRATEGIES['macd']!, { smooth: [3, 4], fast: '5:6:1', slow: 20 });
    expect(list.map(({ fast, smooth }) => [fast, smooth])).toEqual([
      [5, 3],
      [5, 4],
      [6, 3],
      [6, 4],
    ]);
  });

  it.skipIf(!existsSync(fixtures))(
    "gives numpy's 154 rows (skipped where ../shared/fixtures is missing)",
    async () => {
      const file = { path: `${fixtures}/bars-100k.csv.gz` };
      const grid = JSON.parse(readFileSync(`${fixtures}/sma-grid-100k.json`, 'utf8')) as { rows: number[][] };
      const sweep = await sweepFile(ports, {
        file,
        spec: SPEC,
        grid: { fast: '10:60:5', slow: '70:200:10' },
      });
      expect(sweep.rows).toHaveLength(grid.rows.length);
      for (const [
        i,
        [fast, slow, entries, exits, finalEquity = NaN, drawdown = NaN],
      ] of grid.rows.entries()) {
        expect(sweep.rows[i]).toMatchObject({ params: { fast, slow }, metrics: { entries, exits } });
        expect(Math.abs(sweep.rows[i]!.metrics.finalEquity / finalEquity - 1)).toBeLessThan(1e-9);
        expect(Math.abs(sweep.rows[i]!.metrics.maxDrawdown / drawdown - 1)).toBeLessThan(1e-9);
      }
      const single = await run(file, {}, { fast: 20, slow: 100 });
      expect(single.metrics).toMatchObject({ entries: 715, exits: 715 });
      expect(single.metrics.finalEquity).toBeCloseTo(19_947_724.239, 3);
    },
  );
});
