import { influxSeries } from '../../adapters/series/influxdb.js';
import { barsOf } from '../../adapters/series/merge.js';
import { INFLUX_SETUP, influxdb } from '../../infra/test-servers/influxdb.js';
import type { MarketPart } from '../market.js';
import { madeBars, madeSymbols } from './made.js';
import { timed } from './times.js';

const STREAMS = 10;
const BARS = 40_000;
const START = Date.UTC(2020, 0, 1);
const SOURCE = { kind: 'live', detail: '' } as const;

/** Bars written to a real InfluxDB 2 through the port: what is there is read and compared before each part. */
export const benchInflux: MarketPart = async () => {
  const missing = influxdb.missing();
  if (missing) return { skipped: missing };
  const server = await influxdb.start();
  const series = influxSeries(`influxdb://${INFLUX_SETUP.token}@${server.address}/${INFLUX_SETUP.org}/bench`);
  try {
    const write = async (symbol: string, bars: ReturnType<typeof madeOf>): Promise<void> => {
      const stream = { exchange: 'binance', symbol, timeframe: '1h' } as const;
      await series.write({ stream, bars, source: SOURCE });
    };
    // The bucket is made by the first write.
    await write('WARM-USDT', madeOf('warm', 1000));
    const made = madeSymbols(STREAMS).map((symbol) => ({ symbol, bars: madeOf(symbol, BARS) }));
    const seconds = await timed(async () => {
      for (const { symbol, bars } of made) await write(symbol, bars);
    });
    return {
      server: influxdb.name,
      bars: STREAMS * BARS,
      barsPerSecond: Math.round((STREAMS * BARS) / seconds),
      limits: { barsPerSecond: 50_000 },
    };
  } finally {
    await series.close();
    await server.stop();
  }
};

const madeOf = (seed: string, count: number) =>
  barsOf(madeBars({ seed, timeframe: '1h', from: START, count }));
