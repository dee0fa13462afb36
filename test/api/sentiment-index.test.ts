import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Score } from '../../domain/sentiment/scores.js';
import { article, HOUR, score, START } from '../adapters/made-articles.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
  const { documents } = platform.ports;
  const own = { label: 'negative' as const, probabilities: { negative: 1, neutral: 0, positive: 0 } };
  const target = { asset: 'ETH', by: 'clause' as const, ...own, abstained: false, reason: null };
  const scored = (id: string, hours: number, more: Partial<Score> = {}) =>
    score(id, 'positive', 'ngram@1', { tickers: ['BTC'], knownAt: START + hours * HOUR, ...more });
  await documents.insert('articles', [article('art_1', { title: '=Bitcoin rises' }), article('art_2')]);
  await documents.insert('scores', [
    scored('art_1', 0),
    scored('art_2', 2, { tickers: ['BTC', 'ETH'], targets: [target] }),
    scored('art_gone', 2, { abstained: true, reason: 'unsure' }),
  ]);
});
afterAll(() => platform.close());

const at = (path: string, headers = {}) => platform.call(`/api/v1/sentiment/${path}`, { headers });
const json = async (path: string) => (await (await at(path)).json()) as Record<string, never>;

it('tells the index of an asset with what it was made from', async () => {
  const found = await json('btc/index?from=2023-12-31T22:00:00Z&halfLife=2h');
  expect(found).toMatchObject({
    ...{ asset: 'BTC', model: 'ngram@1', source: { kind: 'simulated', detail: '1' }, stepMs: HOUR },
    ...{ halfLifeMs: 2 * HOUR, counts: { articles: 3, abstained: 1, ownOpinion: 0 } },
    ...{ from: START - 2 * HOUR, to: START + 2 * HOUR },
  });
  const points = found['points'] as unknown as { index: number | null; articles: number }[];
  expect(points.map(({ index, articles }) => [index, articles])).toEqual([
    [null, 0],
    [null, 0],
    [1, 1],
    [1, 1],
    [1, 3],
  ]);
  const other = (await json('ETH/index'))['points'] as unknown as typeof points;
  expect(other.at(-1)?.index).toBe(-1);
});

it('gives it as a table, with empty cells where nothing is known', async () => {
  const answer = await at('BTC/index?from=2023-12-31T23:00:00Z&to=2024-01-01T00:00:00Z', {
    accept: 'text/csv',
  });
  expect(answer.headers.get('x-finsight-model')).toBe('ngram@1');
  expect(answer.headers.get('x-finsight-source')).toBe('simulated');
  expect((await answer.text()).split('\r\n').slice(0, 3)).toEqual([
    'time,index,lower,upper,articles,abstained,stories,fresh,effective,weight',
    '2023-12-31T23:00:00.000Z,,,,0,0,0,0,0,0',
    expect.stringMatching(/^2024-01-01T00:00:00.000Z,1,[\d.-]+,1,1,0,1,1,1,1$/),
  ]);
});

it('names the articles behind a point, those that were deleted without a title', async () => {
  const found = await json('BTC/index/articles?at=2024-01-01T02:00:00Z&halfLife=2h');
  expect(found).toMatchObject({
    at: START + 2 * HOUR,
    point: { articles: 3, abstained: 1, index: 1 },
    items: [
      { weight: 1, article: { title: 'Title of art_2' }, score: { targets: [{ asset: 'ETH' }] } },
      { weight: 1, article: null, opinion: { abstained: true, reason: 'unsure' } },
      { weight: 0.5, article: { title: '=Bitcoin rises', feed: 'coindesk' } },
    ],
  });
});

it('says what is wrong, and tells of no asset that nothing is known', async () => {
  for (const [path, fault] of [
    ['BTC/index?window=soon', /window is .*such as 90m/],
    ['BTC/index?from=2024-01-02&to=2024-01-01', /range is empty/],
    ['BTC/index?weights=a', /Unreadable weight/],
    ['BTC/index/articles', /at is needed/],
  ] as const) {
    const answer = await at(path);
    expect(answer.status).toBe(400);
    expect(((await answer.json()) as { detail: string }).detail).toMatch(fault);
  }
  expect(await json('NONE/index')).toMatchObject({ model: null, source: null, points: [] });
});

it('lists the models with their figures', async () => {
  expect(await json('figures')).toMatchObject({
    items: [
      { model: 'ngram@1', served: true, scored: 3, fault: null, figures: [{ set: 'headlines', n: 100 }] },
    ],
  });
});
