import type { ObjectRef } from '../domain/models.js';
import type { Ports } from '../adapters/ports.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import { renderSentimentComparison } from '../domain/report/sentiment-comparison.js';
import {
  compareSentiment,
  RESAMPLES,
  type ComparedText,
  type SentimentComparison,
} from '../domain/sentiment/comparison.js';
import type { LabelledText } from '../domain/sentiment/labelled-texts.js';
import { modelName, type Probabilities, type SentimentModel } from '../domain/sentiment/scores.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { beat } from './beat.js';
import type { StoredScore } from './sentiment.js';
import { readSource, readTime, type WindowInput } from './window.js';

export interface ModelsInput extends Omit<WindowInput, 'asOf'> {
  /** Two names, `<name>@<version>` or aliases; the first is compared with the second. */
  models: string[];
  /** Texts to score now, kept as JSON; left out: articles of the window that both have scored. */
  texts?: { key: string; sha256: string; name: string };
  resamples?: number;
  seed?: string;
}

export interface ComparisonReport extends SentimentComparison {
  /** `scm_` and 24 hex digits: the same models on the same texts are the same comparison. */
  id: string;
  basis: 'texts' | 'articles';
  /** Name of the file, or the kind of source of the articles. */
  data: string;
  source: Source;
  createdAt: number;
}

export interface StoredComparison extends ComparisonReport {
  page: ObjectRef;
}

const BATCH = 256;
const PAGE = 1000;

export const modelComparisonSteps = (ports: Ports) => ({
  /** @throws NotFoundError for a model, InvalidInputError where no text was scored by both. */
  async compareModels(input: ModelsInput): Promise<ComparisonReport> {
    const models = await readModels(ports, input.models);
    const { texts, seed = '1', resamples = RESAMPLES } = input;
    if (texts) {
      const bytes = await ports.objects.get(texts.key, texts.sha256);
      const read = JSON.parse(new TextDecoder().decode(bytes)) as LabelledText[];
      return keepComparison(
        ports,
        await compareOnTexts(ports, { models, texts: read, name: texts.name, seed, resamples }),
      );
    }
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const range = {
      ...(input.from === undefined ? {} : { from: readTime('from', input.from) }),
      ...(input.to === undefined ? {} : { to: readTime('to', input.to) }),
    };
    const compared = await readBoth(ports, { models, source, range });
    const found = compareSentiment(compared, { ...settingsOf(models), seed, resamples });
    const id = idOf({ models: found.models, source: sourceKey(source), range, n: found.n, seed, resamples });
    const about = { id, basis: 'articles' as const, data: sourceKey(source), source, createdAt: ports.now() };
    return keepComparison(ports, { ...about, ...found });
  },
});

/** Exactly two, and not the same. @throws NotFoundError, InvalidInputError */
export async function readModels(
  ports: Pick<Ports, 'sentiment'>,
  names: readonly string[],
): Promise<[SentimentModel, SentimentModel]> {
  const [first, second, ...more] = names;
  if (!first || !second || more.length > 0)
    throw new InvalidInputError(
      `Two models are compared, ${names.length} were named; such as ngram-logistic,lexicon`,
    );
  const found = [
    await ports.sentiment.choose({ model: first }),
    await ports.sentiment.choose({ model: second }),
  ] as [SentimentModel, SentimentModel];
  if (modelName(found[0]) === modelName(found[1]))
    throw new InvalidInputError(`${first} and ${second} are the same model, ${modelName(found[0])}`);
  return found;
}

/** Scores texts with both models and compares the answers; nothing is stored. */
export async function compareOnTexts(
  ports: Pick<Ports, 'sentiment' | 'now'>,
  asked: {
    models: [SentimentModel, SentimentModel];
    texts: readonly LabelledText[];
    name: string;
    seed: string;
    resamples: number;
  },
): Promise<ComparisonReport> {
  const { models, texts, name, seed, resamples } = asked;
  const [a, b] = [await rowsOf(ports, models[0], texts), await rowsOf(ports, models[1], texts)];
  const compared = texts.map(({ target, source }, i): ComparedText => {
    return { a: a[i] ?? [], b: b[i] ?? [], target, source };
  });
  const found = compareSentiment(compared, { ...settingsOf(models), seed, resamples });
  const id = idOf({ models: found.models, texts, seed, resamples });
  const source: Source = { kind: 'recorded', detail: name };
  return { id, basis: 'texts', data: name, source, createdAt: ports.now(), ...found };
}

async function rowsOf(
  ports: Pick<Ports, 'sentiment'>,
  model: SentimentModel,
  texts: readonly LabelledText[],
): Promise<number[][]> {
  const rows: number[][] = [];
  for (let at = 0; at < texts.length; at += BATCH) {
    const piece = texts
      .slice(at, at + BATCH)
      .map(({ text, language }) => ({ text, ...(language === undefined ? {} : { language }) }));
    // Another model's answer in the place of one of them would make the comparison one of something else.
    const answers = await ports.sentiment.score(model, piece, { priority: 'backfill', durable: true });
    rows.push(...answers.map(({ probabilities }) => rowOf(probabilities)));
    beat();
  }
  return rows;
}

/** Scores of articles that both models have scored, by the time at which the articles were known. */
async function readBoth(
  ports: Pick<Ports, 'documents'>,
  asked: { models: [SentimentModel, SentimentModel]; source: Source; range: { from?: number; to?: number } },
): Promise<ComparedText[]> {
  const { models, source, range } = asked;
  const [a, b] = [modelName(models[0]), modelName(models[1])];
  // The one that has fewer scores leads: a challenger has a share of the champion's.
  const count = (model: string): Promise<number> =>
    ports.documents.count('scores', { where: { model, sourceKey: sourceKey(source) }, range });
  const [lead, other] = (await count(a)) <= (await count(b)) ? [a, b] : [b, a];
  const found: ComparedText[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: StoredScore[]; cursor: string | null } = await ports.documents.find<StoredScore>(
      'scores',
      {
        where: { model: lead, sourceKey: sourceKey(source) },
        range,
        order: 'oldest',
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      },
    );
    const ids = page.items.map(({ articleId }) => `${articleId}/${other}`);
    const others = new Map(
      (await ports.documents.getMany<StoredScore>('scores', ids)).map((each) => [each.articleId, each]),
    );
    for (const score of page.items) {
      const beside = others.get(score.articleId);
      if (!beside) continue;
      const [first, second] = lead === a ? [score, beside] : [beside, score];
      found.push({
        a: rowOf(first.probabilities),
        b: rowOf(second.probabilities),
        target: null,
        source: score.feed,
      });
    }
    beat();
    cursor = page.cursor;
  }
  return found;
}

async function keepComparison(ports: Ports, report: ComparisonReport): Promise<ComparisonReport> {
  const html = renderSentimentComparison(report);
  const page = await ports.objects.put(`sentiment/${report.id}.html`, new TextEncoder().encode(html));
  await ports.documents.insert<StoredComparison>('sentimentComparisons', [{ ...report, page }]);
  return report;
}

const settingsOf = (models: [SentimentModel, SentimentModel]) => ({
  models: [modelName(models[0]), modelName(models[1])] as [string, string],
  thresholds: [models[0].threshold, models[1].threshold] as [number, number],
});

const rowOf = ({ negative, neutral, positive }: Probabilities): number[] => [negative, neutral, positive];

const idOf = (of: object): string => `scm_${digestOf(of).slice(0, 24)}`;
