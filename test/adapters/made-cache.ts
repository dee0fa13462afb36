import { join } from 'node:path';
import { sqliteCache } from '../../adapters/cache/sqlite.js';
import type { CachePort } from '../../adapters/ports.js';
import { atEnd } from '../at-end.js';
import { temporaryDirectory } from './directories.js';

/** A cache of its own, or another opening of the same file, as another process has it. Closed after the file's tests. */
export function madeCache(path = join(temporaryDirectory(), 'cache.db'), now?: () => number): CachePort {
  const cache = sqliteCache(path, now ? { now } : {});
  atEnd(() => cache.close());
  return cache;
}
