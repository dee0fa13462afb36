import { z } from 'zod';
import { NotFoundError } from '../../domain/errors.js';
import { sendPage } from '../pages.js';
import { cursor, limit, segment, text } from '../query.js';
import { route, type Route } from '../route.js';
import { answer, figure, instant, pageOf, source } from '../schemas.js';

const numbers = z.record(z.string(), z.number());
const figures = z.record(z.string(), figure);
const stored = { stream: z.string(), source: source.optional(), createdAt: instant };
const planned = {
  ...stored,
  strategy: z.string(),
  from: instant,
  to: instant,
  asOf: instant,
  bars: z.int(),
  barsSha256: z.string(),
  digest: z.string(),
};

const sweep = answer(
  'Sweep',
  z.looseObject({
    id: z.string(),
    ...planned,
    grid: z.record(z.string(), z.unknown()),
    combinations: z.int(),
    skipped: z.int(),
    best: z.array(z.object({ params: numbers, metrics: figures })).describe('By Sharpe ratio'),
    results: z.looseObject({ key: z.string(), sha256: z.string() }).describe('All rows as Parquet'),
  }),
);
const search = answer(
  'Search',
  z.looseObject({
    id: z.string(),
    ...planned,
    method: z.string(),
    objective: z.string(),
    tried: z.int(),
    trials: z.int(),
    best: z.looseObject({ params: numbers, score: figure, metrics: figures.nullable() }),
    outOfSample: z
      .looseObject({
        kind: z.string(),
        sharpe: figure,
        interval: z.array(figure),
        inSampleSharpe: figure,
        days: z.int(),
      })
      .nullable(),
  }),
);
const comparison = answer(
  'Comparison',
  z.looseObject({
    id: z.string(),
    ...stored,
    from: instant.optional(),
    to: instant.optional(),
    ranking: z
      .array(
        z.object({
          backtest: z.string(),
          strategy: z.string(),
          params: numbers,
          totalReturn: figure,
          sharpe: figure,
          maxDrawdown: figure,
          deflatedSharpe: figure,
        }),
      )
      .describe('The best by Sharpe ratio first'),
    realityCheck: figure,
    superior: figure,
    overfitting: figure,
    days: z.int(),
    sentence: z.string(),
  }),
);

interface Kind {
  collection: 'sweeps' | 'searches' | 'comparisons';
  /** In operation ids. */
  one: string;
  many: string;
  words: string;
  prefix: string;
  schema: z.ZodType;
}

const KINDS: Kind[] = [
  { collection: 'sweeps', one: 'Sweep', many: 'Sweeps', words: 'sweep', prefix: 'sw', schema: sweep },
  {
    collection: 'searches',
    one: 'Search',
    many: 'Searches',
    words: 'search',
    prefix: 'srch',
    schema: search,
  },
  {
    ...{ collection: 'comparisons', one: 'Comparison', many: 'Comparisons', words: 'comparison' },
    ...{ prefix: 'cmp', schema: comparison },
  },
];

/** What looked at many combinations: the list, one of them, and its page. */
export const optimisationRoutes: Route[] = KINDS.flatMap((kind) => {
  const id = segment(`${kind.one} id`, `${kind.prefix}_0123456789abcdef01234567`);
  const example = { params: { id: `${kind.prefix}_example` } };
  const common = { method: 'get', group: 'backtests', role: 'viewer' } as const;
  return [
    route({
      ...common,
      id: `list${kind.many}`,
      path: `/${kind.collection}`,
      summary: `${kind.many}, newest first`,
      query: { stream: text('Only on this stream', 'binance/BTC-USDT/1h'), limit: limit(), cursor },
      answers: {
        200: { description: `A page of ${kind.collection}`, schema: pageOf(`${kind.one}Page`, kind.schema) },
      },
      async handle({ query, context }) {
        const found = await context.ports.documents.find(kind.collection, {
          ...(query.stream ? { where: { stream: query.stream } } : {}),
          limit: query.limit,
          ...(query.cursor ? { cursor: query.cursor } : {}),
        });
        return { body: { ...found, asOf: context.ports.now() } };
      },
    }),
    route({
      ...common,
      id: `get${kind.one}`,
      path: `/${kind.collection}/{id}`,
      summary: `One ${kind.words}`,
      params: { id },
      answers: { 200: { description: `The ${kind.words}`, schema: kind.schema } },
      example,
      async handle({ params, context }) {
        const found = await context.ports.documents.get<Record<string, unknown>>(kind.collection, params.id);
        if (!found) throw new NotFoundError(`No ${kind.words} "${params.id}"`);
        return { body: found };
      },
    }),
    route({
      ...common,
      id: `get${kind.one}Report`,
      path: `/${kind.collection}/{id}/report`,
      summary: `One ${kind.words} as a page that opens from disk`,
      params: { id },
      answers: { 200: { description: 'The page', mediaType: 'text/html' } },
      example,
      async handle({ params, context, res }) {
        const found = await context.ports.documents.get(kind.collection, params.id);
        if (!found) throw new NotFoundError(`No ${kind.words} "${params.id}"`);
        sendPage(res, await context.ports.objects.get(`backtests/${params.id}.html`));
        return null;
      },
    }),
  ];
});
