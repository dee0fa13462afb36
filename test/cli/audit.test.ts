import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { STRATEGIES } from '../../domain/strategies/index.js';
import { madeStrategies } from '../adapters/made-strategies.js';
import { walk } from '../domain/made-bars.js';
import { runCommand } from './command.js';

const { directory, put } = madeStrategies();
const bars = join(directory, 'bars.csv');
const data = ['--data-dir', join(directory, 'data'), '--json'];
const leaky =
  'export default { signal: ({ bars }) => bars.close.map((c, i) => ((bars.close[i + 1] ?? c) > c ? 1 : 0)) };';
const clean =
  'export default { params: { length: 5 }, warmUp: 5, signal: ({ bars, params, indicators }) => indicators.ROC(params.length).map((move) => (move > 0 ? 1 : 0)) };';

beforeAll(() => {
  const { time, open, high, low, close, volume } = walk(400);
  const rows = Array.from(time, (at, i) => [at, open[i], high[i], low[i], close[i], volume[i]].join());
  writeFileSync(bars, `time,open,high,low,close,volume\n${rows.join('\n')}\n`);
});

const audit = (...argv: string[]) => runCommand(['audit', 'lookahead', ...argv, ...data]);

describe('finsight audit lookahead', () => {
  it.each(['sma-cross', 'donchian', 'news-sentiment', 'model-signal', 'features'])(
    'passes %s',
    async (name) => {
      const { code, answer } = await audit('--strategy', name, '--bars', bars, '--points', '6');
      expect({ code, leak: answer['leak'], bars: answer['bars'] }).toEqual({
        code: 0,
        leak: false,
        bars: 400,
      });
      expect((answer['checks'] as { check: string }[]).map(({ check }) => check)).toEqual([
        'truncate',
        'perturb',
        'delay',
        'warm-up',
      ]);
    },
  );

  it('ends with 3 on a file that looks ahead, and with 0 on one that does not', async () => {
    const leak = await audit('--strategy', put(leaky), '--bars', bars);
    expect(leak).toMatchObject({ code: 3, answer: { leak: true, warmUp: 0 } });
    expect(leak.answer['checks']).toMatchObject([
      { check: 'truncate', verdict: 'leak', first: { barsAhead: 1 } },
      {},
      {},
      {},
    ]);
    const none = await audit('--strategy', put(clean), '--bars', bars, '--params', '{"length":9}');
    expect(none).toMatchObject({ code: 0, answer: { leak: false, params: { length: 9 } } });
  });

  it.each<[string, () => string[], RegExp]>([
    ['nothing to audit', () => ['--bars', bars], /Give --strategy/],
    ['no bars', () => ['--strategy', 'rsi'], /Give either --bars/],
    ['an unknown strategy', () => ['--strategy', 'rsy', '--bars', bars], /did you mean "rsi"/],
    ['a file that is not there', () => ['--strategy', './none.ts', '--bars', bars], /No strategy file/],
    [
      'an unknown parameter',
      () => ['--strategy', 'rsi', '--params', '{"lenght":3}', '--bars', bars],
      /did you mean "length"/,
    ],
    [
      'too long a warm-up',
      () => ['--strategy', 'sma-cross', '--params', '{"slow":500}', '--bars', bars],
      /warm-up is 499; take at least 509/,
    ],
    ['no points', () => ['--strategy', 'rsi', '--points', '0', '--bars', bars], /--points is 0/],
    [
      'a file that throws',
      () => [
        '--strategy',
        put('export default { decide: ({ bar }) => { if (bar > 5) throw new Error("six"); return 0; } };'),
        '--bars',
        bars,
      ],
      /mine-\d+\.ts throws at bar 6 in mine-\d+\.ts:1: Error: six/,
    ],
    [
      'a file that returns garbage',
      () => ['--strategy', put('export default { signal: () => "buy" };'), '--bars', bars],
      /returns buy; signal must return/,
    ],
    [
      'a file that changes its input',
      () => [
        '--strategy',
        put('export default { signal: ({ bars }) => bars.close.fill(1) };'),
        '--bars',
        bars,
      ],
      /changes bars\.close at bar 0/,
    ],
  ])('ends with 2 on %s', async (_, argv, message) => {
    const { code, answer } = await audit(...argv());
    expect(code).toBe(2);
    expect((answer['error'] as { message: string }).message).toMatch(message);
  });
});

it('finsight backtest strategies lists parameters, warm-up and whether a grid runs it', async () => {
  const { code, answer } = await runCommand(['backtest', 'strategies', ...data]);
  const rows = answer['strategies'] as { name: string }[];
  expect([code, rows.map(({ name }) => name)]).toEqual([0, Object.keys(STRATEGIES)]);
  expect(rows.find(({ name }) => name === 'donchian')).toMatchObject({
    params: { entry: { default: 20, min: 1, max: 10_000, integer: true } },
    warmUp: 20,
    needs: null,
    grid: true,
  });
  expect(rows.find(({ name }) => name === 'news-sentiment')).toMatchObject({
    needs: 'sentiment',
    grid: false,
  });
});
