import { timeframeMs } from '../../domain/streams.js';
import { placeOf, tradesOfBar, type MadeTrade } from './bars-as-trades.js';
import { cellsOf } from './klines.js';
import type { ReplayBars, ReplayMarket } from './provider.js';

/** A message as a venue sends it, and when, epoch ms. */
export interface Frame {
  at: number;
  text: string;
}

/** Everything that a venue tells of a market from a bar on, in order. */
export function framesOf(market: ReplayMarket, bars: ReplayBars, from: number): Frame[] {
  const step = timeframeMs(market.timeframe);
  const { time } = bars.columns;
  const frames: Frame[] = [];
  for (let place = placeOf(time, from); place < time.length; place++) {
    if (market.exchange.startsWith('binance')) frames.push(...klineFrames(market, bars, place));
    else
      for (const trade of tradesOfBar(bars, place, step))
        frames.push({ at: trade.time, text: JSON.stringify(tradeMessage(market, trade)) });
  }
  return frames;
}

/** What a venue answers to a subscription: that it is taken, or why it is not. */
export function greetingOf({ exchange, symbol }: ReplayMarket, message: string): string[] {
  const asked = JSON.parse(message) as {
    type?: string;
    product_ids?: string[];
    method?: string;
    params?: { channel: string; symbol: string[] };
  };
  if (exchange === 'kraken') {
    const success = asked.params?.symbol.includes(symbol.replace('-', '/')) ?? false;
    const error = success ? {} : { error: `Currency pair not supported ${asked.params?.symbol.join()}` };
    return [JSON.stringify({ method: 'subscribe', success, result: asked.params, ...error })];
  }
  if (!asked.product_ids?.includes(symbol))
    return [
      JSON.stringify({
        type: 'error',
        message: 'Failed to subscribe',
        reason: `${asked.product_ids?.join()} is not a valid product`,
      }),
    ];
  const channels = [{ name: 'matches', product_ids: asked.product_ids }];
  return [
    JSON.stringify(
      exchange === 'coinbase'
        ? { channel: 'subscriptions', sequence_num: 0, events: [] }
        : { type: 'subscriptions', channels },
    ),
  ];
}

/** The open bar once on its way, and closed. */
function klineFrames(market: ReplayMarket, bars: ReplayBars, place: number): Frame[] {
  const step = timeframeMs(market.timeframe);
  const { shown, texts } = cellsOf(bars, place, market.exchange === 'binance' ? 8 : 0);
  if (shown === null) return [];
  const [o, h, l, c, v] = texts;
  const s = market.symbol.replace('-', '');
  const frame = (at: number, values: Record<string, unknown>): Frame => {
    const k = {
      t: shown,
      T: shown + step - 1,
      s,
      i: market.timeframe,
      f: 0,
      L: 0,
      ...values,
      n: 4,
      q: '0',
      V: '0',
      Q: '0',
      B: '0',
    };
    return { at, text: JSON.stringify({ e: 'kline', E: Math.floor(at), s, k }) };
  };
  return [
    frame(shown + step / 2, { o, c: o, h: o, l: o, v: '0', x: false }),
    frame(shown + step, { o, c, h, l, v, x: true }),
  ];
}

function tradeMessage({ exchange, symbol }: ReplayMarket, trade: MadeTrade): unknown {
  const { id, price, amount, side, time } = trade;
  const stamp = new Date(time).toISOString();
  if (exchange === 'kraken')
    return {
      channel: 'trade',
      type: 'update',
      data: [
        {
          symbol: symbol.replace('-', '/'),
          side,
          price,
          qty: Number(amount),
          ord_type: 'limit',
          trade_id: id,
          timestamp: stamp,
        },
      ],
    };
  const shared = {
    trade_id: exchange === 'coinbase' ? String(id) : id,
    product_id: symbol,
    price: String(price),
    size: amount,
    time: stamp,
  };
  if (exchange === 'coinbase')
    return {
      channel: 'market_trades',
      timestamp: stamp,
      sequence_num: id,
      events: [{ type: 'update', trades: [{ ...shared, side: side.toUpperCase() }] }],
    };
  return { type: 'match', maker_order_id: '', taker_order_id: '', side, ...shared, sequence: id };
}
