import type { Cluster, Redis } from 'ioredis';
import type { CachePort } from '../ports.js';
import { redisConnection } from '../redis.js';
import { BUCKET_LIFE_MS, checkTake, checkTtl, ROUNDING } from './limits.js';

/** The steps of the `sqlite:` cache's bucket, in one piece on the server; ARGV[4] is empty for the server's own clock. */
const TAKE = `
local capacity, refill, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = tonumber(ARGV[4])
if not time then
  local now = redis.call('TIME')
  time = now[1] * 1000 + math.floor(now[2] / 1000)
end
local held = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = capacity
if held[1] then
  tokens = math.min(capacity, tonumber(held[1]) + math.max(0, time - tonumber(held[2])) / 1000 * refill)
end
local left, wait = tokens, 0
if tokens >= cost - ${ROUNDING} then
  left = math.max(0, tokens - cost)
else
  wait = math.ceil(1000 * (cost - tokens) / refill)
end
redis.call('HSET', KEYS[1], 'tokens', string.format('%.17g', left), 'at', string.format('%.17g', time))
redis.call('PEXPIRE', KEYS[1], ${BUCKET_LIFE_MS})
return { string.format('%.17g', wait), string.format('%.17g', math.floor(left)) }
`;

const SCAN_COUNT = 500;

/**
 * Cache and shared limits in Redis for all machines. Every command touches one key, so a cluster spreads them as it
 * likes. What a server forgets when it restarts is only cached; buckets are then full again.
 */
export function redisCache(address: string, options: { now?: () => number } = {}): CachePort {
  const { prefix, use, close } = redisConnection(address);
  const valueAt = (key: string): string => `${prefix}:value:${key}`;
  return {
    get: (key) => use((client) => client.get(valueAt(key))),
    async set(key, value, ttlMs) {
      checkTtl(key, ttlMs);
      await use((client) => client.set(valueAt(key), value, 'PX', Math.ceil(ttlMs)));
    },
    async add(key, value, ttlMs) {
      checkTtl(key, ttlMs);
      const done = await use((client) => client.set(valueAt(key), value, 'PX', Math.ceil(ttlMs), 'NX'));
      return done === 'OK';
    },
    async invalidate(beginning) {
      await use(async (client) => {
        for (const node of nodesOf(client)) await removeFrom(node, valueAt(beginning));
      });
    },
    async take(bucket, limit, cost = 1) {
      checkTake({ bucket, cost, ...limit });
      const values = [limit.capacity, limit.refillPerSecond, cost, options.now?.() ?? ''];
      const [waitMs, remaining] = (await use((client) =>
        client.eval(TAKE, 1, `${prefix}:bucket:${bucket}`, ...values),
      )) as [string, string];
      return { waitMs: Number(waitMs), remaining: Number(remaining) };
    },
    close,
  };
}

const nodesOf = (client: Redis | Cluster): Redis[] => ('nodes' in client ? client.nodes('master') : [client]);

/** A key is removed by a command of its own: keys of one node can lie in different slots. */
async function removeFrom(node: Redis, beginning: string): Promise<void> {
  const pattern = `${beginning.replace(/[\\*?[\]^]/g, '\\$&')}*`;
  let cursor = '0';
  do {
    const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
    const removals = node.pipeline();
    for (const key of keys) removals.unlink(key);
    if (keys.length > 0) await removals.exec();
    cursor = next;
  } while (cursor !== '0');
}
