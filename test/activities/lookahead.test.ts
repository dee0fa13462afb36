import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestSteps } from '../../activities/backtest.js';
import { lookaheadSteps } from '../../activities/lookahead.js';
import type { Source } from '../../domain/sources.js';
import { FEATURE_VERSION } from '../../domain/features.js';
import type { Ports } from '../../adapters/ports.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const source: Source = { kind: 'simulated', detail: '1' };
const made = madePorts();
const sentiment = (rows: number) => ({
  points: Array.from({ length: rows }, (_, i) => ({
    knownAt: (walk(1).time[0] ?? 0) + i * 5 * HOUR + 60_000,
    value: Math.sin(i),
  })),
  sha256: 'made',
});
const scored = { ...made.ports, sentimentPoints: async () => sentiment(80) };
afterAll(() => made.remove());

const store = async (stream: string, late: (row: number) => number): Promise<void> => {
  const columns = walk(400);
  const bars = Array.from(columns.time, (time, i) => ({
    time,
    open: columns.open[i]!,
    high: columns.high[i]!,
    low: columns.low[i]!,
    close: columns.close[i]!,
    volume: columns.volume[i]!,
    knownAt: time + HOUR + late(i),
  }));
  await made.ports.series.write({ stream: parseStream(stream), source, bars });
};
beforeAll(async () => {
  await store('binance/BTC-USDT/1h', () => 0);
  await store('binance/ETH-USDT/1h', (row) => (row % 9 === 0 ? 4 * HOUR : 0));
});

describe('an audit of a stored stream', () => {
  const verdicts = async (stream: string, strategy: string, params = {}) => {
    const input = { source: 'simulated:1', stream, strategy, params };
    const { leak, checks, notes } = await lookaheadSteps(scored).auditStream(input);
    return { leak, notes, delay: checks.find(({ check }) => check === 'delay')?.verdict };
  };

  it('passes where everything was known in time', async () => {
    const expected = { leak: false, notes: [], delay: 'skipped' };
    expect(await verdicts('binance/BTC-USDT/1h', 'sma-cross')).toEqual(expected);
    expect(await verdicts('binance/BTC-USDT/1h', 'news-sentiment')).toEqual(expected);
    expect(await verdicts('binance/BTC-USDT/1h', 'features')).toEqual(expected);
  });

  it('finds that a whole history holds bars that came late', async () => {
    const fast = { fast: 1, slow: 2, direction: 0 };
    expect(await verdicts('binance/ETH-USDT/1h', 'sma-cross', fast)).toMatchObject({
      leak: true,
      delay: 'leak',
    });
    expect(await verdicts('binance/ETH-USDT/1h', 'buy-and-hold')).toMatchObject({
      leak: false,
      delay: 'pass',
    });
  });

  it('says that news were made where none are scored', async () => {
    const input = { source: 'simulated:1', stream: 'binance/BTC-USDT/1h', strategy: 'news-sentiment' };
    const answer = await lookaheadSteps(made.ports).auditStream(input);
    expect(answer).toMatchObject({ leak: false, notes: [expect.stringMatching(/some were made/)] });
  });

  it.each([
    ['./mine.ts', /"\.\/mine\.ts" is a file, .*; send its text as code/],
    ['nothing', /Unknown strategy "nothing"/],
  ])('refuses %s', async (strategy, message) => {
    const input = { source: 'simulated:1', stream: 'binance/BTC-USDT/1h', strategy };
    await expect(lookaheadSteps(made.ports).auditStream(input)).rejects.toThrow(message);
  });
});

describe('a backtest of news', () => {
  const input = { source: 'simulated:1', stream: 'binance/BTC-USDT/1h', strategy: 'news-sentiment' };

  it('trades by what was known at each close', async () => {
    const report = await backtestSteps(scored).runBacktest(input);
    expect(report.metrics.entries).toBeGreaterThan(5);
  });

  it('says what is missing where no news are scored', async () => {
    await expect(backtestSteps(made.ports).runBacktest(input)).rejects.toMatchObject({
      name: 'NotFoundError',
      message: expect.stringMatching(/No scored news about BTC; collect news and run enrichSentiment first/),
    });
  });
});

describe('an audit of a registered model', () => {
  const LOOK_BACK = 8;
  const dataset = { id: 'ds_made', spec: { lookBack: LOOK_BACK }, createdAt: 1 };
  const model = {
    ...{ id: 'mdl_made@1', name: 'made', version: '1', task: 'forecast', kind: 'ridge', dataset: 'ds_made' },
    ...{ featureVersion: FEATURE_VERSION, createdAt: 1, spec: {}, onnx: { key: 'k', sha256: 's', bytes: 1 } },
  };
  beforeAll(async () => {
    await made.ports.documents.insert('datasets', [dataset]);
    const sentiment = { ...model, id: 'mdl_words@1', name: 'words', task: 'sentiment', dataset: null };
    const old = { ...model, id: 'mdl_old@1', name: 'old', featureVersion: 'f0' };
    await made.ports.documents.insert('models', [model, sentiment, old]);
  });

  /** Answers the last row of each window; `peeks` scales by all windows that it is asked together with. */
  const servedBy = (peeks: boolean): Ports => ({
    ...scored,
    serving: {
      ...made.ports.serving,
      async infer(_, { features }) {
        const { dims, data } = features!;
        const [n = 0, lookBack = 0, width = 0] = dims;
        const answers = Float32Array.from({ length: n }, (_each, i) =>
          Number(data[(i + 1) * lookBack * width - width]),
        );
        const scale = peeks ? answers.reduce((sum, each) => sum + Math.abs(each), 0) / n : 1;
        return { target: { type: 'float32', dims: [n], data: answers.map((each) => each / scale) } };
      },
    },
  });
  const audit = (peeks: boolean, input: object = {}) =>
    lookaheadSteps(servedBy(peeks)).auditStream({
      ...{ source: 'simulated:1', stream: 'binance/BTC-USDT/1h', model: 'made@1', points: 6 },
      ...input,
    });

  it('passes where each forecast depends on its own window', async () => {
    const report = await audit(false);
    expect(report).toMatchObject({
      subject: 'made@1',
      kind: 'model',
      leak: false,
      warmUp: 99 + LOOK_BACK - 1,
    });
    const verdicts = Object.fromEntries(report.checks.map(({ check, verdict }) => [check, verdict]));
    expect(verdicts).toMatchObject({ truncate: 'pass', perturb: 'pass' });
    expect(report.notes.join()).toContain('The weights are taken as they are');
  });

  it('finds a server that scales by all that it is asked', async () => {
    const report = await audit(true);
    expect(report.leak).toBe(true);
    for (const check of ['truncate', 'perturb'])
      expect(report.checks.find((each) => each.check === check)?.verdict, check).toBe('leak');
  });

  it.each<[string, object, RegExp]>([
    ['no such model', { model: 'none@1' }, /No model "none@1"/],
    ['a reader of texts', { model: 'words@1' }, /reads one text at a time and forecasts nothing/],
    ['other features', { model: 'old@1' }, /was trained on features f0/],
    ['a strategy, too', { strategy: 'sma-cross' }, /of a strategy or of a model: name one of them/],
    ['neither', { model: undefined }, /of a strategy or of a model: name one of them/],
  ])('is refused with %s', async (_, input, message) => {
    await expect(audit(false, input)).rejects.toThrow(message);
  });
});
