import { mkdirSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileObjects } from '../../adapters/objects/file.js';
import { OBJECTS, openObjects } from '../../adapters/objects/index.js';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { seaweedfs } from '../../infra/test-servers/seaweedfs.js';
import { readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';
import { s3Address } from './s3-addresses.js';

const BACKENDS: Backend[] = [
  { scheme: 'file', fresh: () => `file:${temporaryDirectory()}` },
  { scheme: 's3', server: seaweedfs, fresh: (address) => s3Address(address) },
];
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';

it('are tested for every backend', () => {
  expect(BACKENDS.map(({ scheme }) => scheme).sort()).toEqual(Object.keys(OBJECTS).sort());
});

for (const { name, reason, open } of await readyBackends('objects', BACKENDS))
  describe.skipIf(reason !== null)(`the ${name} objects ${reason ?? ''}`, () => contract(open));

function contract(open: () => string): void {
  const objects = openObjects(open());

  it('gives back the bytes and tells their digest', async () => {
    const ref = { key: 'models/a@1/model.onnx', sha256: ABC, bytes: 3 };
    expect(await objects.put(ref.key, bytes('abc'))).toEqual(ref);
    expect(await objects.head(ref.key)).toEqual(ref);
    expect(await objects.get(ref.key, ABC)).toEqual(bytes('abc'));
    await objects.put(ref.key, bytes('new'));
    expect((await objects.head(ref.key))?.sha256).not.toBe(ABC);
    expect(await objects.get(ref.key)).toEqual(bytes('new'));
  });

  it('takes and gives pieces, and leaves nothing of what is not whole', async () => {
    const pieces = async function* (count: number): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < count; i++) yield new Uint8Array(2 ** 20).fill(i);
      if (count === 2) throw new Error('broken off');
    };
    const ref = await objects.putStream('large/one', pieces(10));
    expect(ref).toEqual(await objects.head('large/one'));
    expect(ref.bytes).toBe(10 * 2 ** 20);
    const parts: Uint8Array[] = [];
    for await (const part of await objects.stream('large/one')) parts.push(part);
    expect(Buffer.concat(parts).equals(await objects.get('large/one', ref.sha256))).toBe(true);
    await expect(objects.putStream('large/half', pieces(2))).rejects.toThrow('broken off');
    await expect(objects.putStream('large/wrong', pieces(1), ABC)).rejects.toBeInstanceOf(DataQualityError);
    await expect(objects.stream('large/none')).rejects.toBeInstanceOf(NotFoundError);
    expect(await objects.list('large/')).toEqual(['large/one']);
  });

  it('names key and both digests where the bytes are not those expected', async () => {
    await objects.put('x/changed', bytes('changed'));
    const error = await objects.get('x/changed', ABC).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DataQualityError);
    expect(String(error)).toMatch(new RegExp(`"x/changed".*[0-9a-f]{64}.*${ABC}`));
  });

  it('says that there is no such object', async () => {
    await objects.put('there/is', bytes('1'));
    for (const key of ['no/such', 'there', 'there/is/not']) {
      expect(await objects.head(key)).toBeNull();
      await expect(objects.get(key)).rejects.toBeInstanceOf(NotFoundError);
    }
  });

  it('lists by the beginning of the key and removes', async () => {
    for (const key of ['list/a/1', 'list/a/2', 'list/ab', 'list/b']) await objects.put(key, bytes(key));
    expect(await objects.list('list/a')).toEqual(['list/a/1', 'list/a/2', 'list/ab']);
    expect(await objects.list('list/a/')).toEqual(['list/a/1', 'list/a/2']);
    expect(await objects.list('nothing/')).toEqual([]);
    const entries = await objects.entries('list/a/');
    expect(entries.map(({ key }) => key)).toEqual(['list/a/1', 'list/a/2']);
    for (const entry of entries) {
      expect(entry.bytes).toBe(bytes(entry.key).length);
      // Clocks of servers tell whole seconds and may differ a little.
      expect(Math.abs(entry.at - Date.now())).toBeLessThan(60_000);
    }
    await objects.remove('list/a/1');
    await objects.remove('list/a/1');
    expect(await objects.list('list/a/')).toEqual(['list/a/2']);
  });

  it.each([
    '',
    '/',
    '/etc/passwd',
    '../x',
    'a/../b',
    'a/./b',
    'a//b',
    'a/',
    '.hidden',
    'a\0b',
    'a b',
    'ä',
    'a\\b',
    'x'.repeat(600),
    `a/${'x'.repeat(300)}`,
  ])('refuses the key %j', async (key) => {
    await expect(objects.put(key, bytes('x'))).rejects.toBeInstanceOf(InvalidInputError);
    await expect(objects.get(key)).rejects.toBeInstanceOf(InvalidInputError);
    expect(() => objects.locate(key)).toThrow(InvalidInputError);
  });

  it('keeps large objects whole', async () => {
    const large = new Uint8Array(20_000_000).map((_, i) => (i * 2654435761) >>> 24);
    const ref = await objects.put('large/one', large);
    expect(ref.bytes).toBe(20_000_000);
    expect(await objects.head('large/one')).toEqual(ref);
    expect(Buffer.compare(await objects.get('large/one', ref.sha256), large)).toBe(0);
    expect(await objects.put('large/none', new Uint8Array())).toMatchObject({ bytes: 0 });
    expect(await objects.get('large/none')).toHaveLength(0);
  });

  it('lists more than a page of a server', async () => {
    const keys = Array.from({ length: 1050 }, (_, i) => `many/${String(i).padStart(4, '0')}`);
    for (let i = 0; i < keys.length; i += 50)
      await Promise.all(keys.slice(i, i + 50).map((key) => objects.put(key, bytes(key))));
    expect(await objects.list('many/')).toEqual(keys);
  });

  it('never shows a part of a write', async () => {
    const big = (fill: number): Uint8Array => new Uint8Array(300_000).fill(fill);
    await objects.put('race', big(0));
    const writes = Promise.all([1, 2, 3, 4].map((fill) => objects.put('race', big(fill))));
    for (let i = 0; i < 20; i++) expect(new Set(await objects.get('race')).size).toBe(1);
    await writes;
    expect(await objects.list('race')).toEqual(['race']);
  });

  it('closes twice without harm', async () => {
    await objects.close();
    await objects.close();
  });
}

describe('objects as files', () => {
  it('lie where locate says', async () => {
    const objects = fileObjects(temporaryDirectory());
    await objects.put('a/b.txt', bytes('abc'));
    expect(await readFile(objects.locate('a/b.txt'), 'utf8')).toBe('abc');
  });

  it('do not list the drafts of writers that died', async () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'a'));
    writeFileSync(join(root, 'a', 'x.0123456789ab.new'), 'half');
    expect(await fileObjects(root).list('')).toEqual([]);
  });

  it('cannot lie below a file: the error names the place and the cure', async () => {
    const root = join(temporaryDirectory(), 'file');
    writeFileSync(root, '');
    const error = await fileObjects(root)
      .put('a/b', bytes('x'))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UnreachableError);
    expect(String(error)).toContain(`Cannot use ${join(root, 'a/b')}: a file lies where a directory must be`);
  });
});

it('names the known schemes', () => {
  expect(() => openObjects('ftp://x')).toThrow(
    /Unknown address "ftp:\/\/x" in OBJECTS_URL; known schemes: file:, s3:/,
  );
});
