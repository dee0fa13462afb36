import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import type { BarsPlan } from '../../activities/bars.js';
import { redisCache } from '../../adapters/cache/redis.js';
import { mongoDocuments } from '../../adapters/documents/mongodb.js';
import { mongoEvents } from '../../adapters/events/mongodb.js';
import { s3Objects } from '../../adapters/objects/s3.js';
import { exitCodeOf } from '../../cli/output.js';
import { seededRandom } from '../../domain/random.js';
import { parseStream } from '../../domain/streams.js';
import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { redis } from '../../infra/test-servers/redis.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import type { ServerKind, TestServer } from '../../infra/test-servers/server.js';
import { madeVenue } from '../activities/made-steps.js';
import { s3Address } from '../adapters/s3-addresses.js';
import { HOUR, START } from '../adapters/made-recordings.js';
import { newName, realServer } from '../servers.js';
import { madeProxy, type Proxy } from './made-proxy.js';

/** A page of 1,000 hours is more than this in every store, so the cut lies inside a write. */
const INSIDE_A_WRITE = 20_000;
const BARS = 6000;
/** Prices that no packing makes small. */
const random = seededRandom('dying stores');
const lines = Array.from({ length: BARS }, (_, i) => {
  const [open, close, volume] = [1, 1, 1].map(() => (1000 + random() * 100).toFixed(6));
  return `${new Date(START + i * HOUR).toISOString()},${open},1200,900,${close},${volume}`;
});
const at = (index: number): number => START + index * HOUR;

interface Store {
  kind: ServerKind;
  /** Its name in messages. */
  name: string;
  /** What it has taken outlives it; a server in memory is only cut off. */
  keeps: boolean;
  series(address: string): string;
}

const STORES: Store[] = [
  {
    kind: influxdb,
    name: 'InfluxDB',
    keeps: true,
    series: (address) => `influxdb://${INFLUX_SETUP.token}@${address}/${INFLUX_SETUP.org}/${newName()}`,
  },
  { kind: seaweedfs, name: 'S3', keeps: true, series: (address) => s3Address(address) },
  {
    kind: mongo,
    name: 'MongoDB',
    keeps: false,
    series: (address) => `mongodb://${address}/${newName()}`,
  },
];

const ready = await Promise.all(
  STORES.map(async (store) => ({ ...store, ...(await realServer(`dying ${store.name}`, store.kind)) })),
);

/** Does a step again and again as Temporal would, each time from the last heartbeat; what its attempts threw. */
async function persist<T>(
  step: (plan: T) => Promise<unknown>,
  plan: T,
  beforeAgain: (errors: Error[]) => Promise<void>,
): Promise<Error[]> {
  const errors: Error[] = [];
  let heartbeatDetails: unknown;
  for (let attempt = 1; attempt <= 12; attempt++) {
    const environment = new MockActivityEnvironment(
      { attempt, heartbeatDetails },
      { logger: new DefaultLogger('ERROR') },
    );
    environment.on('heartbeat', (details: unknown) => (heartbeatDetails = details));
    try {
      await environment.run(step, plan);
      return errors;
    } catch (error) {
      errors.push(error as Error);
      await beforeAgain(errors);
    }
  }
  throw new AggregateError(errors, 'the step never ended');
}

const lasting = (errors: Error[], { name }: Store, proxy: Proxy): void => {
  expect(errors.length).toBeGreaterThan(0);
  for (const error of errors) {
    expect(error, error.stack).toMatchObject({ name: 'UnreachableError' });
    expect(error.message).toContain(name);
    expect(error.message).toContain(proxy.address);
    expect(error.message).toMatch(/does not answer: \S/);
    expect(error.message).not.toContain('finsight-test');
    expect(exitCodeOf(error)).toBe(5);
  }
};

describe.each(ready)('bars in $name', (store) => {
  const { server, reason, keeps } = store;
  it.skipIf(server === null).each([
    ['in the middle of a write', (proxy: Proxy) => proxy.cutAfter(INSIDE_A_WRITE)],
    ['when it has written and before it says so', (proxy: Proxy) => proxy.cutAnswerAfter(INSIDE_A_WRITE)],
  ])(
    `that dies %s are each there once in the end ${reason ?? ''}`,
    async (_, cut) => {
      const running = server as TestServer;
      const proxy = await madeProxy(running.address);
      let dying: Promise<void> | null = null;
      const { ports, steps } = await madeVenue(
        lines,
        ({ path, query }) => {
          if (path.endsWith('klines') && Number(query.get('startTime')) === at(3000))
            dying ??= cut(proxy).then(() => (keeps ? running.kill() : undefined));
          return null;
        },
        { SERIES_URL: store.series(proxy.address) },
      );
      const stream = 'binance/BTC-USDT/1h';
      const plan: BarsPlan = await steps.resolveBars({ stream, from: at(0), to: at(BARS) });

      const errors = await persist(steps.fetchBars, { ...plan, cursor: plan.from }, async (thrown) => {
        await dying;
        // The second attempt meets a store that is still away.
        if (thrown.length !== 2) return;
        if (keeps) await running.restart();
        await proxy.up();
      });
      lasting(errors, store, proxy);
      expect(errors).toHaveLength(2);
      const key = { stream: parseStream(stream), source: plan.source, asOf: Infinity };
      const range = { from: -Infinity, to: Infinity };
      const versions = await ports.series.versions({ ...key, range });
      expect(versions.map((bar) => bar.time)).toEqual(lines.map((_line, i) => at(i)));
      expect(versions.map((bar) => bar.open)).toEqual(lines.map((line) => Number(line.split(',')[1])));
      expect(await ports.documents.count('quarantine', {})).toBe(0);
      const listed = await ports.series.streams();
      expect(listed).toMatchObject([{ bars: BARS, range: { from: at(0), to: at(BARS) } }]);
    },
    120_000,
  );
});

const [, s3Store, mongoStore] = ready;

function serverOf(store: { server: TestServer | null } | undefined): TestServer {
  if (!store?.server) throw new Error('a test that should have been skipped');
  return store.server;
}

describe.skipIf(!mongoStore?.server)(`documents in MongoDB ${mongoStore?.reason ?? ''}`, () => {
  it.each(['in the middle', 'before the answer'])(
    'that is cut off %s of a write has each document and each event once in the end',
    async (when) => {
      const proxy = await madeProxy(serverOf(mongoStore).address);
      const address = `mongodb://${proxy.address}/${newName()}`;
      const [documents, events] = [mongoDocuments(address), mongoEvents(address)];
      await documents.insert('runs', [{ id: 'before', startedAt: 1 }]);
      expect(await events.recent({ limit: 10 })).toEqual([]);
      const docs = Array.from({ length: 300 }, (_, i) => ({
        id: `r${i}`,
        startedAt: i,
        text: 'x'.repeat(500),
      }));
      const insert = () =>
        documents.insert('runs', docs, ({ id }) => ({ id: `evt_${id}`, type: 'made', at: 1, payload: {} }));
      const cut = when === 'in the middle' ? proxy.cutAfter(50_000) : proxy.cutAnswerAfter(50_000);
      const errors: Error[] = [];
      const failed = (error: unknown) => void errors.push(error as Error);
      await insert().catch(failed);
      await cut;
      await insert().catch(failed);
      lasting(errors, mongoStore as Store, proxy);
      await proxy.up();
      await insert();
      expect(await documents.count('runs', {})).toBe(301);
      const told = await events.recent({ limit: 5000 });
      expect(told.map(({ id }) => id).sort()).toEqual(docs.map(({ id }) => `evt_${id}`).sort());
      await documents.close();
      await events.close();
    },
    60_000,
  );
});

describe.skipIf(!s3Store?.server)(`objects in S3 ${s3Store?.reason ?? ''}`, () => {
  it('of a server that dies in the middle of a large one are not there, and whole at the next try', async () => {
    const running = serverOf(s3Store);
    const proxy = await madeProxy(running.address);
    const objects = s3Objects(s3Address(proxy.address));
    const kept = await objects.put('kept', new Uint8Array(100_000).fill(1));
    const large = new Uint8Array(20_000_000).map((_, i) => (i * 7) % 251);
    const cut = proxy.cutAfter(12_000_000).then(() => running.kill());
    const errors: Error[] = [];
    await objects.put('large', large).catch((error: unknown) => errors.push(error as Error));
    await cut;
    await objects.get('kept').catch((error: unknown) => errors.push(error as Error));
    lasting(errors, s3Store as Store, proxy);
    expect(errors).toHaveLength(2);
    await running.restart();
    await proxy.up();
    expect(await objects.head('large')).toBeNull();
    expect(await objects.list('')).toEqual(['kept']);
    await objects.get('kept', kept.sha256);
    const { sha256 } = await objects.put('large', large);
    expect(Buffer.compare(await objects.get('large', sha256), large)).toBe(0);
    await objects.close();
  }, 120_000);
});

const cacheServer = await realServer('dying Redis', redis);

describe.skipIf(!cacheServer.server)(`a cache in Redis ${cacheServer.reason ?? ''}`, () => {
  it('whose server dies is named, forgets at most, and goes on by itself', async () => {
    const running = cacheServer.server as TestServer;
    const cache = redisCache(`redis://${running.address}`);
    const limit = { capacity: 10, refillPerSecond: 0.001 };
    await cache.set('a', '1', 60_000);
    expect((await cache.take('venue', limit, 10)).waitMs).toBe(0);
    expect((await cache.take('venue', limit, 10)).waitMs).toBeGreaterThan(0);
    await running.kill();
    for (const work of [
      () => cache.get('a'),
      () => cache.set('b', '1', 1000),
      () => cache.take('venue', limit),
    ]) {
      const error = (await work().catch((thrown: unknown) => thrown)) as Error;
      expect(error, String(error)).toMatchObject({ name: 'UnreachableError' });
      expect(error.message).toContain(`Redis at redis://${running.address}`);
    }
    await running.restart();
    await expect.poll(() => cache.get('a').catch(() => 'away'), { timeout: 5000 }).toBeNull();
    await cache.set('a', '2', 60_000);
    expect(await cache.get('a')).toBe('2');
    // Full again: a lost bucket is at worst one burst more.
    expect((await cache.take('venue', limit, 10)).waitMs).toBe(0);
    await cache.close();
  }, 60_000);
});
