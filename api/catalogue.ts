import { z } from 'zod';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { nearNames } from '../domain/near-names.js';
import { streamId } from '../domain/streams.js';
import type { CataloguePort } from '../adapters/ports-inventory.js';
import { choice, cursor, limit, segment, text } from './query.js';
import { route } from './route.js';
import { answer, instant } from './schemas.js';

const listExchanges = route({
  id: 'listExchanges',
  method: 'get',
  path: '/exchanges',
  group: 'bars',
  summary: 'Exchanges that bars can be collected from',
  role: 'viewer',
  query: { having: choice(['live', 'recorded', 'stored'], 'Only those that have this') },
  answers: {
    200: {
      description: 'By id',
      schema: answer(
        'ExchangeList',
        z.object({
          items: z.array(
            z.object({
              id: z.string().describe('As in streams: the ccxt exchange id'),
              live: z.boolean().describe('Can be asked over the network'),
              recorded: z.int().describe('Recorded streams'),
              stored: z.int().describe('Stored streams'),
            }),
          ),
          asOf: instant,
        }),
      ),
    },
  },
  cacheMs: 5000,
  async handle({ query: { having }, context }) {
    const { catalogue, series, now } = context.ports;
    const [known, streams] = await Promise.all([catalogue.exchanges(), series.streams()]);
    const ids = new Set([...known.map(({ id }) => id), ...streams.map(({ stream }) => stream.exchange)]);
    const items = [...ids].sort().map((id) => {
      const found = known.find((each) => each.id === id);
      const stored = new Set(
        streams.filter(({ stream }) => stream.exchange === id).map(({ stream }) => streamId(stream)),
      );
      return { id, live: found?.isLive ?? false, recorded: found?.recorded ?? 0, stored: stored.size };
    });
    return { body: { items: items.filter((each) => !having || Boolean(each[having])), asOf: now() } };
  },
});

const listSymbols = route({
  id: 'listSymbols',
  method: 'get',
  path: '/exchanges/{exchange}/symbols',
  group: 'bars',
  summary: 'Symbols of an exchange: those stored, those recorded, or all that it trades now',
  role: 'viewer',
  params: { exchange: segment('ccxt exchange id', 'binance') },
  query: {
    source: choice(
      ['stored', 'recorded', 'live'],
      'Default stored. `live` asks the exchange itself. Simulated bars exist for every symbol',
    ),
    contains: text('Only symbols with this in their name', 'BTC'),
    limit: limit(1000),
    cursor,
  },
  answers: {
    200: {
      description: 'By name',
      schema: answer(
        'SymbolPage',
        z.object({
          exchange: z.string(),
          source: z.enum(['stored', 'recorded', 'live']),
          items: z.array(z.object({ symbol: z.string(), timeframes: z.array(z.string()) })),
          cursor: z.string().nullable(),
          asOf: instant,
        }),
      ),
    },
  },
  example: { params: { exchange: 'binance' } },
  cacheMs: 5000,
  async handle({ params: { exchange }, query, context }) {
    if (!/^[a-z0-9]+$/.test(exchange))
      throw new InvalidInputError(
        `Unknown exchange "${exchange}"; an exchange is a ccxt id, such as binance`,
      );
    const { catalogue, series, now } = context.ports;
    const source = query.source ?? 'stored';
    const streams = await series.streams();
    await checkExchange(exchange, catalogue, streams);
    const all =
      source === 'stored' ? storedSymbols(exchange, streams) : await catalogue.symbols(exchange, source);
    const wanted = query.contains?.toUpperCase().replace('/', '-') ?? '';
    const rest = all.filter(({ symbol }) => symbol.includes(wanted) && symbol > (query.cursor ?? ''));
    const items = rest.slice(0, query.limit);
    const next = rest.length > items.length ? (items.at(-1)?.symbol ?? null) : null;
    return { body: { exchange, source, items, cursor: next, asOf: now() } };
  },
});

/** @throws NotFoundError naming the ones that are near, or that bars are stored of. */
async function checkExchange(
  exchange: string,
  catalogue: CataloguePort,
  streams: { stream: { exchange: string } }[],
): Promise<void> {
  const stored = new Set(streams.map(({ stream }) => stream.exchange));
  if (stored.has(exchange)) return;
  const known = (await catalogue.exchanges()).map(({ id }) => id);
  if (known.includes(exchange)) return;
  const near = nearNames(exchange, known);
  const shown = near.length > 0 ? near : [...new Set([...stored, ...known])].slice(0, 10);
  throw new NotFoundError(
    `Unknown exchange "${exchange}"; known: ${shown.join(', ')}, and others: GET /api/v1/exchanges lists all`,
  );
}

function storedSymbols(
  exchange: string,
  streams: { stream: { exchange: string; symbol: string; timeframe: string } }[],
): { symbol: string; timeframes: string[] }[] {
  const own = streams.map(({ stream }) => stream).filter((stream) => stream.exchange === exchange);
  return [...new Set(own.map(({ symbol }) => symbol))].sort().map((symbol) => {
    const frames = own.filter((each) => each.symbol === symbol).map(({ timeframe }) => timeframe);
    return { symbol, timeframes: [...new Set(frames)] };
  });
}

export const catalogueRoutes = [listExchanges, listSymbols];
