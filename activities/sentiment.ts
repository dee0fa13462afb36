import type { Ports } from '../adapters/ports.js';
import type { TextToScore } from '../adapters/ports-sentiment.js';
import type { Article } from '../domain/news/articles.js';
import { DataQualityError, UnreachableError } from '../domain/errors.js';
import { storyIdOf } from '../domain/news/clusters.js';
import { knownFrom } from '../domain/news/versions.js';
import type { SentimentReport } from '../domain/research.js';
import { modelName, type Score, type SentimentModel, type TargetScore } from '../domain/sentiment/scores.js';
import { askedTargets, readText } from '../domain/sentiment/targets.js';
import { sourceKey } from '../domain/sources.js';
import { attempt, beat } from './beat.js';
import { scoreBeside } from './challengers.js';
import { readSource, readTime, type WindowInput } from './window.js';

export type SentimentInput = WindowInput;

export type StoredScore = Score & { sourceKey: string };

const PAGE = 500;
const PAGES_PER_STEP = 20;
/** From this attempt of a step on, what a model cannot answer is an abstention: one text must not hold up all others. */
const GIVE_UP_AT = 6;

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
      const scores = await scorePage(ports, { model, articles: found.items });
      await scoreBeside(ports, { model, articles: found.items, score: scorePage });
      report.scored += scores.length;
      report.abstained += scores.filter((score) => score.abstained).length;
      report.next = found.cursor;
      beat();
      if (found.cursor === null) break;
    }
    return report;
  },
});

/**
 * Gives articles the scores that they do not have of this model yet, and stores them with their events; those that have one
 * are passed over. Returns what was stored.
 * @throws DataQualityError where the model leaves out an answer
 */
export async function scorePage(
  ports: Pick<Ports, 'documents' | 'sentiment' | 'sentimentIndex' | 'now'>,
  {
    model,
    articles,
    mark,
  }: {
    model: SentimentModel;
    articles: Article[];
    /** What the score tells of why it was made. */
    mark?: (article: Article) => Pick<Score, 'experiment'>;
  },
): Promise<StoredScore[]> {
  const name = modelName(model);
  const idOf = (article: Article): string => `${article.id}/${name}`;
  const present = new Set((await ports.documents.getMany('scores', articles.map(idOf))).map((doc) => doc.id));
  const fresh = articles.filter((article) => !present.has(idOf(article)));
  if (fresh.length === 0) return [];
  const asked = fresh.map((article) => askedOf(article, model));
  const texts = asked.flatMap((each) => each.texts);
  const asks = { priority: 'backfill', durable: true, giveUp: attempt() >= GIVE_UP_AT } as const;
  const answers = await ports.sentiment.score(model, texts, asks);
  // One score per model: what another one answered must not stand under this one's name.
  const replaced = answers.find(({ fallback }) => fallback)?.fallback;
  if (replaced) throw new UnreachableError(`Model ${name} does not answer: ${replaced.reason}`);
  const scoredAt = ports.now();
  let at = 0;
  const scores = asked.map(({ article, targets }): StoredScore => {
    const [whole, ...others] = answers.slice(at, (at += 1 + targets.length));
    if (!whole || others.length < targets.length)
      throw new DataQualityError(`Model ${name} gives no answer for ${article.id}`);
    const own = targets.map((target, place) => ({ ...target, ...(others[place] ?? whole) }));
    return {
      id: idOf(article),
      articleId: article.id,
      model: name,
      ...whole,
      ...mark?.(article),
      ...(own.length > 0 && { targets: own }),
      scoredAt,
      ...copiedFrom(article),
    };
  });
  await ports.documents.insert<StoredScore>('scores', scores, (score) => ({
    id: `evt_scored_${score.id}`,
    type: 'article.scored',
    at: scoredAt,
    payload: { articleId: score.articleId, model: name, label: score.label },
  }));
  for (const key of new Set(scores.map((score) => score.sourceKey))) await ports.sentimentIndex.refresh(key);
  return scores;
}

/** What reads of scores need of their article. */
const copiedFrom = (article: Article) => ({
  knownAt: knownFrom(article),
  tickers: article.tickers,
  feed: article.feed,
  story: article.storyId ?? storyIdOf(article.id),
  sourceKey: sourceKey(article.source),
});

interface Asked {
  article: Article;
  /** The whole text, then one for each target. */
  texts: TextToScore[];
  targets: Pick<TargetScore, 'asset' | 'by'>[];
}

function askedOf(article: Article, model: SentimentModel): Asked {
  const { language } = article;
  const text = readText(article);
  const by = model.targets ? 'target' : 'clause';
  // A clause that is the whole text says nothing of its own.
  const targets = askedTargets(article).filter(({ clause }) => by === 'target' || clause !== text);
  const own = targets.map(({ surface, clause }) =>
    by === 'target' ? { text, language, target: surface } : { text: clause, language },
  );
  return {
    article,
    texts: [{ text, language }, ...own],
    targets: targets.map(({ asset }) => ({ asset, by })),
  };
}
