import { z } from 'zod';
import type { StoredFunding } from '../domain/funding.js';
import { cursor, limit, readRange, segment, time } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, source } from './schemas.js';

const rate = answer(
  'FundingRate',
  z.object({
    market: z.string(),
    time: instant.describe('When it was paid'),
    rate: z.number().describe("Share of the position's value; above 0 the longs pay"),
    knownAt: instant,
    source,
  }),
);

const listFunding = route({
  id: 'listFunding',
  method: 'get',
  path: '/funding/{exchange}/{symbol}',
  group: 'bars',
  summary: 'Funding rates of a perpetual, newest first',
  role: 'viewer',
  params: {
    exchange: segment('ccxt exchange id', 'binanceusdm'),
    symbol: segment('BASE-QUOTE', 'BTC-USDT'),
  },
  query: { from: time('Paid at or after'), to: time('Paid before'), limit: limit(), cursor },
  answers: { 200: { description: 'A page of rates', schema: pageOf('FundingPage', rate) } },
  example: { params: { exchange: 'binanceusdm', symbol: 'BTC-USDT' } },
  cacheMs: 2000,
  async handle({ params, query, context }) {
    const where = { market: `${params.exchange}/${params.symbol}` };
    const page = await context.ports.documents.find<StoredFunding>('funding', {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    const items = page.items.map(({ market, time: paid, rate: share, knownAt, source: from }) => ({
      ...{ market, time: paid, rate: share, knownAt, source: from },
    }));
    return { body: { items, cursor: page.cursor, asOf: context.ports.now() } };
  },
});

export const fundingRoutes = [listFunding];
