import { InvalidInputError } from '../../domain/errors.js';
import { LAST_INSTANT, queryOf, type LineageNode } from '../../domain/lineage.js';
import type { Article } from '../../domain/news/articles.js';
import { formatSource, parseSource, sourceKey, type Source } from '../../domain/sources.js';
import { parseStream } from '../../domain/streams.js';
import type { SentimentRequest } from '../ports.js';
import { fetchesOf, fetchNode, madeFrom } from './fetches.js';
import type { Reader, Walk } from './walk.js';

/** A read of bars as a result remembers it; times epoch ms, `sha256` of the values that were read. */
export interface BarsRead {
  id: string;
  stream: string;
  source: Source;
  from: number;
  to: number;
  asOf: number;
  sha256: string | number | undefined;
}

const scoresId = ({ model, asset, source, from, asOf }: SentimentRequest): string =>
  `scores/${asset}?${queryOf({ model, source: formatSource(source), from, asOf })}`;

const iso = (time: number): string =>
  time >= LAST_INSTANT ? 'the latest versions' : new Date(time).toISOString();

/** The read, and the fetches that brought its bars. */
export async function readBars(walk: Walk, read: BarsRead): Promise<LineageNode> {
  return {
    id: read.id,
    kind: 'bars',
    facts: {
      stream: read.stream,
      source: formatSource(read.source),
      from: iso(read.from),
      to: iso(read.to),
      'as of': iso(read.asOf),
      sha256: read.sha256 ?? null,
    },
    parents: await Promise.all(
      (await fetchesOf(walk.documents, read)).map(async (fetch) =>
        fetchNode(fetch, await madeFrom(walk, fetch)),
      ),
    ),
  };
}

/** Articles that are named of a read of scores, the newest: those that still weigh. */
const ARTICLES_SHOWN = 20;

/** The read, and the articles that were scored. */
export async function readScores(
  walk: Walk,
  read: SentimentRequest & { sha256: string | number | undefined },
): Promise<LineageNode> {
  const { model, asset, source, from, asOf } = read;
  const query = {
    where: { model, tickers: [asset], sourceKey: sourceKey(source) },
    range: { from, to: asOf + 1 },
  };
  const newest = await walk.documents.find<{ articleId: string }>('scores', {
    ...query,
    order: 'newest',
    limit: ARTICLES_SHOWN,
  });
  const ids = [...new Set(newest.items.map(({ articleId }) => articleId))];
  // What retention has taken away since is not named; the digest covers its score.
  const articles = await walk.documents.getMany<Article>('articles', ids);
  return {
    id: scoresId(read),
    kind: 'scores',
    facts: {
      asset,
      model,
      source: formatSource(source),
      from: iso(from),
      'as of': iso(asOf),
      scores: await walk.documents.count('scores', query),
      sha256: read.sha256 ?? null,
    },
    parents: articles.map((article) => ({
      id: article.id,
      kind: 'article',
      facts: articleFacts(article),
      parents: [],
    })),
  };
}

export const articleFacts = (article: Article): LineageNode['facts'] => ({
  title: article.title,
  address: article.url,
  feed: article.feed,
  published: new Date(article.publishedAt).toISOString(),
  'first seen': new Date(article.firstSeenAt).toISOString(),
  tickers: article.tickers.join(', ') || null,
  source: formatSource(article.source),
});

function paramsOf(id: string, names: string[]): { head: string; params: Record<string, string> } {
  const head = id.slice(0, id.indexOf('?'));
  const params = Object.fromEntries(new URLSearchParams(id.slice(head.length + 1)));
  const missing = names.filter((name) => !params[name]);
  if (missing.length > 0) throw new InvalidInputError(`"${id}" has no ${missing.join(', ')}`);
  return { head, params };
}

/** A read given by its id has no recorded digest: what is found now is told. */
export const barsReader: Reader = {
  kind: 'bars',
  form: /^[a-z0-9]+\/[A-Z0-9]+-[A-Z0-9]+\/\w+\?/,
  example: '<exchange>/<BASE-QUOTE>/<timeframe>?source=…&from=…&to=…&asOf=…',
  async read(walk, id) {
    const { head, params } = paramsOf(id, ['source', 'from', 'to', 'asOf']);
    const window = {
      stream: head,
      source: parseSource(params['source'] ?? ''),
      from: Number(params['from']),
      to: Number(params['to']),
      asOf: Number(params['asOf']),
    };
    const { sha256, rows } = await walk.series.digest({
      stream: parseStream(head),
      source: window.source,
      range: { from: window.from, to: window.to },
      asOf: window.asOf,
    });
    return rows === 0 ? null : readBars(walk, { ...window, id, sha256 });
  },
};

export const scoresReader: Reader = {
  kind: 'scores',
  form: /^scores\/[A-Z0-9]+\?/,
  example: 'scores/<asset>?model=…&source=…&from=…&asOf=…',
  async read(walk, id) {
    const { head, params } = paramsOf(id, ['model', 'source', 'from', 'asOf']);
    return readScores(walk, {
      asset: head.slice('scores/'.length),
      model: params['model'] ?? '',
      source: parseSource(params['source'] ?? ''),
      from: Number(params['from']),
      asOf: Number(params['asOf']),
      sha256: undefined,
    });
  },
};

/** A whole stream: what is stored of it, one read a kind of source. */
export const streamReader: Reader = {
  kind: 'bars',
  form: /^[a-z0-9]+\/[A-Z0-9]+-[A-Z0-9]+\/\w+$/,
  example: '<exchange>/<BASE-QUOTE>/<timeframe>',
  async read(walk, id) {
    const stream = parseStream(id);
    const held = (await walk.series.streams(stream)).filter(
      (each) =>
        each.stream.exchange === stream.exchange &&
        each.stream.symbol === stream.symbol &&
        each.stream.timeframe === stream.timeframe,
    );
    if (held.length === 0) return null;
    const parents = held.map(async ({ source, range, bars }) => {
      const window = { stream: id, source, from: range.from, to: range.to, asOf: LAST_INSTANT };
      const key = { stream, source, range, asOf: window.asOf };
      const { sha256 } = await walk.series.digest(key);
      const node = await readBars(walk, { ...window, id: `${id}#${sourceKey(source)}`, sha256 });
      return { ...node, facts: { ...node.facts, 'as of': 'the latest versions', bars } };
    });
    return { id, kind: 'bars', facts: { stored: held.length }, parents: await Promise.all(parents) };
  },
};
