import type { Ports } from '../adapters/ports.js';
import type { Article } from '../domain/news/articles.js';
import { DataQualityError } from '../domain/errors.js';
import { knownFrom } from '../domain/news/versions.js';
import type { SentimentReport } from '../domain/research.js';
import { modelName, type Score, type SentimentModel } from '../domain/sentiment/scores.js';
import { sourceKey } from '../domain/sources.js';
import { beat } from './beat.js';
import { readSource, readTime, type WindowInput } from './window.js';

export type SentimentInput = WindowInput;

type StoredScore = Score & { sourceKey: string };

const PAGE = 500;
const PAGES_PER_STEP = 20;

export const sentimentSteps = (ports: Ports) => ({
  /** Scores that the served model has given so far to articles of this kind of source. */
  async countScores(input: SentimentInput): Promise<{ scored: number; abstained: number }> {
    const model = await ports.sentiment.choose();
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const where = { model: modelName(model), sourceKey: sourceKey(source) };
    const scored = await ports.documents.count('scores', { where });
    return {
      scored,
      abstained: await ports.documents.count('scores', { where: { ...where, abstained: true } }),
    };
  },

  /** Scores a stretch of a window's articles, oldest first; those that have this model's score are passed over. */
  async scoreArticles(
    input: SentimentInput & { cursor: string | null },
  ): Promise<SentimentReport & { next: string | null }> {
    const model = await ports.sentiment.choose();
    const name = modelName(model);
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const range = {
      ...(input.from === undefined ? {} : { from: readTime('from', input.from) }),
      ...(input.to === undefined ? {} : { to: readTime('to', input.to) }),
    };
    const report = { model: name, scored: 0, abstained: 0, next: input.cursor || null };
    for (let page = 0; page < PAGES_PER_STEP; page++) {
      const found = await ports.documents.find<Article>('articles', {
        where: { sourceKey: sourceKey(source) },
        range,
        order: 'oldest',
        limit: PAGE,
        ...(report.next ? { cursor: report.next } : {}),
      });
      const scores = await scorePage(ports, model, found.items);
      report.scored += scores.length;
      report.abstained += scores.filter((score) => score.abstained).length;
      report.next = found.cursor;
      beat();
      if (found.cursor === null) break;
    }
    return report;
  },
});

async function scorePage(ports: Ports, model: SentimentModel, articles: Article[]): Promise<StoredScore[]> {
  const name = modelName(model);
  const idOf = (article: Article): string => `${article.id}/${name}`;
  const present = new Set((await ports.documents.getMany('scores', articles.map(idOf))).map((doc) => doc.id));
  const fresh = articles.filter((article) => !present.has(idOf(article)));
  if (fresh.length === 0) return [];
  const texts = fresh.map((article) => ({ text: textOf(article), language: article.language }));
  const answers = await ports.sentiment.score(model, texts, { priority: 'backfill' });
  const scoredAt = ports.now();
  const scores = fresh.map((article, i) => {
    const answer = answers[i];
    if (!answer) throw new DataQualityError(`Model ${name} gives no answer for ${article.id}`);
    return {
      id: idOf(article),
      articleId: article.id,
      model: name,
      ...answer,
      scoredAt,
      knownAt: knownFrom(article),
      tickers: article.tickers,
      sourceKey: sourceKey(article.source),
    };
  });
  await ports.documents.insert<StoredScore>('scores', scores, (score) => ({
    id: `evt_scored_${score.id}`,
    type: 'article.scored',
    at: scoredAt,
    payload: { articleId: score.articleId, model: name, label: score.label },
  }));
  return scores;
}

/** Headline and, where it adds something, the first sentences: what the model was trained on is short. */
const textOf = (article: Article): string =>
  article.text && article.text !== article.title
    ? `${article.title}. ${article.text.slice(0, 280)}`
    : article.title;
