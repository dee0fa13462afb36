import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exposition } from '../../domain/exposition.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';
import { seed } from './made-records.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  await seed(platform.ports);
});
afterAll(() => platform.close());

const pass = async (...consumers: string[]): Promise<void> => {
  for (const name of consumers) await platform.ports.events.consume(name, async () => undefined);
};
const read = async (path: string) =>
  (await (await platform.call(path)).json()) as Record<string, unknown> & { outbox: Record<string, unknown> };

describe('the outbox', () => {
  it('tells what waits, how long and for whom, and what is kept', async () => {
    await pass('aggregates', 'registry', 'searches', 'settlement', 'triggers');
    const waiting = await read('/api/v1/events/outbox');
    expect(waiting).toMatchObject({ events: 1, pending: 1, delivered: 0, heldBy: 'notifications' });
    expect(waiting['lagMs']).toBe(Number(waiting['asOf']) - Number(waiting['oldestPendingAt']));
    expect((await read('/api/v1/health')).outbox).toMatchObject({ pending: 1, heldBy: 'notifications' });
    await pass('notifications');
    const kept = { events: 1, pending: 0, oldestPendingAt: null, lagMs: 0, delivered: 1, heldBy: null };
    expect(await read('/api/v1/events/outbox')).toMatchObject(kept);
  });

  it('is a metric for Prometheus, with each consumer', async () => {
    const response = await platform.call('/metrics');
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).trim().split('\n');
    for (const line of lines)
      expect(line).toMatch(
        /^(# (HELP|TYPE) finsight_\w+ .+|finsight_\w+(\{\w+="[^"]+"(,\w+="[^"]+")*\})? \d+(\.\d+)?)$/,
      );
    expect(lines).toContain('finsight_outbox_events{state="delivered"} 1');
    expect(lines).toContain('finsight_outbox_lag_seconds 0');
    expect(lines).toContain('finsight_dead_letters{consumer="aggregates"} 1');
    expect((await platform.call('/metrics', { key: null })).status).toBe(401);
  });

  it('that cannot be read makes health say so', async () => {
    const { events } = platform.ports;
    const { outbox } = events;
    events.outbox = () => Promise.reject(new Error('away'));
    const health = await read('/api/v1/health');
    events.outbox = outbox;
    expect(health).toMatchObject({ ready: false, outbox: null });
    expect(health['checks']).toContainEqual({ name: 'events', ok: false, detail: 'away' });
  });
});

it('labels are quoted as Prometheus reads them', () => {
  const samples = [{ labels: { a: 'x"\\\n' }, value: 1 }];
  expect(exposition([{ name: 'n', help: 'a\nb', samples }])).toBe(
    '# HELP n a\\nb\n# TYPE n gauge\nn{a="x\\"\\\\\\n"} 1\n',
  );
});
