import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { DOCUMENTS, openDocuments as openDocumentsAt } from '../../adapters/documents/index.js';
import { openEvents as openEventsAt } from '../../adapters/events/index.js';
import type { Closable, Doc, DocumentQuery, DocumentsPort, EventRow } from '../../adapters/ports.js';
import { InvalidInputError } from '../../domain/errors.js';
import { mongo } from '../../infra/test-servers/mongo.js';
import { newName, readyBackends, type Backend } from '../servers.js';
import { temporaryDirectory } from './directories.js';

interface Note {
  publishedAt: number;
  feed: string;
  language?: string | null;
  tickers?: string[];
  text?: unknown;
}

/** The outbox is read by the events backend of the same address. */
const BACKENDS: Backend[] = [
  { scheme: 'sqlite', fresh: () => `sqlite:${join(temporaryDirectory(), 'deep', 'x.db')}` },
  { scheme: 'mongodb', server: mongo, fresh: (address) => `mongodb://${address}/${newName()}` },
];
/** The same backend by the name that addresses found through DNS have. */
const ALIASES = new Set(['mongodb+srv']);

const opened: Closable[] = [];
function kept<T extends Closable>(adapter: T): T {
  opened.push(adapter);
  return adapter;
}
const openDocuments = (address: string) => kept(openDocumentsAt(address));
const openEvents = (address: string) => kept(openEventsAt(address));
afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close()));
});

const note = (id: string, more: Partial<Note> = {}): Doc<Note> => ({
  id,
  publishedAt: 1000,
  feed: 'a',
  ...more,
});
const event = (id: string): EventRow => ({ id, type: 'note.made', at: 1, payload: { id } });

async function allPages(documents: DocumentsPort, query: DocumentQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await documents.find<Note>('articles', { ...query, ...(cursor ? { cursor } : {}) });
    ids.push(...page.items.map((item) => item.id));
    cursor = page.cursor;
  }
  return ids;
}

it('are tested for every backend', () => {
  const schemes = Object.keys(DOCUMENTS).filter((scheme) => !ALIASES.has(scheme));
  expect(BACKENDS.map(({ scheme }) => scheme).sort()).toEqual(schemes.sort());
});

for (const { name, reason, open } of await readyBackends('documents', BACKENDS))
  describe.skipIf(reason !== null)(`the ${name} documents ${reason ?? ''}`, () => contract(open));

function contract(fresh: () => string): void {
  it('insert only what is new, with one event for each of those', async () => {
    const address = fresh();
    const [documents, events] = [openDocuments(address), openEvents(address)];
    const make = (doc: Doc<Note>) => event(`evt_${doc.id}`);
    expect(await documents.insert('articles', [note('1'), note('2'), note('1')], make)).toEqual({
      inserted: ['1', '2'],
    });
    const again = await documents.insert('articles', [note('2', { feed: 'changed' }), note('3')], make);
    expect(again).toEqual({ inserted: ['3'] });
    expect((await documents.get<Note>('articles', '2'))?.feed).toBe('a');
    const made = await events.recent({ type: 'note.made', limit: 10 });
    expect(made.map((each) => each.id)).toEqual(['evt_3', 'evt_2', 'evt_1']);
    await Promise.all([documents.close(), events.close()]);
  });

  it('store documents and events together or not at all', async () => {
    const address = fresh();
    const [documents, events] = [openDocuments(address), openEvents(address)];
    const broken = () => {
      throw new InvalidInputError('no event');
    };
    await expect(documents.insert('articles', [note('1')], broken)).rejects.toThrow('no event');
    const timeless = { id: '2', feed: 'a' } as unknown as Doc<Note>;
    const write = documents.upsert('articles', [note('1'), timeless], [event('e')]);
    await expect(write).rejects.toThrow(/2 of articles has no time: publishedAt/);
    expect(await documents.count('articles', {})).toBe(0);
    expect(await events.recent({ limit: 10 })).toEqual([]);
  });

  it('replace by id, membership and time included', async () => {
    const documents = openDocuments(fresh());
    await documents.upsert('articles', [note('1', { tickers: ['BTC'], publishedAt: 5 })]);
    await documents.upsert('articles', [note('1', { tickers: ['ETH'], publishedAt: 7 })]);
    const ids = (query: DocumentQuery) => allPages(documents, query);
    expect(await ids({ where: { tickers: ['BTC'] } })).toEqual([]);
    expect(await ids({ where: { tickers: ['ETH'] } })).toEqual(['1']);
    expect(await ids({ range: { to: 6 } })).toEqual([]);
    expect(await ids({ range: { from: 7, to: 8 } })).toEqual(['1']);
  });

  it('find by fields, membership and time as a plain filter would, page by page, in a stable order', async () => {
    const documents = openDocuments(fresh());
    const tag = fc.constantFrom('BTC', 'ETH', 'SOL');
    const spec = { publishedAt: fc.integer({ min: 0, max: 5 }), feed: tag, tickers: fc.uniqueArray(tag) };
    const made = fc
      .sample(fc.record(spec), { numRuns: 60, seed: 5 })
      .map((each, i) => ({ ...each, id: `n${i}` }));
    await documents.insert('articles', made);
    const some = fc.uniqueArray(tag, { minLength: 1 });
    const bound = fc.option(fc.integer({ min: 0, max: 6 }), { nil: undefined });
    const query = fc.record({
      feeds: fc.option(some),
      tickers: fc.option(some),
      from: bound,
      to: bound,
      oldest: fc.boolean(),
      limit: fc.integer({ min: 1, max: 25 }),
    });
    await fc.assert(
      fc.asyncProperty(query, async ({ feeds, tickers, from, to, oldest, limit }) => {
        const where = { ...(feeds ? { feed: feeds } : {}), ...(tickers ? { tickers } : {}) };
        const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
        const wanted = made
          .filter(
            (each) =>
              (!feeds || feeds.includes(each.feed)) &&
              (!tickers || tickers.some((t) => each.tickers.includes(t))),
          )
          .filter((each) => each.publishedAt >= (from ?? 0) && each.publishedAt < (to ?? 9))
          .sort((a, b) => a.publishedAt - b.publishedAt || (a.id < b.id ? -1 : 1))
          .map((each) => each.id);
        const found = await allPages(documents, { where, range, limit, order: oldest ? 'oldest' : 'newest' });
        expect(found).toEqual(oldest ? wanted : wanted.reverse());
        expect(await documents.count('articles', { where, range })).toBe(wanted.length);
      }),
      { numRuns: 60 },
    );
  });

  it('match null, any value, one value and one of several', async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [
      note('1', { language: null }),
      note('2'),
      note('3', { language: 'en' }),
    ]);
    const ids = (where: NonNullable<DocumentQuery['where']>) =>
      allPages(documents, { where, order: 'oldest' });
    expect(await ids({ language: null })).toEqual(['1', '2']);
    expect(await ids({ language: 'en' })).toEqual(['3']);
    expect(await ids({ language: { not: null } })).toEqual(['3']);
    expect(await documents.count('articles', { where: { language: { not: null } } })).toBe(1);
    expect(await ids({ id: ['3', '1'] })).toEqual(['1', '3']);
  });

  it('give back what was stored, numbers that JSON does not have included', async () => {
    const documents = openDocuments(fresh());
    const text = {
      nan: NaN,
      up: Infinity,
      down: [-Infinity],
      plain: 1e-9,
      nothing: null,
      deep: { 'ä"\0': '\u{1f680}' },
    };
    await documents.upsert('articles', [
      note("o'id", { text }),
      note('2', { text: { $number: 'NaN, but text' } }),
    ]);
    expect(await documents.getMany<Note>('articles', ['2', "o'id", 'absent', '2'])).toEqual([
      note('2', { text: { $number: 'NaN, but text' } }),
      note("o'id", { text }),
    ]);
    expect(await documents.get('articles', 'absent')).toBeNull();
  });

  it('change one under a lock, so that no change is lost, and remove', async () => {
    const address = fresh();
    const several = [openDocuments(address), openDocuments(address)];
    const add = (old: Doc<Note> | null) => note('n', { text: Number(old?.text ?? 0) + 1 });
    await Promise.all(
      Array.from({ length: 40 }, (_, i) => several[i % 2]?.update<Note>('articles', 'n', add)),
    );
    expect((await several[0]?.get<Note>('articles', 'n'))?.text).toBe(40);
    await expect(several[0]?.update<Note>('articles', 'n', () => note('other'))).rejects.toThrow(
      /must keep its id/,
    );
    expect(await several[1]?.remove('articles', ['n', 'absent'])).toBe(1);
    expect(await several[0]?.get('articles', 'n')).toBeNull();
  });

  it.each<[string, (documents: DocumentsPort) => Promise<unknown>, RegExp]>([
    [
      'an unknown collection',
      (d) => d.find('articels', {}),
      /Unknown collection "articels"; known: articles, /,
    ],
    ['an inherited name as a collection', (d) => d.get('toString', '1'), /Unknown collection "toString"/],
    ['an unknown field', (d) => d.find('articles', { where: { fead: 'x' } }), /by "fead"; known: id, feed, /],
    ['a broken cursor', (d) => d.find('articles', { cursor: 'x' }), /Unknown cursor "x"/],
    [
      'a cursor that is JSON but none of ours',
      (d) => d.find('articles', { cursor: btoa('{"a":1}') }),
      /Unknown cursor/,
    ],
    ['a limit of 0', (d) => d.find('articles', { limit: 0 }), /limit 0 is not a whole number from 1/],
    ['a range of NaN', (d) => d.count('articles', { range: { from: NaN } }), /got NaN/],
  ])('refuse %s', async (_, work, message) => {
    const error = await work(openDocuments(fresh())).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(InvalidInputError);
    expect(String(error)).toMatch(message);
  });

  it('change one with events of what has changed, together or not at all', async () => {
    const address = fresh();
    const [documents, events] = [openDocuments(address), openEvents(address)];
    const tell = (after: Doc<Note>, before: Doc<Note> | null): EventRow[] =>
      after.feed === before?.feed ? [] : [event(`${before?.feed ?? 'none'} to ${after.feed}`)];
    for (const feed of ['a', 'a', 'b'])
      await documents.update<Note>('articles', 'n', () => note('n', { feed }), tell);
    const broken = (): Doc<Note> => {
      throw new Error('no');
    };
    await expect(documents.update<Note>('articles', 'n', broken, tell)).rejects.toThrow('no');
    const told = (await events.recent({ limit: 10 })).map(({ id }) => id);
    expect(told).toEqual(['a to b', 'none to a']);
  });

  it("refuse another collection's cursor", async () => {
    const documents = openDocuments(fresh());
    await documents.insert('articles', [note('1'), note('2')]);
    const { cursor } = await documents.find('articles', { limit: 1 });
    await expect(documents.find('runs', { cursor: cursor ?? '' })).rejects.toBeInstanceOf(InvalidInputError);
  });

  it('close twice without harm', async () => {
    const documents = openDocuments(fresh());
    await documents.count('runs', {});
    await documents.close();
    await documents.close();
  });
}

it('names the known schemes', () => {
  expect(() => openDocumentsAt('csv:x')).toThrow(
    /Unknown address "csv:x" in DOCUMENTS_URL; known schemes: .*sqlite:/,
  );
});
