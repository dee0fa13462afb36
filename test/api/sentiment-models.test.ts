import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditEntry } from '../../domain/audit.js';
import type { SentimentAlias } from '../../domain/sentiment/routing.js';
import { article, HOUR, score, START } from '../adapters/made-articles.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

type Json = Record<string, unknown>;
const call = async (
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Json }> => {
  const response = await platform.call(`/api/v1/sentiment${path}`, { method, ...(body ? { body } : {}) });
  const text = await response.text();
  return { status: response.status, body: text ? (JSON.parse(text) as Json) : {} };
};

describe('sentiment models over the API', () => {
  it('an alias is pointed, rolled back and removed, and the audit tells who did it', async () => {
    expect((await call('PUT', '/models/lexicon/alias', { alias: 'mine', reason: 'a try' })).status).toBe(200);
    await call('PUT', '/models/ngram-logistic/alias', { alias: 'mine' });
    const back = await call('POST', '/aliases/mine/rollback');
    expect(back.body).toMatchObject({ name: 'mine', model: expect.stringMatching(/^lexicon@/) });
    expect((back.body['history'] as unknown[]).length).toBe(3);
    expect((await call('DELETE', '/aliases/mine')).body).toMatchObject({ model: null });
    const { items } = await platform.ports.documents.find<AuditEntry>('audit', {
      where: { target: 'sentiment alias mine' },
    });
    expect(items.map(({ action }) => action).sort()).toEqual([
      'removeSentimentAlias',
      'rollBackSentimentAlias',
      'setSentimentAlias',
      'setSentimentAlias',
    ]);
    const first = items.find(({ detail }) => detail['from'] === null);
    expect(first).toMatchObject({ outcome: 'done', detail: { to: expect.stringMatching(/^lexicon@/) } });
  });

  it.each([
    ['PUT', '/models/lexikon/alias', { alias: 'mine' }, 404, /did you mean lexicon/],
    ['PUT', '/models/lexicon/alias', { alias: 'lexicon' }, 400, /a model has this name/],
    ['PUT', '/models/lexicon/alias', {}, 400, /alias/],
    ['POST', '/aliases/none/rollback', undefined, 404, /nothing to go back to/],
    ['PUT', '/rules', { rules: [{ model: 'lexicon' }] }, 400, /fits every text/],
    ['PUT', '/rules', { rules: [{ language: 'de', model: 'nobody' }] }, 404, /Unknown sentiment model/],
    ['PUT', '/experiment', { kind: 'ab', challenger: 'lexicon', share: 0 }, 400, /share/],
    [
      'PUT',
      '/experiment',
      { kind: 'ab', challenger: 'finsight-minilm', share: 1 },
      400,
      /is the served model/,
    ],
    ['POST', '/comparisons', { models: ['lexicon'] }, 400, /models/],
    ['POST', '/comparisons', { models: ['lexicon', 'x'], upload: 'none.csv' }, 404, /send the file first/],
    ['POST', '/comparisons', { models: ['a', 'b'], texts: [{ text: 'x', label: 'mixed' }] }, 400, /label/],
    ['GET', '/comparisons/scm_0', undefined, 404, /No comparison/],
    ['POST', `/rescores/${encodeURIComponent('research/running')}/pause`, undefined, 404, /is no re-scoring/],
    ['POST', '/rescores', { model: 'lexicon', perSecond: -1 }, 400, /perSecond/],
  ] as const)('%s %s %j: %d', async (method, path, body, status, detail) => {
    const answer = await call(method, path, body);
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringMatching(detail)]);
  });

  it('a comparison keeps given texts, or those of an upload, as an object', async () => {
    const csv = 'text,label\n"Shares surge, again",positive\nShares fall,neg\nIt opens,mixed\n';
    await platform.call('/api/v1/uploads/texts.csv', {
      method: 'PUT',
      body: csv,
      headers: { 'content-type': 'application/octet-stream' },
    });
    const begun = await call('POST', '/comparisons', { models: ['a', 'b'], upload: 'texts.csv' });
    expect(begun.status).toBe(202);
    const { input } = await platform.stories.get(String(begun.body['workflowId']));
    const { texts } = input as { texts: { key: string; sha256: string; name: string } };
    expect(texts.name).toBe('texts.csv');
    const kept = await platform.ports.objects.get(texts.key, texts.sha256);
    expect(JSON.parse(new TextDecoder().decode(kept))).toEqual([
      { text: 'Shares surge, again', target: 2 },
      { text: 'Shares fall', target: 0 },
      { text: 'It opens', target: null },
    ]);
  });
});

it('an article tells whose score is served for it', async () => {
  await platform.ports.documents.insert('articles', [article('art_de', { language: 'de' })]);
  const served = async () =>
    ((await (await platform.call('/api/v1/news/art_de')).json()) as { servedModel: string }).servedModel;
  expect(await served()).toMatch(/^finsight-minilm@/);
  await call('PUT', '/rules', { rules: [{ language: 'de', model: 'lexicon' }] });
  expect(await served()).toMatch(/^lexicon@/);
});

describe('sentiment by day', () => {
  const MODEL = 'ngram@1';
  beforeAll(async () => {
    const { documents } = platform.ports;
    const ids = ['art_a', 'art_b'];
    await documents.insert(
      'articles',
      ids.map((id) => article(id, { tickers: ['SOL'] })),
    );
    const tickers = ['SOL'];
    await documents.insert('scores', [
      score('art_a', 'positive', MODEL, { tickers, knownAt: START, scoredAt: START + HOUR }),
      score('art_b', 'positive', MODEL, { tickers, knownAt: START, scoredAt: START + 5 * HOUR }),
      // A challenger, later known: it must not be taken for the served one.
      score('art_a', 'negative', 'other@1', { tickers, knownAt: START + HOUR, scoredAt: START + 2 * HOUR }),
      score('art_b', 'negative', 'other@1', { tickers, knownAt: START + HOUR, scoredAt: START + 2 * HOUR }),
    ]);
  });
  const read = async (query: string) => (await call('GET', `/SOL?${query}`)).body;
  const figures = (body: Json) => {
    const [day] = body['items'] as { articles: number; positive: number; negative: number }[];
    return [body['model'], day?.articles, day?.positive, day?.negative];
  };

  it('is of the served model, though another one has scored later, and each article counts once', async () => {
    expect(figures(await read(''))).toEqual([MODEL, 2, 2, 0]);
    expect(figures(await read('model=other@1'))).toEqual(['other@1', 2, 0, 2]);
  });

  it('as of an instant: only what had been scored, by the model that was served', async () => {
    expect(figures(await read(`asOf=${START + 3 * HOUR}`))).toEqual([MODEL, 1, 1, 0]);
    expect((await read(`asOf=${START - 1}`))['items']).toEqual([]);
    const alias: SentimentAlias = {
      ...{ id: 'alias/champion', kind: 'alias', name: 'champion', model: MODEL, updatedAt: START + 4 * HOUR },
      history: [
        { at: START, by: 'ann', tenant: 'default', from: null, to: 'other@1', reason: '' },
        { at: START + 4 * HOUR, by: 'ann', tenant: 'default', from: 'other@1', to: MODEL, reason: '' },
      ],
    };
    await platform.ports.documents.upsert('sentimentSettings', [alias]);
    expect(figures(await read(`asOf=${START + 3 * HOUR}&limit=10`))).toEqual(['other@1', 2, 0, 2]);
    expect(figures(await read(`asOf=${START + 6 * HOUR}&limit=10`))).toEqual([MODEL, 2, 2, 0]);
  });
});
