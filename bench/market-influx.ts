import { openSeries } from '../adapters/series/index.js';
import { seededRandom } from '../domain/random.js';
import type { Stream } from '../domain/streams.js';
import { INFLUX_SETUP, influxdb } from '../infra/test-servers/influxdb.js';

const BARS = 250_000;
const CHUNK = 25_000;
const FROM = Date.UTC(2024, 0, 1);
const MINUTE = 60_000;

/** One-minute bars written into a real InfluxDB, awaited and flushed; a file store takes the same bars beside it. */
export async function benchInflux(): Promise<Record<string, unknown>> {
  const missing = influxdb.missing();
  if (missing) return { skipped: missing };
  const server = await influxdb.start();
  try {
    const address = `influxdb://${INFLUX_SETUP.token}@${server.address}/${INFLUX_SETUP.org}/bench`;
    return { bars: BARS, barsPerSecond: await write(address), limits: { barsPerSecond: 50_000 } };
  } finally {
    await server.stop();
  }
}

async function write(address: string): Promise<number> {
  const series = openSeries(address);
  const stream: Stream = { exchange: 'binance', symbol: 'BTC-USDT', timeframe: '1m' };
  const random = seededRandom('influx');
  let price = 4_000_000;
  const bars = Array.from({ length: BARS }, (_, i) => {
    price += Math.round((random() - 0.5) * 2000);
    const [open, time] = [price / 100, FROM + i * MINUTE];
    const volume = Math.round(random() * 1e6) / 1000;
    return { time, open, high: open + 1, low: open - 1, close: open, volume, knownAt: time + MINUTE };
  });
  const begun = performance.now();
  for (let at = 0; at < BARS; at += CHUNK)
    await series.write({ stream, bars: bars.slice(at, at + CHUNK), source: { kind: 'live', detail: '' } });
  const seconds = (performance.now() - begun) / 1000;
  await series.close();
  return Math.round(BARS / seconds);
}
