import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { NEAR, openNear as openNearAt } from '../../adapters/near/index.js';
import type { NearPort, NearRow } from '../../adapters/ports.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';

const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'x.db')}` },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
];
const ALIASES = new Set(['mongodb+srv']);

const opened: NearPort[] = [];
const openNear = (address: string): NearPort => {
  const near = openNearAt(address);
  opened.push(near);
  return near;
};
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const row = (key: number, day = 5): NearRow => ({
  ...{ key, articleId: `art_${key % 3}`, space: 'live', day },
  print: Uint32Array.of(key, 0xffffffff, 7),
});

it('are tested for every backend', () => {
  const schemes = Object.keys(NEAR).filter((scheme) => !ALIASES.has(scheme));
  expect(BACKENDS.map(({ scheme }) => scheme).sort()).toEqual(schemes.sort());
});

for (const { name, reason, open } of await readyBackends('near', BACKENDS))
  describe.skipIf(reason !== null)(`the ${name} log of fingerprints ${reason ?? ''}`, () => contract(open));

function contract(fresh: () => string): void {
  it('gives back what was appended, once, in order, by day and after a number', async () => {
    const near = openNear(fresh());
    await near.append([row(2 ** 51), row(2)], 1);
    await near.append([row(2), row(3), row(4, 6)], 2);
    const read = await near.read({ space: 'live', day: 5, after: 0, limit: 10 });
    expect(read.map(({ key, print }) => [key, [...print]])).toEqual(
      [2 ** 51, 2, 3].map((key) => [key, [...row(key).print]]),
    );
    const [first, , third] = read;
    expect(await near.read({ space: 'live', day: 5, after: first?.seq ?? 0, limit: 1 })).toHaveLength(1);
    expect(await near.read({ space: 'live', day: 5, after: third?.seq ?? 0, limit: 9 })).toEqual([]);
    expect(await near.read({ space: 'other', day: 5, after: 0, limit: 9 })).toEqual([]);
    expect((await near.ofArticles(['art_2'])).map(({ key }) => key)).toEqual(
      [2 ** 51, 2].filter((key) => key % 3 === 2),
    );
  });

  it('knows which rows are there and settled, and which were left behind', async () => {
    const near = openNear(fresh());
    await near.append([row(1), row(2)], 10);
    expect(await near.unsettled([1, 2, 3])).toEqual([1, 2, 3]);
    await near.settle([1]);
    expect(await near.unsettled([1, 2, 3])).toEqual([2, 3]);
    const left = () => near.leftBehind({ space: 'live', before: 11, limit: 5 });
    expect(await left()).toEqual([{ key: 2, articleId: 'art_2' }]);
    expect(await near.leftBehind({ space: 'live', before: 10, limit: 5 })).toEqual([]);
    await near.settle([2]);
    expect(await left()).toEqual([]);
    await near.reopen([row(1)], 3);
    await near.append([row(1)], 4);
    expect(await left()).toEqual([{ key: 1, articleId: 'art_1' }]);
  });

  it('numbers the rows of several writers without a gap that a reader could miss', async () => {
    const address = fresh();
    const [a, b, reader] = [openNear(address), openNear(address), openNear(address)];
    const writing = Promise.all(
      [a, b].map(async (near, i) => {
        for (let n = 0; n < 20; n++) await near.append([row(1000 * i + n)], 1);
      }),
    );
    const seen: number[] = [];
    let after = 0;
    const follow = async (): Promise<void> => {
      for (const { key, seq } of await reader.read({ space: 'live', day: 5, after, limit: 100 })) {
        seen.push(key);
        after = seq;
      }
    };
    for (let n = 0; n < 20; n++) await follow();
    await writing;
    await follow();
    expect(new Set(seen).size).toBe(40);
    expect(seen).toHaveLength(40);
  });
}
