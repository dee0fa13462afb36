import { describe, expect, it } from 'vitest';
import { canonicalStream, parseStream } from '../../domain/streams.js';

describe('a stream', () => {
  it.each([
    ['binance/BTC-USDT/1h', 'binance/BTC-USDT/1h'],
    ['Bitstamp/sol-eur/15m', 'bitstamp/SOL-EUR/15m'],
    ['okx/1000pepe-usdt/4h', 'okx/1000PEPE-USDT/4h'],
  ])('is the same in any case: %s', (text, id) => expect(canonicalStream(text)).toBe(id));

  it.each([
    'binance/BTCUSDT/1h',
    'binance/BTC-USDT',
    'binance/BTC-USDT/1M',
    'a b/BTC-USDT/1h',
    '../BTC-USDT/1h',
  ])('is refused with what is known: %s', (text) =>
    expect(() => parseStream(text)).toThrow(/Unknown (stream|symbol|timeframe) /),
  );
});
