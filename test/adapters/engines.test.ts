import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareVerification, verifyBars, askEngine } from '../../activities/backtest/verify.js';
import { readConfig } from '../../adapters/config.js';
import { ENGINES, openEngines } from '../../adapters/engines/index.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { OTHER_ENGINES, type EngineReport } from '../../domain/backtest/verification.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { walk } from '../domain/made-bars.js';
import { temporaryDirectory } from '../temporal.js';

const bars = walk(600, 7);
const UNITS: RunSpec['size'] = { kind: 'units', units: 1 };
const EQUITY: RunSpec['size'] = { kind: 'equity', fraction: 0.5 };
const RICH = { cash: 100_000, feeBps: 10 };

/** What every engine runs: by its own indicators where it has them. */
const CASES = [
  [
    'sma-cross, both directions',
    { strategy: 'sma-cross', params: { fast: 5, slow: 20, direction: 0 } },
    UNITS,
  ],
  ['ema-cross', { strategy: 'ema-cross', params: { fast: 5, slow: 20 } }, UNITS],
  ['rsi, both directions', { strategy: 'rsi', params: { direction: 0 } }, UNITS],
  ['bollinger, short', { strategy: 'bollinger', params: { direction: -1 } }, UNITS],
  ['macd, both directions', { strategy: 'macd', params: { direction: 0 } }, UNITS],
  ['donchian, a share of equity', { strategy: 'donchian', params: { direction: 0 } }, EQUITY],
  ['momentum with slippage', { strategy: 'momentum', slippageBps: 3 }, UNITS],
  ['buy and hold', { strategy: 'buy-and-hold' }, EQUITY],
] as const;

describe('the registry of engines', () => {
  it('has each engine under its own name, ours first', () => {
    for (const [name, engine] of Object.entries(ENGINES)) expect(engine.name).toBe(name);
    expect(Object.keys(ENGINES)[0]).toBe('vectorised');
  });

  it('and the stories agree on where engines run', () => {
    const others = Object.values(ENGINES).filter(({ name }) => name !== 'vectorised');
    expect(Object.fromEntries(others.map(({ name, home }) => [name, home]))).toEqual(OTHER_ENGINES);
  });

  it('names the known ones', () => {
    expect(() => openEngines().get('zoot')).toThrow(
      /Unknown engine "zoot"; known: vectorised, event-driven, backtrader/,
    );
  });
});

describe.each(Object.keys(OTHER_ENGINES))('%s', (name) => {
  const engine = ENGINES[name]!;
  const reason = engine.missing();
  note(name, reason);
  const directory = temporaryDirectory();
  let ports: Ports;
  beforeAll(() => void (ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: directory.path }))));
  afterAll(async () => {
    await ports.close();
    directory.remove();
  });

  it.skipIf(reason !== null).each(CASES)(
    `agrees with ours on %s, or differs as its conventions say ${reason ?? ''}`,
    async (_, options, size) => {
      const verified = await verifyBars(ports, bars, { ...RICH, ...options, size, engines: [name] });
      const [report] = verified.engines as [EngineReport];
      expect(verified.reference.entries).toBeGreaterThan(0);
      expect(report.available).toBe(true);
      if (report.reason === null) {
        expect(report.differing.filter(({ explanation }) => explanation === null)).toEqual([]);
        expect(['equal', 'explained']).toContain(report.verdict);
        expect(report.trades).toBeGreaterThan(0);
      } else expect(report.verdict, report.reason).toBeNull();
    },
  );

  it.skipIf(reason !== null)(`trades what it is given, not what ours would ${reason ?? ''}`, async () => {
    const prepared = prepareVerification(bars, { ...RICH, strategy: 'momentum', size: UNITS });
    const open = bars.open.map((price, i) => (i === 300 ? price * 1.001 : price));
    const signal = bars.open.map((_, i) => (i >= 299 ? 1 : 0));
    const job = { ...prepared.job, signal, decide: 'replay' as const, bars: { ...bars, open } };
    const { outcome } = await askEngine(engine, job);
    expect(outcome?.trades).toHaveLength(1);
    expect(outcome?.trades[0]).toMatchObject({ entryTime: bars.time[300], exitTime: null });
    expect(outcome?.trades[0]?.entryPrice).toBeCloseTo(open[300] ?? NaN, 9);
  });
});

/** For the list of what ran, at the end of a run. */
function note(name: string, reason: string | null): void {
  const line = `engine ${name} ${reason === null ? `ran as ${ENGINES[name]?.version()}` : `SKIPPED: ${reason}`}\n`;
  const report = process.env['FINSIGHT_SERVERS_REPORT'];
  if (report) appendFileSync(report, line);
  else process.stderr.write(line);
}
