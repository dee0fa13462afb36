import { digestOf } from '../domain/digest.js';
import {
  DEFAULT_RANGE,
  indexTimes,
  readIndexOptions,
  type IndexQuestion,
} from '../domain/sentiment/index-question.js';
import { modelName } from '../domain/sentiment/scores.js';
import { openSentimentIndex, type IndexPoint } from '../domain/sentiment/sentiment-index.js';
import { indexedOpinion, opinionAbout } from '../domain/sentiment/targets.js';
import { sourceOfKey } from '../domain/sources.js';
import { newestScore, scoresOf, type StoredScore, type WantedScores } from './documents/index-scores.js';
import { cachedReads } from './cached-reads.js';
import type { CachePort, DocumentsPort } from './ports-documents.js';
import type { SentimentPort } from './ports-sentiment.js';
import type { IndexAnswer, IndexOrigin, SentimentIndexPort } from './ports-sentiment-index.js';

interface Options {
  documents: Pick<DocumentsPort, 'find'>;
  cache: CachePort;
  sentiment: Pick<SentimentPort, 'choose'>;
  /** Configured weights of outlets. */
  weights: Record<string, number>;
  now?: () => number;
}

const KEEP_MS = 15 * 60_000;

export function openSentimentIndexes(options: Options): SentimentIndexPort {
  const { documents, cache, now = Date.now } = options;
  const reads = cachedReads(cache, { prefix: 'sentiment-index', now });
  return {
    async read(question) {
      const found = await originOf(options, question, now());
      const { newest, ...origin } = found;
      if (!newest) return { ...origin, from: null, to: null, counts: noCounts(), points: [] };
      const { stepMs, asOf } = origin;
      const to = question.to ?? Math.min(asOf, Math.ceil(newest.knownAt / stepMs) * stepMs);
      const times = indexTimes({ from: question.from ?? to - DEFAULT_RANGE, to, asOf, stepMs });
      const [from = null, last = null] = [times[0], times.at(-1)];
      const want = { ...origin, sourceKey: newest.sourceKey, scoredBy: question.asOf ?? null };
      // Which instant it is now changes nothing of what was known at the points.
      const key = digestOf({ ...want, asOf: 0, from, last }).slice(0, 32);
      const sources = newest.sourceKey ? [newest.sourceKey] : [];
      const computed = await reads.read({ kind: 'read', sources, key, ttlMs: KEEP_MS }, () =>
        computeIndex(documents, { ...want, times }),
      );
      return { ...origin, from, to: last, ...computed };
    },

    async members({ at, limit, ...question }) {
      const { newest, ...origin } = await originOf(options, question, now());
      const index = openSentimentIndex(origin);
      const scores = new Map<string, StoredScore>();
      const until = Math.min(at, origin.asOf);
      if (newest) {
        const want = { ...origin, sourceKey: newest.sourceKey, scoredBy: question.asOf ?? null };
        for await (const score of scoresOf(documents, want, { after: until - 2 * origin.windowMs, until })) {
          index.add(indexedOpinion(score, origin.asset));
          if (score.knownAt > until - origin.windowMs) scores.set(score.id, score);
        }
      }
      const point = index.at(until);
      const members = index
        .members()
        .toSorted((a, b) => b.weight - a.weight || b.opinion.knownAt - a.opinion.knownAt)
        .slice(0, limit)
        .flatMap(({ opinion, weight }) => {
          const score = scores.get(opinion.id);
          return score ? [{ score, weight }] : [];
        });
      return { ...origin, at: until, point, members };
    },

    refresh: reads.refresh,
  };
}

/** One model and one source at a time: an index over several would count articles twice. */
async function originOf(
  { documents, sentiment, weights }: Options,
  question: IndexQuestion,
  now: number,
): Promise<IndexOrigin & { newest: StoredScore | undefined }> {
  const options = readIndexOptions(question, weights);
  const asset = question.asset.trim().toUpperCase();
  const asOf = Math.min(question.asOf ?? now, now);
  const { model: asked, source, to = Infinity } = question;
  const where = { tickers: asset, ...(source ? { sourceKey: source } : {}) };
  const newestOf = (model?: string) =>
    newestScore(documents, {
      where: { ...where, ...(model ? { model } : {}) },
      until: Math.min(asOf, to),
      scoredBy: question.asOf ?? Infinity,
    });
  const model = asked?.includes('@')
    ? asked
    : modelName(await sentiment.choose(asked ? { model: asked } : {}));
  // Several models score the same articles: the newest score may be that of any of them.
  const newest = (await newestOf(model)) ?? (asked === undefined ? await newestOf() : undefined);
  return {
    asset,
    model: newest?.model ?? (asked === undefined ? null : model),
    source: sourceOfKey(newest?.sourceKey ?? source),
    asOf,
    ...options,
    newest,
  };
}

type Want = IndexOrigin & WantedScores;

/** One pass over the scores: memory holds one window of them. */
async function computeIndex(
  documents: Options['documents'],
  want: Want & { times: number[] },
): Promise<Pick<IndexAnswer, 'points' | 'counts'>> {
  const { times, windowMs, stepMs, asset } = want;
  const [first, last] = [times[0], times.at(-1)];
  const counts = noCounts();
  if (first === undefined || last === undefined) return { points: [], counts };
  const index = openSentimentIndex(want);
  const points: IndexPoint[] = [];
  // Steps of the window before the first point: the same point is the same whichever range it is asked in.
  let next = first - Math.ceil(windowMs / stepMs) * stepMs;
  const tellUntil = (before: number): void => {
    for (; next < before && next <= last; next += stepMs)
      if (next < first) index.seal(next);
      else points.push(index.at(next));
  };
  // A place in a story counts what was known a window before the oldest article that counts.
  for await (const score of scoresOf(documents, want, { after: first - 2 * windowMs, until: last })) {
    tellUntil(score.knownAt);
    index.add(indexedOpinion(score, asset));
    if (score.knownAt <= first - windowMs) continue;
    counts.articles++;
    counts.abstained += Number(opinionAbout(score, asset).abstained);
    counts.ownOpinion += Number(score.targets?.some((each) => each.asset === asset) ?? false);
  }
  tellUntil(Infinity);
  return { points, counts };
}

const noCounts = (): IndexAnswer['counts'] => ({ articles: 0, abstained: 0, ownOpinion: 0 });
