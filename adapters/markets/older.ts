import type { Exchange } from 'ccxt';
import type { TimeRange } from '../../domain/bars.js';
import { UnreachableError } from '../../domain/errors.js';
import { floorToBar, type Stream } from '../../domain/streams.js';
import { barsOfTrades, type Trade } from '../../domain/trades.js';
import type { BarPage } from '../ports.js';
import { TRADES_PAGE, type ClientTrade, type TradeMarks } from './trade-marks.js';

export interface TradesSource {
  name: string;
  marks: TradeMarks;
  ask<T>(work: (client: { exchange: Exchange }) => Promise<T>): Promise<T>;
}

/** A page of bars is made of so many requests, or of as many more as its first bar needs. */
const REQUESTS = 10;
/** The busiest day of the busiest market has some millions of trades. */
const MOST_REQUESTS = 5000;

interface Reading {
  trades: (Trade & { place: number })[];
  rejected: { row: unknown; reason: string }[];
  /** Bars that hold an unreadable trade: their values cannot be known. */
  spoilt: Set<number>;
  /** Every trade before this has been read. */
  readTo: number;
}

/** One page of bars that the venue has no rows of any more, made from its trades. The range ends before its present. */
export async function barsFromTrades(
  source: TradesSource,
  request: { stream: Stream; symbol: string; range: TimeRange },
): Promise<BarPage> {
  const { range, stream } = request;
  const { timeframe } = stream;
  const reading: Reading = { trades: [], rejected: [], spoilt: new Set(), readTo: range.from };
  let mark: string | null = source.marks.at(range.from);
  for (let count = 0; mark !== null && reading.readTo < range.to; count++) {
    if (count >= REQUESTS && floorToBar(reading.readTo, timeframe) > range.from) break;
    if (count >= MOST_REQUESTS)
      throw new UnreachableError(
        `${source.name} gave ${count} pages of trades from ${range.from} on and no whole bar`,
      );
    mark = await readPage(source, { ...request, mark, reading });
  }
  // A venue that has no further trade has told all up to its present.
  const readTo = mark === null ? range.to : Math.min(reading.readTo, range.to);
  const trades = reading.trades.sort((a, b) => a.place - b.place);
  const bars = barsOfTrades({ trades, from: range.from, to: readTo }, timeframe);
  const next = floorToBar(readTo, timeframe);
  return {
    bars: bars.filter((bar) => !reading.spoilt.has(bar.time)),
    rejected: reading.rejected,
    next: next < range.to ? next : null,
  };
}

/** Reads one page; gives the mark behind it, or null where there are no more trades. */
async function readPage(
  source: TradesSource,
  task: { symbol: string; stream: Stream; mark: string; reading: Reading },
): Promise<string | null> {
  const { symbol, stream, mark, reading } = task;
  const { since, params } = source.marks.request(mark);
  const page: ClientTrade[] = await source.ask(({ exchange }) =>
    exchange.fetchTrades(symbol, since, TRADES_PAGE, params),
  );
  for (const trade of page) {
    const { id, time: place } = source.marks.place(trade);
    const time = Math.floor(place);
    if (!(time > 0)) {
      reading.rejected.push({ row: trade.info, reason: 'the trade has no time' });
      continue;
    }
    reading.readTo = Math.max(reading.readTo, time);
    const [price, amount] = [Number(trade.price), Number(trade.amount)];
    if (price > 0 && amount >= 0) {
      reading.trades.push({ id, time, price, amount, place });
      continue;
    }
    const open = floorToBar(time, stream.timeframe);
    reading.spoilt.add(open);
    reading.rejected.push({
      row: { time: open, trade: trade.info },
      reason: 'a trade of the bar cannot be read',
    });
  }
  return source.marks.behind(mark, page);
}
