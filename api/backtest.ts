import { z } from 'zod';
import { summaryOf } from '../domain/backtest/analysis.js';
import type { BacktestResult } from '../domain/backtest/spec.js';
import { withTried, type TriedOnBars } from '../domain/report/tear-sheet/tried.js';
import { exportRoutes } from './backtest/exports.js';
import { backtestId as id, findBacktest, readDetail } from './backtest/found.js';
import { detailed, result } from './backtest/schemas.js';
import { readBacktestStats } from './backtest/stats.js';
import { findTried } from './backtest/tried.js';
import { sendPage } from './pages.js';
import { count, cursor, limit, readRange, text, time } from './query.js';
import { route } from './route.js';
import { answer, pageOf } from './schemas.js';

const listBacktests = route({
  id: 'listBacktests',
  method: 'get',
  path: '/backtests',
  group: 'backtests',
  summary: 'Backtests, newest first',
  role: 'viewer',
  query: {
    stream: text('Only on this stream', 'binance/BTC-USDT/1h'),
    strategy: text('Only of this strategy', 'sma-cross'),
    from: time('Run at or after'),
    to: time('Run before'),
    limit: limit(),
    cursor,
  },
  answers: {
    200: {
      description: 'A page of backtests',
      schema: pageOf('BacktestPage', answer('Backtest', z.object(result))),
    },
  },
  async handle({ query, context }) {
    const { stream, strategy } = query;
    const where = { ...(stream ? { stream } : {}), ...(strategy ? { strategy } : {}) };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<BacktestResult>('backtests', page);
    return { body: { ...found, items: found.items.map(shown), asOf: context.ports.now() } };
  },
});

const getBacktest = route({
  id: 'getBacktest',
  method: 'get',
  path: '/backtests/{id}',
  group: 'backtests',
  summary: 'One backtest with its equity curve and trades',
  role: 'viewer',
  params: { id },
  query: {
    points: count(
      { min: 2, max: 20_000, standard: 2000 },
      'Points of the equity curve, evenly thinned; first and last are kept',
    ),
    trades: count({ min: 0, max: 1000, standard: 500 }, 'Trades shown'),
  },
  answers: { 200: { description: 'The backtest', schema: detailed } },
  example: { params: { id: 'bt_example' } },
  async handle({ params, query, context }) {
    const found = await findBacktest(context, params.id);
    const file = await readDetail(context, found);
    const keep = thinned(file.time.length, query.points);
    const curve = {
      time: keep.map((at) => file.time[at]),
      equity: keep.map((at) => file.equity[at] ?? null),
    };
    const trades = { trades: file.trades.slice(0, query.trades), totalTrades: file.trades.length };
    return { body: { ...shown(found), asOf: found.spec.asOf, ...curve, ...trades } };
  },
});

const removeBacktest = route({
  id: 'removeBacktest',
  method: 'delete',
  path: '/backtests/{id}',
  group: 'backtests',
  summary: 'Remove a backtest; the audit keeps that it was there',
  role: 'operator',
  params: { id },
  answers: { 204: { description: 'Removed' } },
  example: { params: { id: 'bt_removable' } },
  async handle({ params, context }) {
    const found = await findBacktest(context, params.id);
    await context.ports.documents.remove('backtests', [found.id]);
    for (const key of [found.detail.key, sheetOf(found.id)]) await context.ports.objects.remove(key);
    return { status: 204, target: found.id };
  },
});

/** Without what only the page shows. */
const shown = ({ analysis: whole, ...rest }: BacktestResult) => ({
  ...rest,
  ...(whole && { analysis: summaryOf(whole) }),
});

/** Indexes of at most `points` of `length` points, the first and the last among them. */
function thinned(length: number, points: number): number[] {
  if (length <= points) return Array.from({ length }, (_, at) => at);
  return Array.from({ length: points }, (_, at) => Math.round((at * (length - 1)) / (points - 1)));
}

/** The page was made with its run; what was tried on the same bars since is shown on it, too. */
const withMap = (html: Uint8Array, found: BacktestResult, tried: TriedOnBars): Uint8Array =>
  new TextEncoder().encode(withTried(new TextDecoder().decode(html), found, tried));

const sheetOf = (backtest: string): string => `backtests/${backtest}.html`;

const getTearSheet = route({
  id: 'getTearSheet',
  method: 'get',
  path: '/backtests/{id}/report',
  group: 'backtests',
  summary: 'One backtest as a page that opens from disk: curves, trades, significance',
  role: 'viewer',
  params: { id },
  answers: { 200: { description: 'The page', mediaType: 'text/html' } },
  example: { params: { id: 'bt_example' } },
  async handle({ params, context, res }) {
    const found = await findBacktest(context, params.id);
    const html = await context.ports.objects.get(sheetOf(found.id));
    const tried = await findTried(context.ports, found);
    sendPage(res, tried ? withMap(html, found, tried) : html);
    return null;
  },
});

export const backtestRoutes = [
  listBacktests,
  readBacktestStats,
  getBacktest,
  getTearSheet,
  ...exportRoutes,
  removeBacktest,
];
