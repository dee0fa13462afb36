import Database from 'libsql';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DataQualityError, messageOf, UnreachableError } from '../domain/errors.js';

type SqliteDatabase = InstanceType<typeof Database>;
type SqliteValue = string | number | null | Uint8Array;

/** A file that several processes share: opened at its first use, and again after a close. */
export interface SqliteFile {
  all<T>(sql: string, values?: SqliteValue[]): T[];
  get<T>(sql: string, values?: SqliteValue[]): T | undefined;
  /** Number of rows changed. */
  run(sql: string, values?: SqliteValue[]): number;
  /** Runs work in one write transaction: either all of it is stored or nothing. */
  transact<T>(work: () => T): T;
  close(): void;
}

/** Other processes' transactions are waited for this long. */
const BUSY_MS = 10_000;

/** `schema`: statements that create what is missing. */
export function sqliteFile(path: string, schema: readonly string[]): SqliteFile {
  let database: SqliteDatabase | null = null;
  const statements = new Map<string, ReturnType<SqliteDatabase['prepare']>>();
  const open = (): SqliteDatabase => (database ??= openDatabase(path, schema));
  const prepared = (sql: string): ReturnType<SqliteDatabase['prepare']> => {
    const statement = statements.get(sql) ?? open().prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      throw translated(path, error);
    }
  };
  // Values go as one array: libsql takes a single null argument for an object of named values.
  return {
    all: <T>(sql: string, values: SqliteValue[] = []) => guarded(() => prepared(sql).all(values) as T[]),
    get: <T>(sql: string, values: SqliteValue[] = []) =>
      guarded(() => prepared(sql).get(values) as T | undefined),
    run: (sql, values = []) => guarded(() => Number(prepared(sql).run(values).changes)),
    transact: (work) => guarded(() => inTransaction(open(), work)),
    close() {
      statements.clear();
      database?.close();
      database = null;
    },
  };
}

function openDatabase(path: string, schema: readonly string[]): SqliteDatabase {
  mkdirSync(dirname(path), { recursive: true });
  const database = new Database(path);
  try {
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`);
    switchToLog(database);
    database.exec('PRAGMA synchronous = NORMAL');
    inTransaction(database, () => {
      for (const statement of schema) database.exec(statement);
    });
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Several processes that create a file at once are told "busy" at this step without being made to wait. */
function switchToLog(database: SqliteDatabase): void {
  const deadline = Date.now() + BUSY_MS;
  for (;;) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!/BUSY|locked/.test(textOf(error)) || Date.now() > deadline) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function inTransaction<T>(database: SqliteDatabase, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    // A full disk has rolled back already.
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

const CURES: [RegExp, string][] = [
  [/SQLITE_FULL|disk is full|ENOSPC|EDQUOT/i, 'the disk is full: free some space'],
  [
    /SQLITE_READONLY|readonly|EROFS|EACCES|EPERM/i,
    'it cannot be written: check the permissions of its directory',
  ],
  [
    /SQLITE_CANTOPEN|unable to open|ENOENT|ENOTDIR|EEXIST|EISDIR/i,
    'it cannot be opened: check that its directory exists and may be written',
  ],
  [/SQLITE_BUSY|SQLITE_LOCKED|is locked/i, `another process has held it for ${BUSY_MS / 1000} s`],
  [/SQLITE_IOERR|disk i\/o/i, 'its disk does not work: check the disk and its free space'],
];

const textOf = (error: unknown): string =>
  `${(error as { code?: string } | null)?.code ?? ''} ${messageOf(error)}`;

/** SQLite's own errors as ours, naming the file and the cure; others pass through. */
export function translated(path: string, error: unknown): unknown {
  if (error instanceof Error && /^(InvalidInput|NotFound|DataQuality|Unreachable)Error$/.test(error.name))
    return error;
  const text = textOf(error);
  if (/SQLITE_NOTADB|SQLITE_CORRUPT|not a database|malformed/i.test(text))
    return new DataQualityError(
      `${path} is not a sound SQLite file (${messageOf(error)}); move it aside or restore it`,
    );
  const cure = CURES.find(([pattern]) => pattern.test(text));
  return cure ? new UnreachableError(`Cannot use ${path}: ${cure[1]} (${messageOf(error)})`) : error;
}
