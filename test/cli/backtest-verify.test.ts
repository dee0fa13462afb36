import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { prepareVerification } from '../../activities/backtest/verify.js';
import { ENGINES } from '../../adapters/engines/index.js';
import { OTHER_ENGINES, type VerificationReport } from '../../domain/backtest/verification.js';
import { walk } from '../domain/made-bars.js';
import { fixturePath } from '../fixtures.js';
import { temporaryDirectory } from '../temporal.js';
import { runCommand } from './command.js';

const directory = temporaryDirectory();
afterAll(() => directory.remove());
afterEach(() => vi.unstubAllEnvs());
const file = join(directory.path, 'bars.csv');
const { time, open, high, low, close, volume } = walk(300);
const rows = Array.from(time, (at, i) => [at, open[i], high[i], low[i], close[i], volume[i]].join(','));
writeFileSync(file, `time,open,high,low,close,volume\n${rows.join('\n')}\n`);

const verify = async (...words: string[]) => {
  const argv = ['backtest', 'verify', '--local', '--json', '--data-dir', directory.path, ...words];
  const { code, answer } = await runCommand(argv);
  return { code, report: answer as unknown as VerificationReport & { error?: { message: string } } };
};
const rule = ['--bars', file, '--strategy', 'sma-cross', '--params', '{"fast":5,"slow":20}'];

const FIXTURE = fixturePath('bars-100k.csv.gz');
const missing = Object.keys(OTHER_ENGINES).filter((name) => ENGINES[name]?.missing() !== null);
const lacks = [...(FIXTURE ? [] : ['no shared fixtures']), ...missing.map((name) => `no ${name}`)];

describe('what is verified', () => {
  const bars = walk(300);
  const of = (more: object) =>
    prepareVerification(bars, { strategy: 'sma-cross', params: { fast: 5, slow: 20 }, ...more });

  it('has the terms that it is asked with, and none that it is not', () => {
    const { job } = of({ slippage: 'bps:1+spread:0.5+volume:20', closeAtEnd: true, periodsPerYear: 252 });
    expect(job.spec).toMatchObject({
      costs: { feeBps: 10, slippageBps: 1, halfSpread: 0.5, impactBps: 20 },
      ...{ closeAtEnd: true, periodsPerYear: 252 },
    });
    expect(of({}).job.spec).toMatchObject({
      costs: { feeBps: 10, slippageBps: 0 },
      ...{ closeAtEnd: false, periodsPerYear: 365 },
    });
    expect(of({ slippageBps: 3 }).job.spec.costs).toEqual({ feeBps: 10, slippageBps: 3 });
  });

  it('says slippage once', () => {
    expect(() => of({ slippage: 'bps:1', slippageBps: 2 })).toThrow(/say the same thing twice/);
  });
});

describe('backtest verify', () => {
  it.skipIf(lacks.length > 0)(
    `finds one result in every engine on the shared bars (${lacks.join(', ') || 'all are here'})`,
    async () => {
      const job = ['--size', 'units:1', '--cash', '20000000', '--fee-bps', '10'];
      const params = '{"fast":20,"slow":100}';
      const words = ['--bars', FIXTURE ?? '', '--strategy', 'sma-cross', '--params', params, ...job];
      const { code, report } = await verify(...words);
      expect(code).toBe(0);
      expect(report.reference).toMatchObject({ entries: 715, exits: 715 });
      expect(report.reference.finalEquity).toBeCloseTo(19_947_724.239, 3);
      for (const { engine, trades, differing, finalEquity } of report.engines) {
        expect(trades, engine).toBe(715);
        if (engine === 'backtesting.py') expect(differing.every(({ explanation }) => explanation)).toBe(true);
        else
          expect({ differing, finalEquity }, engine).toEqual({
            differing: [],
            finalEquity: expect.closeTo(19_947_724.239, 3),
          });
      }
    },
    120_000,
  );

  it('ends with 5 where no engine is installed, and says how to get them', async () => {
    vi.stubEnv('FINSIGHT_ENGINES_DIR', join(directory.path, 'none'));
    const { code, report } = await verify(...rule);
    expect(code).toBe(5);
    expect(report.verdict).toBe('unchecked');
    expect(report.engines.map(({ engine }) => engine)).toEqual(Object.keys(OTHER_ENGINES));
    for (const { engine, available, reason } of report.engines.slice(1))
      expect({ engine, available, reason }).toEqual({
        engine,
        available: false,
        reason: 'not installed; run: npm run engines',
      });
    expect(report.engines[0]).toMatchObject({ engine: 'event-driven', verdict: 'equal' });
  });

  it.each([
    ['a size of no kind', [...rule, '--size', 'lots:1'], /lots/],
    ['an unknown engine', [...rule, '--engines', 'zoot'], /Unknown engine "zoot"; known/],
    ['no file', ['--strategy', 'sma-cross'], /give --bars <file>/],
    ['a stream beside a file', ['binance/BTC-USDT/1h', ...rule], /give --bars <file>, and no stream/],
    ['wrong parameters', [...rule.slice(0, 4), '--params', '{"fast":9,"slow":3}'], /must be below slow/],
  ])('ends with 2 for %s', async (_, words, message) => {
    const { code, report } = await verify(...words);
    expect(code).toBe(2);
    expect(report.error?.message).toMatch(message);
  });
});

describe('backtest engines', () => {
  it('lists ours and the others with their licences', async () => {
    const { code, answer } = await runCommand([
      'backtest',
      'engines',
      '--json',
      '--data-dir',
      directory.path,
    ]);
    expect(code).toBe(0);
    const engines = answer['engines'] as { name: string; licence: string; available: boolean }[];
    expect(engines.map(({ name }) => name)).toEqual(['vectorised', ...Object.keys(OTHER_ENGINES)]);
    expect(engines[0]).toMatchObject({ available: true, licence: 'Apache-2.0' });
    expect(engines.find(({ name }) => name === 'backtrader')?.licence).toMatch(/^GPL-3/);
  });
});
