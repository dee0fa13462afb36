import { Readable } from 'node:stream';
import type { Response } from 'express';
import { z } from 'zod';
import type { CellColumn } from '../../adapters/ports.js';
import type { Trade } from '../../domain/backtest/spec.js';
import { sendStream } from '../bars-columns.js';
import { route, type Context } from '../route.js';
import { answer, figure, instant } from '../schemas.js';
import { backtestId as id, findBacktest, readDetail } from './found.js';
import { trade } from './schemas.js';

const PARQUET = 'application/vnd.apache.parquet';
const TYPES = ['application/json', 'text/csv', PARQUET];
const example = { params: { id: 'bt_example' } };

const exportTrades = route({
  id: 'exportTrades',
  method: 'get',
  path: '/backtests/{id}/trades',
  group: 'backtests',
  summary: 'All trades of a backtest: JSON, or a CSV or Parquet file by the Accept header',
  role: 'viewer',
  params: { id },
  produces: TYPES,
  answers: {
    200: {
      description: 'The trades, oldest first; times in CSV are epoch milliseconds',
      others: TYPES.slice(1),
      schema: answer('BacktestTrades', z.object({ id: z.string(), asOf: instant, trades: z.array(trade) })),
    },
  },
  example,
  async handle({ params, context, mediaType, res }) {
    const found = await findBacktest(context, params.id);
    const { trades } = await readDetail(context, found);
    if (mediaType === 'application/json') return { body: { id: found.id, asOf: found.spec.asOf, trades } };
    const columns = tradeColumns(trades);
    await sendTable({ context, res }, { name: `${found.id}-trades`, mediaType, columns });
    return null;
  },
});

const exportEquity = route({
  id: 'exportEquity',
  method: 'get',
  path: '/backtests/{id}/equity',
  group: 'backtests',
  summary: 'The whole equity curve of a backtest: JSON, or a CSV or Parquet file by the Accept header',
  role: 'viewer',
  params: { id },
  produces: TYPES,
  answers: {
    200: {
      description: 'Equity at every close by the open of its bar; times in CSV are epoch milliseconds',
      others: TYPES.slice(1),
      schema: answer(
        'BacktestEquity',
        z.object({ id: z.string(), asOf: instant, time: z.array(instant), equity: z.array(figure) }),
      ),
    },
  },
  example,
  async handle({ params, context, mediaType, res }) {
    const found = await findBacktest(context, params.id);
    const { time, equity } = await readDetail(context, found);
    if (mediaType === 'application/json')
      return { body: { id: found.id, asOf: found.spec.asOf, time, equity } };
    const columns: CellColumn[] = [
      { name: 'time', kind: 'time', values: time },
      { name: 'equity', kind: 'number', values: equity },
    ];
    await sendTable({ context, res }, { name: `${found.id}-equity`, mediaType, columns });
    return null;
  },
});

const KINDS: Record<keyof Trade, CellColumn['kind']> = {
  side: 'text',
  entryTime: 'time',
  entryPrice: 'number',
  exitTime: 'time',
  exitPrice: 'number',
  units: 'number',
  fees: 'number',
  funding: 'number',
  profit: 'number',
  instrument: 'text',
};

/** All columns always, so that files of different runs have one form. */
const tradeColumns = (trades: Trade[]): CellColumn[] =>
  (Object.entries(KINDS) as [keyof Trade, CellColumn['kind']][]).map(([name, kind]) => ({
    ...{ name, kind },
    values: trades.map((each) => each[name] ?? null),
  }));

async function sendTable(
  { context, res }: { context: Context; res: Response },
  { name, mediaType, columns }: { name: string; mediaType: string; columns: CellColumn[] },
): Promise<void> {
  const format = mediaType === PARQUET ? 'parquet' : 'csv';
  res.status(200).set({
    'content-type': mediaType,
    'content-disposition': `attachment; filename="${name}.${format}"`,
    'cache-control': 'private, no-cache',
  });
  await sendStream(res, [Readable.from(context.ports.formats.encodeTable(format, columns))]);
}

export const exportRoutes = [exportTrades, exportEquity];
