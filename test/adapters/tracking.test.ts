import { afterAll, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { openTracking, TRACKING } from '../../adapters/tracking/index.js';
import { temporaryDirectory } from '../temporal.js';

const AT = Date.UTC(2024, 0, 1);
const started = (id: string, experiment = 'backtests', startedAt = AT) => ({
  ...{ id, experiment, name: `run ${id}`, startedAt },
  params: { fast: 20, stream: 'binance/BTC-USDT/1h', closeAtEnd: false },
  tags: { digest: 'ab12' },
});

describe.each(Object.keys(TRACKING))('tracking by %s:', (scheme) => {
  const directory = temporaryDirectory();
  const documents = openDocuments(`sqlite:${directory.path}/tracking.db`);
  const tracking = openTracking(`${scheme}:`, { documents });
  afterAll(async () => {
    await tracking.close();
    await tracking.close();
    await documents.close();
    directory.remove();
  });

  it('keeps what was set, what came out and how it ended', async () => {
    await tracking.startRun(started('bt_1'));
    await tracking.logMetrics('bt_1', { sharpe: 1.5, calmar: NaN, profitFactor: Infinity });
    await tracking.logMetrics('bt_1', { sharpe: 2, days: 90 });
    await tracking.finish('bt_1', { status: 'finished', at: AT + 5 });
    expect(await tracking.get('bt_1')).toEqual({
      ...started('bt_1'),
      ...{ metrics: { sharpe: 2, days: 90 }, status: 'finished', finishedAt: AT + 5 },
    });
  });

  it('is the same run when all is logged again, and stays as it ended', async () => {
    const before = await tracking.get('bt_1');
    await tracking.startRun({ ...started('bt_1'), name: 'another', startedAt: AT + 9 });
    await tracking.logMetrics('bt_1', { sharpe: 2 });
    await tracking.finish('bt_1', { status: 'failed', at: AT + 99 });
    expect(await tracking.get('bt_1')).toEqual(before);
  });

  it('lists the newest first, by experiment, a page at a time', async () => {
    for (const i of [1, 2, 3]) await tracking.startRun(started(`sw_${i}`, 'sweeps', AT + i));
    const one = await tracking.list({ experiment: 'sweeps', limit: 2 });
    expect(one.items.map(({ id }) => id)).toEqual(['sw_3', 'sw_2']);
    const two = await tracking.list({ experiment: 'sweeps', limit: 2, cursor: one.cursor! });
    expect(two).toMatchObject({ items: [{ id: 'sw_1', status: 'running', finishedAt: null }], cursor: null });
    expect((await tracking.list({ limit: 10 })).items).toHaveLength(4);
    expect(await tracking.get('none')).toBeNull();
  });

  it('logs nothing to a run that was not started', async () => {
    await expect(tracking.logMetrics('none', { a: 1 })).rejects.toThrow(/No tracked run "none"; start it/);
    await expect(tracking.finish('none', { status: 'failed', at: 0 })).rejects.toThrow(/No tracked run/);
  });
});

it('an unknown address names the known ones', () => {
  expect(() => openTracking('neptune:', { documents: null as never })).toThrow(
    /"neptune:" in REGISTRY_URL; known schemes: documents:/,
  );
});
