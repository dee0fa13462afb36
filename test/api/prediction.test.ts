import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPredictor } from '../../activities/prediction/predictor.js';
import { boundedTurns } from '../../api/back-pressure.js';
import { parseStream } from '../../domain/streams.js';
import { HOUR, walk } from '../domain/made-bars.js';
import { barsFrom } from '../domain/made-predictions.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

const from = Date.UTC(2024, 0, 1);
const source = { kind: 'simulated', detail: '1' } as const;
const stream = 'binance/BTC-USDT/1h';

describe('predictions at once', () => {
  let platform: TestPlatform;
  beforeAll(async () => {
    platform = await startTestPlatform({}, { forecasts: openPredictor });
    const bars = barsFrom(walk(300), from);
    await platform.ports.series.write({ stream: parseStream(stream), source, bars });
  });
  afterAll(() => platform.close());

  const post = async (path: string, body: unknown) => {
    const response = await platform.call(`/api/v1${path}`, { method: 'POST', body });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('are answered, stored and told to the outbox', async () => {
    const { status, body } = await post('/predictions', { stream, horizonBars: 2 });
    expect(status).toBe(200);
    expect(body).toMatchObject({ stream, horizonBars: 2, model: 'baseline:persistence', abstained: null });
    expect(body['asOf']).toBe(from + 300 * HOUR);
    const stored = await platform.call(`/api/v1/predictions/${String(body['id'])}`);
    expect(await stored.json()).toEqual(body);
    const events = await platform.ports.events.recent({ type: 'prediction.made', limit: 5 });
    expect(events.map((each) => each.payload['predictionId'])).toContain(body['id']);
  });

  it('are computed again to the same bytes', async () => {
    const made = await post('/predictions', { stream, horizonBars: 3 });
    const again = await post(`/predictions/${String(made.body['id'])}/replay`, undefined);
    expect(again).toMatchObject({ status: 200, body: { identical: true, broken: null } });
  });

  it('come in batches, in which one that fails leaves the others', async () => {
    const requests = [{ stream }, { stream: 'binance/XRP-USDT/1h' }, { stream, minConfidence: 0.9 }];
    const { status, body } = await post('/predictions/batch', { requests });
    expect(status).toBe(200);
    expect(body).toMatchObject({ made: 2, failed: 1 });
    const [first, second, third] = body['items'] as { prediction: object | null; problem: object | null }[];
    expect(first?.problem).toBeNull();
    expect(second).toMatchObject({ prediction: null, problem: { status: 404 } });
    expect(third).toMatchObject({ prediction: { abstained: expect.stringContaining('is below 0.9') } });
  });

  it.each([
    [{ stream: 'BTC' }, 400, 'stream'],
    [{ stream, horizonBars: 97 }, 400, 'horizonBars'],
    [{ stream, ensemble: 'vote' }, 400, 'ensemble'],
    [{ stream, minConfidence: 50 }, 400, 'minConfidence'],
    [{ stream, model: 'alpha' }, 400, '<name>@<version>'],
    [{ stream: 'binance/XRP-USDT/1h' }, 404, 'collect them first'],
    [{ stream, asOf: from + 10 * HOUR }, 422, 'too few for a volatility'],
  ])('%o is refused with %i', async (asked, status, text) => {
    const answer = await post('/predictions', asked);
    expect(answer.status).toBe(status);
    expect(JSON.stringify(answer.body)).toContain(text);
  });

  it('of more than 100 at once are refused', async () => {
    const requests = Array.from({ length: 101 }, () => ({ stream }));
    expect((await post('/predictions/batch', { requests })).status).toBe(400);
  });
});

describe('a queue with bounds', () => {
  it('runs so many, lets so many wait, and sends the next away with a time', async () => {
    const turns = boundedTurns({ what: 'predictions', running: 2, waiting: 1, retryAfterMs: 1500 });
    const ends: (() => void)[] = [];
    const work = (): Promise<void> =>
      turns.take({ tenant: 'default' }, () => new Promise((done) => ends.push(done)));
    const all = [work(), work(), work()];
    expect(ends).toHaveLength(2);
    await expect(work()).rejects.toMatchObject({ name: 'UnreachableError', retryAfterMs: 1500 });
    ends[0]?.();
    await all[0];
    await Promise.resolve();
    expect(ends).toHaveLength(3);
    ends[1]?.();
    ends[2]?.();
    await Promise.all(all);
    await expect(turns.take({ tenant: 'default' }, async () => 7)).resolves.toBe(7);
  });

  it('frees its place where the work fails', async () => {
    const turns = boundedTurns({ what: 'predictions', running: 1, waiting: 0, retryAfterMs: 1000 });
    await expect(turns.take({ tenant: 'default' }, () => Promise.reject(new Error('no')))).rejects.toThrow(
      'no',
    );
    await expect(turns.take({ tenant: 'default' }, async () => 1)).resolves.toBe(1);
  });
});
