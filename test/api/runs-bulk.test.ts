import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import { UnreachableError } from '../../domain/errors.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

const resample = (base: string, timeframe = '4h') => ({
  kind: 'transformBars',
  input: { stream: `binance/${base}-USDT/1h`, timeframe },
});
const start = async (runs: unknown[]) => {
  const response = await platform.call('/api/v1/runs/bulk', { method: 'POST', body: { runs } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

it('starts a run for each, once, and audits which', async () => {
  const { status, body } = await start([resample('BTC'), resample('ETH'), resample('BTC')]);
  expect(status).toBe(202);
  const items = body['items'] as { workflowId: string; alreadyRunning: boolean; location: string }[];
  expect(items.map((each) => each.alreadyRunning)).toEqual([false, false, true]);
  expect((await platform.call(items[1]!.location)).status).toBe(200);
  const { items: audit } = await platform.ports.documents.find<AuditEntry>('audit', { limit: 1 });
  expect(audit[0]).toMatchObject({ action: 'startRuns', target: '3 of 3 runs' });
  expect(audit[0]?.detail['started']).toContain(items[0]?.workflowId);
});

it('starts none where one input is wrong, and names it', async () => {
  const before = platform.stories.stories.size;
  const { status, body } = await start([resample('SOL'), resample('ADA', '7h')]);
  expect(status).toBe(400);
  expect(body['detail']).toContain('runs.1.input');
  expect(platform.stories.stories.size).toBe(before);
  expect((await start([])).status).toBe(400);
  expect((await start(Array.from({ length: 101 }, () => resample('BTC')))).status).toBe(400);
});

it('says of each that could not be started why', async () => {
  const { stories } = platform.stories;
  const set = stories.set.bind(stories);
  stories.set = (id, story) => {
    if (id.includes('ETC')) throw new UnreachableError('Temporal does not answer');
    return set(id, story);
  };
  const { body } = await start([resample('ETC'), resample('LTC')]);
  expect(body).toMatchObject({ started: 1, items: [{ error: 'Temporal does not answer' }, { error: null }] });
});
