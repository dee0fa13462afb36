import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { sqliteDocuments } from '../../adapters/documents/sqlite.js';
import { translated } from '../../adapters/sqlite.js';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import { temporaryDirectory } from './directories.js';

describe('documents in SQLite', () => {
  it('take the writes of several processes and lose none', async () => {
    const path = join(temporaryDirectory(), 'x.db');
    const documents = sqliteDocuments(path);
    await documents.count('runs', {});
    const script = `const d=new(require('libsql'))(process.argv[1]);d.exec('PRAGMA busy_timeout=10000');
      for(let i=0;i<100;i++){d.exec('BEGIN IMMEDIATE');d.prepare('INSERT INTO runs (id,at,doc) VALUES (?,?,?)').run([process.argv[2]+i,i,'{}']);d.exec('COMMIT')}`;
    const writers = ['a', 'b'].map((name) =>
      promisify(execFile)(process.execPath, ['-e', script, path, name]),
    );
    for (let i = 0; i < 100; i++) await documents.insert('runs', [{ id: `c${i}`, startedAt: i }]);
    await Promise.all(writers);
    expect(await documents.count('runs', {})).toBe(300);
    await documents.close();
  });

  it('name a file that is none of SQLite, and a place that cannot be opened', async () => {
    const directory = temporaryDirectory();
    const broken = join(directory, 'broken.db');
    writeFileSync(broken, 'no database, but long enough to be read as one. '.repeat(100));
    const taken = join(directory, 'taken.db');
    mkdirSync(taken);
    const error = await sqliteDocuments(broken)
      .count('runs', {})
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataQualityError);
    expect(String(error)).toContain(`${broken} is not a sound SQLite file`);
    const other = await sqliteDocuments(taken)
      .count('runs', {})
      .catch((thrown: unknown) => thrown);
    expect(other).toBeInstanceOf(UnreachableError);
    expect(String(other)).toContain(`Cannot use ${taken}: it cannot be opened`);
  });

  it.each([
    ['SQLITE_FULL', 'UnreachableError', 'free some space'],
    ['SQLITE_READONLY', 'UnreachableError', 'check the permissions'],
    ['EACCES', 'UnreachableError', 'check the permissions'],
    ['SQLITE_CANTOPEN', 'UnreachableError', 'check that its directory exists'],
    ['SQLITE_BUSY', 'UnreachableError', 'another process'],
    ['SQLITE_NOTADB', 'DataQualityError', 'move it aside'],
    ['SQLITE_CORRUPT', 'DataQualityError', 'move it aside'],
  ])('tell %s as %s with the cure', (code, name, cure) => {
    const error = translated('/data/x.db', Object.assign(new Error('vendor text'), { code })) as Error;
    expect(error.name).toBe(name);
    expect(error.message).toContain('/data/x.db');
    expect(error.message).toContain(cure);
  });
});
