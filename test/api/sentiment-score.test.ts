import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { counter } from '../../adapters/measures.js';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import { UnreachableError } from '../../domain/errors.js';
import { startTestPlatform, type TestPlatform } from './made-platform.js';

describe('POST /sentiment/score', () => {
  let platform: TestPlatform;
  let asked: readonly TextToScore[] = [];
  beforeAll(async () => {
    platform = await startTestPlatform();
    const { sentiment } = platform.ports;
    const { score } = sentiment;
    sentiment.score = (model, texts, options) => {
      asked = texts;
      return score(model, texts, options);
    };
  });
  afterAll(() => platform.close());
  const post = (body: unknown) => platform.call('/api/v1/sentiment/score', { method: 'POST', body });

  it('answers at once, in the order of the texts, and finds out their language', async () => {
    const texts = [
      { text: 'Shares rise' },
      { text: '' },
      { text: 'Zinsen steigen weiter', target: 'EZB' },
      { text: 'x', language: 'fr' },
    ];
    const response = await post({ texts });
    const { model, scores } = (await response.json()) as { model: string; scores: Record<string, unknown>[] };
    expect([response.status, model, scores.length]).toEqual([200, 'ngram@1', 4]);
    expect(scores[0]).toEqual({
      label: 'positive',
      probabilities: { negative: 0.1, neutral: 0.2, positive: 0.7 },
      ...{ abstained: false, reason: null, model: 'ngram@1' },
    });
    expect(scores[1]).toMatchObject({ label: 'neutral', abstained: true, reason: 'the text is empty' });
    expect(asked.map(({ language, target }) => [language, target])).toEqual([
      ['en', undefined],
      ['en', undefined],
      ['de', 'EZB'],
      ['fr', undefined],
    ]);
  });

  it('takes 10,000 texts, and says which request is too large', async () => {
    const text = { text: 'Bitcoin surges to a record as funds flow in' };
    const many = (count: number) => ({ texts: Array.from({ length: count }, () => text) });
    expect((await post(many(10_000))).status).toBe(200);
    expect(asked).toHaveLength(10_000);
    const more = await post(many(10_001));
    expect([more.status, await more.text()]).toEqual([400, expect.stringContaining('10000')]);
    expect((await post({ texts: [{ text: 'x'.repeat(17 * 2 ** 20) }] })).status).toBe(413);
    expect((await post({ texts: [{ text: 'x'.repeat(2 ** 20 + 1) }] })).status).toBe(400);
    const elsewhere = await platform.call('/api/v1/predictions', {
      method: 'POST',
      body: { stream: 'x'.repeat(300 * 1024) },
    });
    expect(elsewhere.status).toBe(413);
  });

  it.each([
    [{}, 'texts'],
    [{ texts: [] }, 'texts'],
    [{ texts: [{ text: 5 }] }, 'texts.0.text'],
    [{ texts: [{ text: 'a', language: 'English' }] }, 'texts.0.language'],
    [{ texts: [{ text: 'a', mood: 1 }] }, 'texts.0.mood'],
  ])('names what is wrong with %j', async (body, path) => {
    const response = await post(body);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect([response.status, errors.map((each) => each.path)]).toEqual([400, [path]]);
  });

  it('says when to come again where too many texts wait', async () => {
    const before = platform.ports.sentiment.score;
    platform.ports.sentiment.score = async () =>
      Promise.reject(new UnreachableError('20000 texts wait', { retryAfterMs: 1500 }));
    const response = await post({ texts: [{ text: 'a' }] });
    platform.ports.sentiment.score = before;
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '2']);
  });

  it('leaves no text in the audit trail', async () => {
    await post({ texts: [{ text: 'a secret of somebody' }] });
    const { items } = await platform.ports.documents.find('audit', { limit: 1000 });
    expect(JSON.stringify(items)).not.toContain('scoreTexts');
  });
});

it('GET /metrics answers in the format of Prometheus, to those who may read', async () => {
  const platform = await startTestPlatform();
  counter('finsight_test_total', 'Things of a test').add(2, { name: 'a "quoted"\nname' });
  const response = await platform.call('/metrics');
  const text = await response.text();
  expect(response.headers.get('content-type')).toContain('text/plain; version=0.0.4');
  expect(text).toContain(
    '# TYPE finsight_test_total counter\nfinsight_test_total{name="a \\"quoted\\"\\nname"} 2',
  );
  expect(text).toContain('# TYPE finsight_sentiment_latency_seconds histogram');
  expect((await platform.call('/metrics', { key: null })).status).toBe(401);
  await platform.close();
});
