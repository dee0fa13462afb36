import type { Ports } from '../adapters/ports.js';
import { messageOf } from '../domain/errors.js';
import type { Article } from '../domain/news/articles.js';
import { modelName, type Score, type SentimentModel } from '../domain/sentiment/scores.js';

/** As `scorePage` of sentiment.ts. */
type ScorePage = (
  ports: Ports,
  page: { model: SentimentModel; articles: Article[]; mark: (article: Article) => Pick<Score, 'experiment'> },
) => Promise<unknown>;

const HOUR_MS = 3_600_000;

/**
 * Scores of other models for articles that the default one has scored: a challenger on its share, and models that a
 * rule names for a language or source. They are recorded beside; what fails here is told by an event and stops nothing,
 * `rescoreNews` with that model fills the gap.
 */
export async function scoreBeside(
  ports: Ports,
  { model, articles, score }: { model: SentimentModel; articles: Article[]; score: ScorePage },
): Promise<void> {
  if (articles.length === 0) return;
  const routes = await ports.sentimentModels.routes(articles);
  const groups = new Map<string, { model: SentimentModel; articles: Article[] }>();
  const marks = new Map<string, Pick<Score, 'experiment'>>();
  routes.forEach(({ others }, i) => {
    const article = articles[i];
    if (!article) return;
    for (const { model: other, experiment } of others) {
      const name = modelName(other);
      if (name === modelName(model)) continue;
      const group = groups.get(name) ?? { model: other, articles: [] };
      group.articles.push(article);
      groups.set(name, group);
      if (experiment) marks.set(`${article.id} ${name}`, { experiment });
    }
  });
  for (const [name, group] of groups) {
    const mark = ({ id }: Article): Pick<Score, 'experiment'> => marks.get(`${id} ${name}`) ?? {};
    await score(ports, { ...group, mark }).catch((error: unknown) => tellFailed(ports, name, error));
  }
}

/** Once an hour for each model, however many pages fail. */
async function tellFailed(ports: Ports, model: string, error: unknown): Promise<void> {
  if (error instanceof Error && error.name === 'CancelledFailure') throw error;
  const at = ports.now();
  const hour = new Date(Math.floor(at / HOUR_MS) * HOUR_MS).toISOString().slice(0, 13);
  await ports.events.publish([
    {
      id: `evt_sentiment.failed_${model}_${hour}`,
      type: 'sentiment.failed',
      at,
      payload: { model, reason: messageOf(error).slice(0, 500) },
    },
  ]);
}
