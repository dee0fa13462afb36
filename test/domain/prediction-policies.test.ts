import { describe, expect, it } from 'vitest';
import { onBar, onSentiment, policyId, type PredictionPolicy } from '../../domain/prediction/policies.js';

const HOUR = 3_600_000;
const STREAM = 'binance/BTC-USDT/1h';
const policy = (change: Partial<PredictionPolicy> = {}): PredictionPolicy => ({
  id: 'pol_1',
  streams: [STREAM],
  horizons: [1, 24],
  on: 'bar',
  model: null,
  source: null,
  debounceSeconds: 900,
  cron: null,
  timeZone: 'UTC',
  createdAt: 0,
  createdBy: 'local',
  tenant: 'default',
  ...change,
});
const live = { kind: 'live', detail: '' } as const;
const bar = { stream: STREAM, source: live, time: 100 * HOUR, at: 101 * HOUR + 1000 };

describe('a closed bar', () => {
  it('triggers a forecast for each horizon, from the bars up to it', () => {
    expect(onBar(policy({ model: 'ridge-1h-h1' }), bar, bar.at)).toEqual([
      {
        workflowId: `predict/pol_1/${STREAM}/h1/${101 * HOUR}`,
        input: {
          ...{ stream: STREAM, horizonBars: 1, name: 'ridge-1h-h1', trigger: 'policy:pol_1' },
          ...{ source: live, to: 101 * HOUR },
        },
        delayMs: 0,
      },
      expect.objectContaining({ workflowId: `predict/pol_1/${STREAM}/h24/${101 * HOUR}` }),
    ]);
  });

  it.each([
    ['of another stream', {}, { stream: 'binance/ETH-USDT/1h' }, 0],
    ['for a policy on something else', { on: 'sentiment' }, {}, 0],
    ['of another source', { source: 'simulated:1' }, {}, 0],
    ['told before the policy was there', { createdAt: bar.at + 1 }, {}, 0],
    ['so late that the next has closed', {}, {}, HOUR],
  ] as const)('%s triggers none', (_, change, other, late) => {
    expect(onBar(policy(change), { ...bar, ...other }, bar.at + late)).toEqual([]);
  });

  it('of a recording may be as old as it is', () => {
    const source = { kind: 'simulated', detail: '1' } as const;
    expect(onBar(policy({ source: 'simulated:1' }), { ...bar, source }, bar.at + 1e6 * HOUR)).toHaveLength(2);
  });
});

describe('a scored story', () => {
  const on = policy({ on: 'sentiment', horizons: [1] });
  const minute = 60_000;
  const at = 1000 * HOUR + 7 * minute;
  const story = { tickers: ['ETH', 'BTC'], publishedAt: at - HOUR, at };

  it('triggers one forecast at the end of its quarter of an hour, however many there are', () => {
    const [first] = onSentiment(on, story, at);
    expect(first).toEqual({
      workflowId: `predict/pol_1/${STREAM}/h1/${1000 * HOUR + 15 * minute}`,
      input: { stream: STREAM, horizonBars: 1, trigger: 'policy:pol_1' },
      delayMs: 8 * minute,
    });
    const burst = [0, 1, 7].map(
      (later) => onSentiment(on, { ...story, at: at + later * minute }, at)[0]?.workflowId,
    );
    expect(new Set(burst)).toEqual(new Set([first?.workflowId]));
    const next = onSentiment(on, { ...story, at: at + 8 * minute }, at);
    expect(next[0]?.workflowId).not.toBe(first?.workflowId);
    // Handled late, it is the same trigger, due at once.
    expect(onSentiment(on, story, at + 20 * minute)).toEqual([{ ...first, delayMs: 0 }]);
  });

  it.each([
    ['about another asset', { tickers: ['ETH'] }, 0],
    ['of an archive', { publishedAt: at - 7 * HOUR }, 0],
    ['handled hours later', {}, 2 * HOUR],
  ] as const)('%s triggers none', (_, other, late) => {
    expect(onSentiment(on, { ...story, ...other }, at + late)).toEqual([]);
  });
});

it('a policy is named by what it says', () => {
  const { id: _, createdAt: __, createdBy: ___, tenant: ____, ...spec } = policy();
  expect(policyId(spec)).toMatch(/^pol_[0-9a-f]{16}$/);
  expect(policyId({ ...spec, horizons: [2] })).not.toBe(policyId(spec));
});
