import { describe, expect, it } from 'vitest';
import { boundedTurns, type Turns } from '../../api/back-pressure.js';

const turnsOf = (waiting = 100): Turns =>
  boundedTurns({ what: 'predictions', running: 1, waiting, retryAfterMs: 1500 });

/** Holds the only place until it is let go. */
function hold(turns: Turns): () => void {
  let go = (): void => undefined;
  void turns.take({ tenant: 'holder' }, () => new Promise<void>((done) => (go = done)));
  return () => go();
}

describe('turns', () => {
  it.each([
    [{ small: 1, large: 1 }, 60, { small: 30, large: 30 }],
    [{ small: 1, large: 3 }, 80, { small: 20, large: 60 }],
    [{ small: 0.5, middle: 1, large: 2 }, 70, { small: 10, middle: 20, large: 40 }],
  ])('of tenants that weigh %j are shared so', async (weights, count, expected) => {
    const turns = turnsOf();
    const go = hold(turns);
    const order: string[] = [];
    const all = Object.entries(weights).flatMap(([tenant, weight]) =>
      Array.from({ length: 60 }, () => turns.take({ tenant, weight }, async () => void order.push(tenant))),
    );
    go();
    await Promise.all(all);
    const early = order.slice(0, count);
    const found = Object.keys(weights).map((tenant) => [
      tenant,
      early.filter((each) => each === tenant).length,
    ]);
    expect(Object.fromEntries(found)).toEqual(expected);
    expect(order).toHaveLength(all.length);
  });

  it('one request waits for one turn of another tenant, not for its hundred', async () => {
    const turns = turnsOf();
    const go = hold(turns);
    const order: string[] = [];
    const take = (tenant: string): Promise<void> =>
      turns.take({ tenant }, async () => void order.push(tenant));
    const many = Array.from({ length: 100 }, () => take('busy'));
    const one = take('quiet');
    go();
    await Promise.all([...many, one]);
    expect(order.indexOf('quiet')).toBeLessThanOrEqual(1);
  });

  it('whoever was away has saved up nothing', async () => {
    const turns = turnsOf();
    const order: string[] = [];
    const take = (tenant: string): Promise<void> =>
      turns.take({ tenant }, async () => void order.push(tenant));
    const first = hold(turns);
    const before = Array.from({ length: 50 }, () => take('there'));
    first();
    await Promise.all(before);
    order.length = 0;
    const again = hold(turns);
    const all = ['there', 'away'].flatMap((tenant) => Array.from({ length: 20 }, () => take(tenant)));
    again();
    await Promise.all(all);
    expect(order.slice(0, 20).filter((tenant) => tenant === 'away')).toHaveLength(10);
  });

  it('a tenant that has too many waiting is told when to come again; another is not', async () => {
    const turns = turnsOf(2);
    const go = hold(turns);
    const take = (tenant: string): Promise<string> => turns.take({ tenant }, async () => tenant);
    const waiting = [take('busy'), take('busy')];
    await expect(take('busy')).rejects.toMatchObject({
      name: 'UnreachableError',
      message: 'Too many predictions at once: 1 are made and 2 of the tenant "busy" wait; come again in 2 s',
      retryAfterMs: 1500,
    });
    waiting.push(take('quiet'));
    go();
    expect(await Promise.all(waiting)).toEqual(['busy', 'busy', 'quiet']);
  });

  it('work that fails hands its place on', async () => {
    const turns = turnsOf();
    const go = hold(turns);
    const failing = turns.take({ tenant: 'a' }, () => Promise.reject(new Error('no')));
    const next = turns.take({ tenant: 'a' }, async () => 'made');
    go();
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('made');
    expect(await turns.take({ tenant: 'b' }, async () => 'free')).toBe('free');
  });
});
