import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STRATEGIES } from '../../domain/strategies/index.js';
import { madeStrategies } from '../adapters/made-strategies.js';
import { SPEC } from '../domain/made-backtests.js';
import { HOUR, START, walk } from '../domain/made-bars.js';

const text = readFileSync(join(import.meta.dirname, '../../docs/strategies.md'), 'utf8');
const block = (name: string): string =>
  new RegExp(`\`\`\`ts ${name}\\n([\\s\\S]*?)\`\`\``).exec(text)?.[1] ?? '';
const { load } = madeStrategies();

describe('the examples of docs/strategies.md', () => {
  it('decide for all bars at once', async () => {
    const file = await load(block('signal'));
    expect(file).toMatchObject({
      name: 'pullback',
      params: { length: { default: 50 }, distance: { min: 0 } },
    });
    expect(await file.warmUp({ length: 80 })).toBe(79);
    const signal = await file.signal({
      bars: walk(600),
      params: { length: 50, distance: 0 },
      timeframeMs: HOUR,
    });
    expect(signal.subarray(0, 49)).toEqual(new Float64Array(49));
    expect(new Set(signal)).toEqual(new Set([0, 1, NaN]));
  });

  it('decide bar by bar', async () => {
    const file = await load(block('decide'));
    const signal = await file.signal({ bars: walk(24 * 14), params: { hour: 8 }, timeframeMs: HOUR });
    let held = 0;
    const expected = signal.map((_, bar) => {
      const date = new Date(START + bar * HOUR);
      if (date.getUTCDay() % 6 === 0) held = 0;
      else if (date.getUTCHours() === 8) held = 1;
      return held;
    });
    expect(signal).toEqual(expected);
    expect(new Set(signal).size).toBe(2);
  });

  it('lay orders in callbacks', async () => {
    const file = await load(block('callbacks'), { timeMs: 20_000, memoryMb: 64 });
    const bars = walk(2000);
    const spec = { ...SPEC, engine: 'event-driven' as const };
    const { trades, metrics } = await file.backtest!({
      ...{ bars, spec, params: { length: 24, stop: 150 }, timeframeMs: HOUR },
    });
    expect(metrics.entries).toBeGreaterThan(5);
    expect(trades.every(({ side }) => side === 'long')).toBe(true);
  });

  it('name every strategy', () => {
    for (const name of Object.keys(STRATEGIES)) expect(text).toContain(`| \`${name}\` `);
  });
});
