import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import type { StreamState } from '../../activities/following.js';
import { startLiveReplay, type LiveReplayOptions } from '../../adapters/replay/live.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { parseStream } from '../../domain/streams.js';
import { csvOf, HOUR, hourlyLines, madeRecording, START } from '../adapters/made-recordings.js';
import { kept, madeSteps } from './made-steps.js';

const at = (index: number): number => START + index * HOUR;
const BARS = 400;
const UNTIL = 390;
/** Kraken lets one address ask once a second: a shorter and slower run, so that the test does not wait for its turn. */
const PLAYED: Record<string, { first: number; barsPerSecond: number; cuts: number }> = {
  binance: { first: 100, barsPerSecond: 30, cuts: 20 },
  coinbaseexchange: { first: 100, barsPerSecond: 30, cuts: 20 },
  coinbase: { first: 300, barsPerSecond: 30, cuts: 5 },
  kraken: { first: 340, barsPerSecond: 12, cuts: 2 },
};

type Disorder = Pick<LiveReplayOptions, 'cuts' | 'duplicates' | 'late'>;

/** Follows a market up to its 390th bar; what is stored at the end. */
async function follow(exchange: string, seed: string, disorder: Disorder) {
  const { first, barsPerSecond } = PLAYED[exchange] ?? { first: 100, barsPerSecond: 60 };
  const lines = hourlyLines(BARS + 1).slice(1);
  const folder = exchange === 'binance' ? 'binance_spot_1h' : `${exchange}_1h`;
  const provider = recordedProvider(madeRecording({ [`ohlcv/${folder}/BTCUSD_1h.csv`]: csvOf(lines) }));
  const market = { exchange, symbol: 'BTC-USD', timeframe: '1h' as const };
  const replay = kept(
    await startLiveReplay({ provider, market, from: at(first), barsPerSecond, seed, ...disorder }),
  );
  const { ports, steps } = madeSteps({ FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ [exchange]: replay.url }) });
  const stream = `${exchange}/BTC-USD/1h`;
  const plan = await steps.planStream({ stream, from: at(50), until: at(UNTIL) });
  const state = await steps.followStream(plan);
  const key = { stream: parseStream(stream), source: plan.source, asOf: ports.now() };
  const range = { from: at(50), to: at(UNTIL) };
  return {
    state,
    cut: replay.cut(),
    times: Array.from(await ports.series.times({ ...key, range })),
    digest: await ports.series.digest({ ...key, range }),
    events: (await ports.events.recent({ limit: 1000 })).map((event) => event.type),
    quarantined: await ports.documents.count('quarantine', {}),
  };
}

it('hands over to another worker where it stands, and loses and doubles nothing', async () => {
  const lines = hourlyLines(121).slice(1);
  const provider = recordedProvider(madeRecording({ 'ohlcv/binance_spot_1h/BTCUSD_1h.csv': csvOf(lines) }));
  const market = { exchange: 'binance', symbol: 'BTC-USD', timeframe: '1h' as const };
  const replay = kept(
    await startLiveReplay({ provider, market, from: at(20), barsPerSecond: 20, seed: '1' }),
  );
  const hosts = { FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: replay.url }) };
  const { ports, steps } = madeSteps(hosts);
  const plan = await steps.planStream({ stream: 'binance/BTC-USD/1h', from: at(1), until: at(110) });

  const first = new MockActivityEnvironment();
  const beats: StreamState[] = [];
  first.on('heartbeat', (state: StreamState) => {
    beats.push(state);
    if (state.next > at(50)) first.cancel('WORKER_SHUTDOWN');
  });
  await expect(first.run(steps.followStream, plan)).rejects.toThrow('WORKER_SHUTDOWN');
  const reached = beats.at(-1);
  expect(reached?.next).toBeLessThan(at(80));

  const second = new MockActivityEnvironment({ heartbeatDetails: reached, attempt: 2 });
  const state = (await second.run(steps.followStream, plan)) as StreamState;
  expect(state.next).toBe(at(110));
  expect(state.connections).toBe((reached?.connections ?? 0) + 1);
  const key = { stream: parseStream('binance/BTC-USD/1h'), source: plan.source, asOf: ports.now() };
  const times = await ports.series.times({ ...key, range: { from: 0, to: Infinity } });
  expect(Array.from(times)).toEqual(Array.from({ length: 109 }, (_, i) => at(1 + i)));
  expect(state.stored + state.healed).toBe(109);
});

it('asks for a window that is over, ends where it is told and follows nothing', async () => {
  const lines = hourlyLines(121).slice(1);
  const provider = recordedProvider(madeRecording({ 'ohlcv/binance_spot_1h/BTCUSD_1h.csv': csvOf(lines) }));
  const market = { exchange: 'binance', symbol: 'BTC-USD', timeframe: '1h' as const };
  const replay = kept(
    await startLiveReplay({ provider, market, from: at(60), barsPerSecond: 20, seed: '1' }),
  );
  const hosts = { FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: replay.url }) };
  const { ports, steps } = madeSteps(hosts);
  const stream = 'binance/BTC-USD/1h';
  const plan = await steps.planStream({ stream, from: at(10), until: at(30) });
  expect(plan).toMatchObject({ past: true });
  const state = await steps.followStream(plan);
  expect(state).toEqual({ next: at(30), stored: 0, healed: 20, connections: 0 });
  const key = { stream: parseStream(stream), source: plan.source, asOf: ports.now() };
  const times = await ports.series.times({ ...key, range: { from: 0, to: Infinity } });
  expect(Array.from(times)).toEqual(Array.from({ length: 20 }, (_, i) => at(10 + i)));
  expect(await steps.planStream({ stream, from: at(50), until: at(70) })).toMatchObject({ past: false });
  await expect(steps.planStream({ stream, from: at(30), until: at(20) })).rejects.toThrow(
    `Nothing to follow of ${stream}: from is not before until`,
  );
});

describe.each(Object.entries(PLAYED))('%s, followed live', (exchange, { first, cuts }) => {
  it(`stores over ${cuts} cut connections what it stores undisturbed, bit for bit`, async () => {
    const calm = await follow(exchange, '1', {});
    expect(calm.times).toEqual(Array.from({ length: UNTIL - 50 }, (_, i) => at(50 + i)));
    expect(calm.state).toMatchObject({ connections: 1, next: at(UNTIL) });
    // History was asked for, the rest came live.
    expect(calm.state.stored).toBeGreaterThan(UNTIL - first - 15);

    const stormy = await follow(exchange, '2', { cuts, duplicates: 0.2, late: 0.1 });
    expect(stormy.cut).toBe(cuts);
    expect(stormy.state.connections).toBeGreaterThanOrEqual(cuts);
    expect(stormy.times).toEqual(calm.times);
    expect(stormy.digest).toEqual(calm.digest);
    expect(stormy.quarantined).toBe(0);
    expect(stormy.events.filter((type) => type === 'bars.healed').length).toBeGreaterThan(1);
    expect(stormy.events.filter((type) => type === 'bars.closed').length).toBe(stormy.state.stored);
    expect(stormy.events).toContain('coverage.broken');
  }, 120_000);
});
