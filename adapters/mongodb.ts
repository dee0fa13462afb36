import type { Collection, Db, Document, MongoClient } from 'mongodb';
import { InvalidInputError, messageOf, UnreachableError } from '../domain/errors.js';
import { redacted } from './addresses.js';

/** A document store's connection: made at its first use, and again after a close. */
export interface MongoConnection {
  /** Runs work on a collection whose indexes are there. Vendor errors come out as ours. */
  use<D extends Document, T>(
    name: string,
    work: (collection: Collection<D>) => Promise<T>,
    indexes?: readonly MongoIndex[],
  ): Promise<T>;
  close(): Promise<void>;
}

export interface MongoIndex {
  keys: Record<string, 1 | -1>;
  unique?: true;
  sparse?: true;
}

/** The driver's own patience is half a minute; a step's time-out should be told why. */
const SELECTION_MS = 5000;
const DEFAULT_DATABASE = 'finsight';

/** @param address `mongodb://user:password@host/database`, as the driver takes it; the database is `finsight` unless named. */
export function mongoConnection(address: string): MongoConnection {
  let opening: Promise<{ client: MongoClient; database: Db }> | null = null;
  const indexed = new Map<string, Promise<unknown>>();
  const connect = (): NonNullable<typeof opening> =>
    (opening ??= open(address).catch((error: unknown) => {
      opening = null;
      throw error;
    }));
  return {
    async use<D extends Document, T>(
      name: string,
      work: (collection: Collection<D>) => Promise<T>,
      indexes: readonly MongoIndex[] = [],
    ): Promise<T> {
      try {
        const collection = (await connect()).database.collection<D>(name);
        const building = indexed.get(name) ?? ensure(collection as unknown as Collection, indexes);
        indexed.set(name, building);
        await building.catch((error: unknown) => {
          indexed.delete(name);
          throw error;
        });
        return await work(collection);
      } catch (error) {
        throw translated(address, error);
      }
    },
    async close() {
      const closing = opening;
      opening = null;
      indexed.clear();
      await (await closing?.catch(() => null))?.client.close();
    },
  };
}

async function open(address: string): Promise<{ client: MongoClient; database: Db }> {
  const { MongoClient } = await import('mongodb');
  const client = new MongoClient(address, {
    appName: 'finsight',
    serverSelectionTimeoutMS: SELECTION_MS,
    ignoreUndefined: true,
    // Temporal retries; both would multiply.
    retryWrites: false,
    retryReads: false,
  });
  await client.connect().catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  const named = /^[^/]*\/\/[^/]*\/([^?]+)/.exec(address)?.[1];
  return { client, database: client.db(named ? decodeURIComponent(named) : DEFAULT_DATABASE) };
}

async function ensure(collection: Collection, indexes: readonly MongoIndex[]): Promise<void> {
  for (const { keys, ...options } of indexes) await collection.createIndex(keys, options);
}

const UNREACHABLE =
  /^Mongo(ServerSelection|Network|NetworkTimeout|TopologyClosed|NotConnected|ClientClosed|PoolCleared|WaitQueueTimeout|OperationTimeout)\w*Error$/;
const REFUSED = new Set([13, 18, 8000]);
const TOO_LARGE = new Set([10334, 17419, 17420]);

/** The driver's errors as ours, naming the address without its password; others pass through. */
function translated(address: string, error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, code } = error as Error & { code?: unknown };
  const place = redacted(address);
  if (UNREACHABLE.test(name))
    return new UnreachableError(`MongoDB at ${place} does not answer: ${messageOf(error)}`);
  if (REFUSED.has(Number(code)))
    return new UnreachableError(`MongoDB at ${place} refuses this user: ${messageOf(error)}`);
  if (TOO_LARGE.has(Number(code)) || name === 'BSONError' || name === 'MongoInvalidArgumentError')
    return new InvalidInputError(`MongoDB at ${place} cannot store this: ${messageOf(error)}`);
  if (name === 'MongoParseError' || name === 'MongoMissingDependencyError')
    return new InvalidInputError(`Unusable MongoDB address ${place}: ${messageOf(error)}`);
  return error;
}

/** True where another writer was faster: a unique index has the key already. */
export const isDuplicate = (error: unknown): boolean => (error as { code?: unknown } | null)?.code === 11000;
