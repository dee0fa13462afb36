import type { Bar } from '../../domain/bars.js';
import type { Source } from '../../domain/sources.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';

export const HOUR = 3_600_000;
export const START = Date.UTC(2022, 11, 31, 20);
export const ALWAYS = { from: -Infinity, to: Infinity };
export const recorded: Source = { kind: 'recorded', detail: '/data/here' };
export const live: Source = { kind: 'live', detail: '' };
export const simulated: Source = { kind: 'simulated', detail: '7' };

let streams = 0;
/** A stream of its own for each test: the tests share one store, as streams do. */
export const newStream = (timeframe: Stream['timeframe'] = '1h'): Stream => ({
  exchange: 'binance',
  symbol: `T${++streams}-USDT`,
  timeframe,
});

export function bars(count: number, stream: Stream, from = START): Bar[] {
  const step = timeframeMs(stream.timeframe);
  return Array.from({ length: count }, (_, i) => {
    const open = 100 + Math.sin(i) * 3;
    const close = 100 + Math.sin(i + 1) * 3;
    const time = from + i * step;
    const [high, low] = [Math.max(open, close) + 0.1, Math.min(open, close) - 0.1];
    return { time, open, high, low, close, volume: i % 7, knownAt: time + step };
  });
}
