import { describe, expect, it } from 'vitest';
import { auditLookahead } from '../../domain/lookahead/audit.js';
import {
  knownAt,
  latestBars,
  perturbed,
  punctual,
  truncated,
  type MarketData,
} from '../../domain/lookahead/data.js';
import { PLANTED } from '../../domain/lookahead/planted.js';
import type { Subject } from '../../domain/lookahead/subject.js';
import { madeNews, runSuite } from '../../domain/lookahead/suite.js';
import { memoryOf } from '../../domain/lookahead/subjects.js';
import { resolveParams, STRATEGIES } from '../../domain/strategies/index.js';
import { HOUR, START, walk } from './made-bars.js';

const dataOf = (rows: number, seed = 5): MarketData => {
  const bars = walk(rows, seed);
  return { bars: punctual(bars, HOUR), news: madeNews(bars, HOUR), timeframeMs: HOUR };
};

const subjectOf = (
  signal: (close: Float64Array) => ArrayLike<number>,
  more: Partial<Subject> = {},
): Subject => ({
  name: 'made',
  kind: 'strategy',
  warmUp: 0,
  memory: 'window',
  horizonBars: 0,
  tolerance: 0,
  decide(data) {
    const { time, close } = latestBars(data);
    return { time, columns: { signal: signal(close) } };
  },
  ...more,
});
const verdicts = async (subject: Subject, data = dataOf(300)) => {
  const { checks } = await auditLookahead(subject, data);
  return Object.fromEntries(checks.map(({ check, verdict }) => [check, verdict]));
};

describe('the suite', () => {
  it('finds every planted leak by the check that is meant for it, and passes everything clean', async () => {
    const report = await runSuite();
    expect(report.planted.filter(({ found }) => !found)).toEqual([]);
    expect(report.clean.filter(({ passed }) => !passed)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.planted.map(({ subject }) => subject)).toEqual(PLANTED.map(({ subject }) => subject.name));
    for (const name of Object.keys(STRATEGIES))
      expect(report.clean.map(({ subject }) => subject)).toContain(name);
    for (const { checks, foundBy, subject } of report.planted) {
      const check = checks.find((each) => each.check === foundBy);
      expect(check, subject).toMatchObject({
        first: { bar: expect.any(Number), column: expect.any(String) },
      });
      // A value that is undefined without the future differs by no number.
      const least = check?.first?.difference === null ? -1 : 0;
      expect(check?.largestDifference, subject).toBeGreaterThan(least);
    }
    const late = report.planted.filter(({ subject }) => subject.startsWith('late'));
    for (const { checks } of late)
      expect(checks.filter(({ verdict }) => verdict === 'leak').map(({ check }) => check)).toEqual(['delay']);
  }, 180_000);
});

describe('an audit', () => {
  it('says at which bar, by how much, and how far ahead a decision looked', async () => {
    const report = await auditLookahead(
      subjectOf((close) => close.map((value, i) => (close[i + 3] ?? value) / value - 1)),
      dataOf(300),
    );
    expect(report.leak).toBe(true);
    const [check] = report.checks;
    expect(check).toMatchObject({ check: 'truncate', verdict: 'leak', points: 24, first: { barsAhead: 3 } });
    const { close, time } = dataOf(300).bars;
    const { bar, decided, without, difference } = check!.first!;
    expect(decided).toBe(close[bar + 3]! / close[bar]! - 1);
    expect(without).toBe(0);
    expect(difference).toBe(Math.abs(decided!));
    expect(check!.first!.time).toBe(time[bar]);
    expect(check!.text).toMatch(/^At bar \d+ it decides otherwise when the future is cut off: signal /);
  });

  it.each<[string, Subject, Record<string, string>]>([
    [
      'one that knows the past only',
      subjectOf((close) => close.map((value, i) => Math.sign(value - (close[i - 1] ?? value))), {
        warmUp: 1,
      }),
      { truncate: 'pass', perturb: 'pass', delay: 'pass', 'warm-up': 'pass' },
    ],
    [
      'one that counts the bars to come',
      subjectOf((close) => close.map((_, i) => (close.length - i) % 2)),
      { truncate: 'leak', perturb: 'pass' },
    ],
    [
      'one that turns undefined',
      subjectOf((close) => close.map((_, i) => (i + 5 < close.length ? 1 : NaN))),
      { truncate: 'leak', perturb: 'pass' },
    ],
    [
      'one that begins to count at the first bar',
      subjectOf((close) => close.map((_, i) => i % 2)),
      { truncate: 'pass', 'warm-up': 'unsettled' },
    ],
    [
      'a label within its horizon',
      subjectOf((close) => close.map((value, i) => (close[i + 2] ?? NaN) / value), {
        horizonBars: 2,
        kind: 'labels',
      }),
      { truncate: 'pass', perturb: 'pass', delay: 'pass' },
    ],
    [
      'a label beyond its horizon',
      subjectOf((close) => close.map((value, i) => (close[i + 3] ?? NaN) / value), {
        horizonBars: 2,
        kind: 'labels',
      }),
      { truncate: 'leak', perturb: 'leak' },
    ],
  ])('judges %s', async (_, subject, expected) => {
    expect(await verdicts(subject)).toMatchObject(expected);
  });

  it('skips what these data cannot show', async () => {
    const data = { ...dataOf(60), news: [] };
    expect(
      await verdicts(
        subjectOf((close) => close),
        data,
      ),
    ).toMatchObject({ delay: 'skipped' });
  });

  it('is refused on fewer bars than the warm-up and some more', async () => {
    const subject = subjectOf((close) => close, { warmUp: 50 });
    await expect(auditLookahead(subject, dataOf(59))).rejects.toThrow(
      /made cannot be audited on 59 bars: its warm-up is 50; take at least 60/,
    );
    await expect(auditLookahead(subject, dataOf(60))).resolves.toMatchObject({ leak: false });
  });

  it('waits for subjects that answer later', async () => {
    const subject = subjectOf((close) => close);
    const later: Subject = { ...subject, decide: async (data) => subject.decide(data) };
    expect(await auditLookahead(later, dataOf(60))).toEqual(await auditLookahead(subject, dataOf(60)));
  });
});

describe('the data of an audit', () => {
  it('are cut off by event time, and known by what came', () => {
    const bars = walk(4);
    const data: MarketData = {
      bars: {
        ...punctual(bars, HOUR),
        knownAt: Float64Array.of(START + HOUR, START + 9 * HOUR, START + 3 * HOUR, START + 4 * HOUR),
      },
      news: [
        { publishedAt: START, knownAt: START + 3 * HOUR, value: 1 },
        { publishedAt: START + 9 * HOUR, knownAt: START + 9 * HOUR, value: 1 },
      ],
      timeframeMs: HOUR,
    };
    const cut = truncated(data, START + 2 * HOUR);
    expect([cut.bars.time.length, cut.news.length]).toEqual([2, 1]);
    const known = knownAt(data, START + 3 * HOUR);
    expect(Array.from(known.bars.time, (time) => (time - START) / HOUR)).toEqual([0, 2]);
    expect(known.news).toHaveLength(1);
  });

  it.each(['rise', 'fall', 'reverse'] as const)(
    'have another future (%s) of sound bars, and the same past',
    (future) => {
      const data = dataOf(50);
      const other = perturbed(data, START + 30 * HOUR, future);
      expect(other.bars.close.subarray(0, 30)).toEqual(data.bars.close.subarray(0, 30));
      for (let i = 30; i < 50; i++) {
        const [open, high, low, close] = (['open', 'high', 'low', 'close'] as const).map(
          (name) => other.bars[name][i]!,
        );
        expect(close).not.toBe(data.bars.close[i]);
        expect(high! >= Math.max(open!, close!) && low! <= Math.min(open!, close!) && low! > 0).toBe(true);
      }
    },
  );

  it('give the last version of each bar', () => {
    const bars = walk(3);
    const twice = { ...bars, time: Float64Array.of(bars.time[0]!, bars.time[0]!, bars.time[1]!) };
    expect(Array.from(latestBars({ bars: punctual(twice, HOUR) }).close)).toEqual([
      bars.close[1],
      bars.close[2],
    ]);
  });
});

it.each([
  ['sma-cross', 'window'],
  ['momentum', 'window'],
  ['ema-cross', 'fading'],
  ['macd', 'fading'],
  ['rsi', 'held'],
  ['donchian', 'held'],
])('the memory of %s is %s', (name, memory) => {
  const strategy = STRATEGIES[name]!;
  expect(memoryOf(strategy.rule!(resolveParams(strategy, {})))).toBe(memory);
});
