import { byScheme, schemePath } from '../addresses.js';
import type { CachePort } from '../ports.js';
import { redisCache } from './redis.js';
import { sqliteCache } from './sqlite.js';

/** Cache backends by the scheme of their address. */
export const CACHES: Record<string, (address: string) => CachePort> = {
  redis: (address) => redisCache(address),
  rediss: (address) => redisCache(address),
  sqlite: (address) => sqliteCache(schemePath(address)),
};

export const openCache = (address: string): CachePort => byScheme('CACHE_URL', CACHES, address)(address);
