import { LRUCache } from 'lru-cache';
import type { CachePort } from '../ports.js';
import { sqliteFile, type SqliteFile } from '../sqlite.js';
import { BUCKET_LIFE_MS, checkTake, checkTtl, ROUNDING, type Take } from './limits.js';

const SWEEP_EVERY_MS = 60_000;
/** Characters held in memory in front of the file. */
const FRONT_SIZE = 16_000_000;

const SCHEMA = [
  'CREATE TABLE IF NOT EXISTS cache (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER NOT NULL) WITHOUT ROWID',
  'CREATE INDEX IF NOT EXISTS cache_expires ON cache (expires)',
  'CREATE TABLE IF NOT EXISTS buckets (name TEXT PRIMARY KEY, tokens REAL NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID',
];

interface Entry {
  value: string;
  expires: number;
}

/** Cache and shared limits in one SQLite file for all processes of a machine, with a small memory in front. */
export function sqliteCache(path: string, options: { now?: () => number } = {}): CachePort {
  const now = options.now ?? Date.now;
  const file = sqliteFile(path, SCHEMA);
  const front = new LRUCache<string, Entry>({ max: 2000, maxSize: FRONT_SIZE, sizeCalculation: sizeOf });
  let version = -1;
  let sweptAt = 0;

  /** SQLite counts the commits of others: after any of them, what this process remembers may be old. */
  const refreshed = (): LRUCache<string, Entry> => {
    const row = file.get<{ data_version: number }>('PRAGMA data_version');
    if (row?.data_version !== version) front.clear();
    version = row?.data_version ?? -1;
    return front;
  };

  return {
    async get(key) {
      const time = now();
      const known = refreshed().get(key);
      if (known && known.expires > time) return known.value;
      const found = file.get<Entry>('SELECT value, expires FROM cache WHERE key = ? AND expires > ?', [
        key,
        time,
      ]);
      if (found) front.set(key, { value: found.value, expires: found.expires });
      return found?.value ?? null;
    },
    async set(key, value, ttlMs) {
      checkTtl(key, ttlMs);
      const time = now();
      const expires = time + ttlMs;
      file.run('INSERT OR REPLACE INTO cache (key, value, expires) VALUES (?, ?, ?)', [key, value, expires]);
      front.set(key, { value, expires });
      if (time - sweptAt < SWEEP_EVERY_MS) return;
      sweptAt = time;
      file.run('DELETE FROM cache WHERE expires <= ?', [time]);
      file.run('DELETE FROM buckets WHERE at <= ?', [time - BUCKET_LIFE_MS]);
    },
    async add(key, value, ttlMs) {
      checkTtl(key, ttlMs);
      const time = now();
      // What has expired counts as not there.
      const changed = file.run(
        `INSERT INTO cache (key, value, expires) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE
         SET value = excluded.value, expires = excluded.expires WHERE expires <= ?`,
        [key, value, time + ttlMs, time],
      );
      return changed > 0;
    },
    async invalidate(prefix) {
      file.run('DELETE FROM cache WHERE key >= ? AND substr(key, 1, length(?)) = ?', [
        prefix,
        prefix,
        prefix,
      ]);
      front.clear();
    },
    take: async (bucket, limit, cost = 1) => take(file, { bucket, cost, time: now(), ...limit }),
    async close() {
      front.clear();
      file.close();
    },
  };
}

const sizeOf = ({ value }: Entry, key: string): number => value.length + key.length + 1;

function take(file: SqliteFile, want: Take & { time: number }): { waitMs: number; remaining: number } {
  const { bucket, cost, time, capacity, refillPerSecond } = want;
  checkTake(want);
  return file.transact(() => {
    const row = file.get<{ tokens: number; at: number }>('SELECT tokens, at FROM buckets WHERE name = ?', [
      bucket,
    ]);
    // A clock that was set back refills nothing, and takes nothing away.
    const refill = row ? (Math.max(0, time - row.at) / 1000) * refillPerSecond : 0;
    const tokens = Math.min(capacity, (row?.tokens ?? capacity) + refill);
    const enough = tokens >= cost - ROUNDING;
    const left = enough ? Math.max(0, tokens - cost) : tokens;
    file.run('INSERT OR REPLACE INTO buckets (name, tokens, at) VALUES (?, ?, ?)', [bucket, left, time]);
    return {
      waitMs: enough ? 0 : Math.ceil((1000 * (cost - tokens)) / refillPerSecond),
      remaining: Math.floor(left),
    };
  });
}
