import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scoreBeside } from '../../activities/challengers.js';
import { createActivities } from '../../activities/index.js';
import { scorePage } from '../../activities/sentiment.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { modelName } from '../../domain/sentiment/scores.js';
import { article, START } from './made-articles.js';
import { madePorts } from '../activities/made-ports.js';

const BY = { principal: 'ann', tenant: 'default' };
let made: ReturnType<typeof madePorts>;
beforeEach(() => (made = madePorts()));
afterEach(() => made.remove());

const articles = Array.from({ length: 400 }, (_, i) =>
  article(`art_${i}`, {
    title: `Company ${i} ${i % 2 ? 'surges' : 'plunges'}`,
    feed: i % 4 === 0 ? 'wire' : 'blog',
    language: i % 10 === 0 ? 'de' : 'en',
    publishedAt: START + i,
  }),
);

describe('models side by side', () => {
  it('are listed, the served one first, and chosen by name, version and alias', async () => {
    const { sentiment, sentimentModels } = made.ports;
    const [served, ...others] = await sentimentModels.list();
    expect(served).toMatchObject({ served: true, origin: 'shipped' });
    expect(others.map(({ kind, origin }) => [kind, origin])).toContainEqual(['lexicon', 'built-in']);
    const lexicon = others.find(({ kind }) => kind === 'lexicon')!;
    await sentimentModels.setAlias({ name: 'champion', model: 'lexicon', reason: 'a try' }, BY);
    expect(modelName(await sentiment.choose())).toBe(modelName(lexicon));
    await sentimentModels.setAlias({ name: 'champion', model: modelName(served!) }, BY);
    const back = await sentimentModels.rollBack('champion', { ...BY, principal: 'bob' });
    expect(back.history.map(({ by, from, to, reason }) => [by, from, to, reason])).toEqual([
      ['ann', null, modelName(lexicon), 'a try'],
      ['ann', modelName(lexicon), modelName(served!), ''],
      ['bob', modelName(served!), modelName(lexicon), 'rollback'],
    ]);
    expect(modelName(await sentiment.choose({ model: 'champion' }))).toBe(modelName(lexicon));
    await expect(sentiment.choose({ model: 'lexikon' })).rejects.toThrow(/did you mean lexicon/);
    await expect(sentimentModels.setAlias({ name: 'lexicon', model: 'lexicon' }, BY)).rejects.toThrow(
      /a model has this name/,
    );
    await expect(sentimentModels.setAlias({ name: 'A b', model: 'lexicon' }, BY)).rejects.toThrow(
      /small letter/,
    );
  });

  it('a champion that is gone stops nothing: the default is served', async () => {
    const { documents, sentiment, sentimentModels } = made.ports;
    await sentimentModels.setAlias({ name: 'champion', model: 'lexicon' }, BY);
    await documents.update<{ id: string }>('sentimentSettings', 'alias/champion', (held) => ({
      ...held!,
      model: 'old@1',
    }));
    expect((await sentimentModels.list())[0]).toMatchObject({ origin: 'shipped', served: true });
    expect((await sentiment.choose()).kind).toBe('encoder');
    await expect(sentiment.choose({ model: 'champion' })).rejects.toThrow(/points to old@1, which is gone/);
  });

  it('registered ones are known by name and newest version, rejected ones are not', async () => {
    const { documents, sentiment, sentimentModels } = made.ports;
    const before = (await sentimentModels.list()).length;
    const shipped = await sentiment.choose({ model: 'ngram-logistic' });
    const version = (number: string, stage: string, createdAt: number) => ({
      ...shipped.ref,
      ...{ id: `mdl_own@${number}`, name: 'own', version: number, task: 'sentiment', kind: 'ngram-logistic' },
      ...{ stage, createdAt, training: {}, spec: { threshold: 0.6, languages: ['en', 'de'] } },
    });
    await documents.insert('models', [
      version('1', 'candidate', 1),
      version('2', 'candidate', 2),
      version('3', 'rejected', 3),
      { ...version('4', 'candidate', 4), id: 'mdl_x@1', name: 'x', task: 'forecast' },
    ]);
    expect(await sentimentModels.list()).toHaveLength(before + 2);
    const own = await sentiment.choose({ model: 'own' });
    expect(own).toMatchObject({
      kind: 'ngram',
      threshold: 0.6,
      languages: ['en', 'de'],
      ref: { version: '2' },
    });
    const [answer] = await sentiment.score(own, [{ text: 'Shares surge', language: 'de' }]);
    expect(answer).toMatchObject({ label: 'positive', abstained: false });
    await expect(sentiment.choose({ model: 'own@3' })).rejects.toThrow(/Unknown sentiment model/);
  });

  it('rules choose by language and feed', async () => {
    const { sentiment, sentimentModels } = made.ports;
    await sentimentModels.setRules([{ language: 'de', model: 'lexicon' }], BY);
    expect((await sentiment.choose({ language: 'de' })).kind).toBe('lexicon');
    expect((await sentiment.choose({ language: 'en', source: 'wire' })).kind).toBe('encoder');
    expect((await sentiment.choose()).kind).toBe('encoder');
    for (const [rules, message] of [
      [[{ model: 'lexicon' }], /fits every text/],
      [[{ language: 'German', model: 'lexicon' }], /no language/],
      [[{ language: 'de', model: 'none' }], /Unknown sentiment model/],
      [
        [
          { source: 'a', model: 'lexicon' },
          { source: 'a', model: 'ngram-logistic' },
        ],
        /Two rules are of source a/,
      ],
    ] as const)
      await expect(sentimentModels.setRules([...rules], BY)).rejects.toThrow(message);
    expect((await sentimentModels.rules()).rules).toEqual([{ language: 'de', model: 'lexicon' }]);
  });
});

describe('a challenger', () => {
  // The fast one of the shipped models.
  beforeEach(() => made.ports.sentimentModels.setAlias({ name: 'champion', model: 'ngram-logistic' }, BY));
  const scoresOf = async (model: string) =>
    (
      await made.ports.documents.find<Score>('scores', {
        where: { model: modelName(await made.ports.sentiment.choose({ model })) },
        limit: 1000,
      })
    ).items;
  const beside = async () => {
    const model = await made.ports.sentiment.choose();
    await scorePage(made.ports, { model, articles });
    await scoreBeside(made.ports, { model, articles, score: scorePage });
  };

  it('in the shadow scores its share too, and is never served', async () => {
    const { sentimentModels } = made.ports;
    const experiment = await sentimentModels.setExperiment(
      { kind: 'shadow', challenger: 'lexicon', share: 0.25 },
      BY,
    );
    await beside();
    const shadow = await scoresOf('lexicon');
    expect(shadow.length).toBeGreaterThan(70);
    expect(shadow.length).toBeLessThan(130);
    expect(
      shadow.every((each) => each.experiment?.id === experiment?.id && each.experiment?.arm === 'shadow'),
    ).toBe(true);
    expect(await scoresOf('ngram-logistic')).toHaveLength(400);
    const routes = await sentimentModels.routes(articles);
    expect(new Set(routes.map(({ served }) => served.kind))).toEqual(new Set(['ngram']));
    // Again, as after a kill: nothing is scored twice.
    await beside();
    expect(await scoresOf('lexicon')).toHaveLength(shadow.length);

    const report = await createActivities(made.ports).gpu.compareModels({
      models: ['ngram-logistic', 'lexicon'],
      source: 'simulated',
    });
    expect(report).toMatchObject({ basis: 'articles', n: shadow.length, labelled: 0, figures: null });
    expect(report.verdict).toMatch(/is not known, since no text has a label/);
    expect(report.subsets.map(({ value }) => value).sort()).toEqual(['blog', 'wire']);
  });

  it('of an A/B comparison is served for its share, and both are recorded', async () => {
    const { sentimentModels } = made.ports;
    await sentimentModels.setExperiment({ kind: 'ab', challenger: 'lexicon', share: 0.5 }, BY);
    await beside();
    const routes = await sentimentModels.routes(articles);
    const assigned = articles.filter((_, i) => routes[i]?.served.kind === 'lexicon').map(({ id }) => id);
    expect((await scoresOf('lexicon')).map(({ articleId }) => articleId).sort()).toEqual(assigned.sort());
    expect((await scoresOf('lexicon'))[0]?.experiment?.arm).toBe('challenger');
    await expect(
      sentimentModels.setExperiment({ kind: 'ab', challenger: 'ngram-logistic', share: 0.5 }, BY),
    ).rejects.toThrow(/is the served model/);
    await expect(
      sentimentModels.setExperiment({ kind: 'ab', challenger: 'lexicon', share: 2 }, BY),
    ).rejects.toThrow(/share of 2/);
    expect(await sentimentModels.setExperiment(null, BY)).toBeNull();
  });

  it('that fails stops nothing, and is told once', async () => {
    const { documents, events, sentiment, sentimentModels } = made.ports;
    const shipped = await sentiment.choose();
    await documents.insert('models', [
      {
        ...{ id: 'mdl_broken@1', name: 'broken', version: '1', task: 'sentiment', kind: 'ngram-logistic' },
        ...{
          onnx: { ...shipped.ref.onnx, key: 'gone', sha256: '0'.repeat(64) },
          stage: 'candidate',
          createdAt: 1,
          spec: {},
          training: {},
        },
      },
    ]);
    await sentimentModels.setExperiment({ kind: 'shadow', challenger: 'broken', share: 1 }, BY);
    await beside();
    await beside();
    expect(await scoresOf('ngram-logistic')).toHaveLength(400);
    const told = await events.recent({ type: 'sentiment.failed', limit: 10 });
    expect(told.map(({ payload }) => payload['model'])).toEqual(['broken@1']);
  });
});
