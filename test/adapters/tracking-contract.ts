import { expect, it } from 'vitest';
import type { TrackingPort } from '../../adapters/ports-tracking.js';

const AT = Date.UTC(2024, 0, 1);
const started = (id: string, experiment = 'backtests', startedAt = AT) => ({
  ...{ id, experiment, name: `run ${id}`, startedAt },
  params: { fast: 20, stream: 'binance/BTC-USDT/1h', closeAtEnd: false, seed: '7' },
  tags: { digest: 'ab12' },
});

/** What every tracking backend does; `tracking` is empty. */
export function trackingContract(tracking: TrackingPort): void {
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
    const all = (await tracking.list({ limit: 100 })).items.map(({ id }) => id);
    expect(all).toEqual(expect.arrayContaining(['bt_1', 'sw_1', 'sw_2', 'sw_3']));
    expect(await tracking.get('none')).toBeNull();
  });

  it('logs nothing to a run that was not started', async () => {
    await expect(tracking.logMetrics('none', { a: 1 })).rejects.toThrow(/No tracked run "none"; start it/);
    await expect(tracking.finish('none', { status: 'failed', at: 0 })).rejects.toThrow(/No tracked run/);
  });

  it('closes twice without harm', async () => {
    await tracking.close();
    await tracking.close();
  });
}
