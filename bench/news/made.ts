import type { Article } from '../../domain/news/articles.js';
import { seededRandom } from '../../domain/random.js';
import type { Score } from '../../domain/sentiment/scores.js';

export const FIRST = Date.UTC(2021, 0, 1);
/** One article in less than three minutes: a million is five years. */
export const STEP_MS = 157_680;
export const MODEL = 'bench@1';

const WORDS = 30_000;
const TICKERS = ['BTC', 'ETH', 'SOL', 'XRP', 'ADA', 'DOGE', 'DOT', 'LINK', 'LTC', 'AVAX'];
const TOPICS = ['regulation', 'etf', 'hacks', 'markets', 'mining', 'defi'];
const LABELS = ['negative', 'neutral', 'positive'] as const;

export type MadeArticle = Article & { sourceKey: string };

/**
 * Articles as feeds give them: a headline and 60 words, drawn so that a few words are everywhere and most are rare
 * (Zipf). "bitcoin" is in 30 % of them, "lawsuit" in 2 %, "needle" in one of 100,000; one ticker in 10,000 is RARE.
 */
export function* madeArticles(count: number): Generator<MadeArticle> {
  const next = seededRandom('news-reads');
  const word = (): string => `w${Math.floor(WORDS ** next()).toString(36)}`;
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() ** 2 * all.length)] as T;
  for (let i = 0; i < count; i++) {
    const text = Array.from({ length: 60 }, word);
    if (next() < 0.3) text[5] = 'bitcoin';
    if (next() < 0.02) text[9] = 'lawsuit';
    if (i % 100_000 === 777) text[11] = 'needle';
    const publishedAt = FIRST + i * STEP_MS;
    yield {
      id: `art_${i.toString(16).padStart(24, '0')}`,
      url: `https://news.example/${i}`,
      title: Array.from({ length: 9 }, word).join(' '),
      text: text.join(' '),
      feed: `feed-${Math.floor(next() * 20)}`,
      author: null,
      language: next() < 0.9 ? 'en' : 'de',
      publishedAt,
      firstSeenAt: publishedAt,
      tickers: i % 10_000 === 5 ? ['RARE'] : [...new Set([pick(TICKERS), pick(TICKERS)])],
      topics: [pick(TOPICS)],
      categories: [],
      storyId: `sto_${Math.floor(i / 3)}`,
      source: { kind: 'live', detail: '' },
      sourceKey: 'live',
    };
  }
}

export function madeScore({ id, publishedAt, tickers }: MadeArticle): Score & { sourceKey: string } {
  const label = LABELS[Number.parseInt(id.slice(-2), 16) % 3] ?? 'neutral';
  return {
    id: `${id}/${MODEL}`,
    articleId: id,
    model: MODEL,
    label,
    probabilities: { negative: 0.3, neutral: 0.4, positive: 0.3 },
    abstained: false,
    reason: null,
    scoredAt: publishedAt,
    knownAt: publishedAt,
    tickers,
    sourceKey: 'live',
  };
}
