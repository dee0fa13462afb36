import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeEvent } from '../../domain/prediction/events.js';
import type { Prediction } from '../../domain/prediction.js';
import type { Settlement } from '../../domain/settlement.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess } from './processes.js';

const binary = temporalBinary();
const HOUR = 3_600_000;
const START = Date.UTC(2024, 0, 1);
const COUNT = 3000;
const source = { kind: 'simulated', detail: '1' } as const;

const made = Array.from({ length: COUNT }, (_, i): Prediction => ({
  id: `prd_${i.toString(16).padStart(24, '0')}`,
  stream: 'binance/BTC-USDT/1h',
  model: 'baseline:drift',
  reason: '',
  asOf: START + i * HOUR,
  horizonBars: 4,
  targetTime: START + (i + 4) * HOUR,
  lastClose: 20_000,
  mean: 20_001,
  interval: { lower: 1, upper: 1e6, coverage: 0.9 },
  probabilityUp: 0.5,
  inputs: {},
  read: { from: 0, to: 1, asOf: 1 },
  createdAt: START,
  source,
  settledAt: null,
  realised: null,
}));

describe.skipIf(!binary)('settling (skipped where the Temporal binary is not installed)', () => {
  let platform: TestPlatform;
  let env: NodeJS.ProcessEnv;
  beforeAll(async () => {
    buildProgram();
    platform = await testPlatform(binary!);
    env = {
      FINSIGHT_DATA_DIR: platform.directory,
      FINSIGHT_ML: 'off',
      TEMPORAL_ADDRESS: platform.environment.address,
    };
  }, 180_000);
  afterAll(() => platform?.close());

  it('survives the end of everything that works on it, and settles each prediction once', async () => {
    const { documents } = platform.ports;
    for (let i = 0; i < COUNT; i += 500)
      await documents.insert<Prediction>('predictions', made.slice(i, i + 500), madeEvent);
    const settled = () => documents.count('settlements', {});
    // Stories, steps and consumers are one process: all of them end together.
    const first = startWorkerProcess('finsight,io', env);
    await expect.poll(settled, { timeout: 90_000, interval: 20 }).toBeGreaterThan(0);
    first.child.kill('SIGKILL');
    await first.ended;
    const before = await settled();
    expect(before).toBeLessThan(COUNT);
    const second = startWorkerProcess('finsight,io', env);
    await expect.poll(settled, { timeout: 120_000, interval: 200 }).toBe(COUNT);
    await expect.poll(() => documents.count('openPredictions', {}), { timeout: 30_000 }).toBe(0);
    second.child.kill('SIGTERM');
    await second.ended;
    const { items } = await documents.find<Settlement>('settlements', { limit: 10_000 });
    expect(new Set(items.map(({ predictionId }) => predictionId)).size).toBe(COUNT);
    expect(items.every(({ status, revision }) => status === 'settled' && revision === 1)).toBe(true);
    expect(await documents.count('predictions', { where: { settledAt: null } })).toBe(0);
    const told = await platform.ports.events.recent({ type: 'prediction.settled', limit: 10_000 });
    expect(told).toHaveLength(COUNT);
    expect(await replayAll(platform.environment)).toBeGreaterThan(0);
  }, 300_000);
});
