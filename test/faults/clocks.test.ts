import { afterEach, describe, expect, it, vi } from 'vitest';
import { connectVenue } from '../../adapters/markets/connection.js';
import { startReplay } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { parseStream } from '../../domain/streams.js';
import { kept, madeSteps } from '../activities/made-steps.js';
import { csvOf, hourlyLines, HOUR, madeRecording, START } from '../adapters/made-recordings.js';

const at = (index: number): number => START + index * HOUR;
/** Recorded beyond the venue's present, so that it shows the bar that is open. */
const lines = hourlyLines(901).slice(1);
const NOW = at(800) + HOUR / 2;

afterEach(() => void vi.useRealTimers());
/** Sets this machine's clock; timers run as ever. */
const machineAt = (time: number): void => void vi.useFakeTimers({ toFake: ['Date'], now: time });

async function venue(exchange: string) {
  const folder = exchange === 'binance' ? 'binance_spot_1h' : `${exchange}_1h`;
  const directory = madeRecording({ [`ohlcv/${folder}/BTCUSD_1h.csv`]: csvOf(lines) });
  const provider = { ...recordedProvider(directory), now: () => NOW };
  const { url } = kept(await startReplay({ provider }));
  return madeSteps({ FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ [exchange]: url }) });
}

const SKEWS: [string, number][] = [
  ['five hours ahead', 5 * HOUR],
  ['five hours behind', -5 * HOUR],
  ['a year ahead', 8760 * HOUR],
  ['a year behind', -8760 * HOUR],
];

describe.each(['binance', 'kraken', 'coinbase'])('a clock of this machine beside that of %s', (exchange) => {
  it.each(SKEWS)('%s: what is closed is what the venue has closed', async (_, skew) => {
    machineAt(NOW + skew);
    const { ports, steps } = await venue(exchange);
    const stream = `${exchange}/BTC-USD/1h`;
    const plan = await steps.resolveBars({ stream, source: 'live', from: at(500) });
    expect(plan.to).toBe(at(800));
    await steps.fetchBars({ ...plan, cursor: plan.from });
    const report = await steps.measureCoverage(plan);
    expect(report).toMatchObject({ expected: 300, stored: 300, missing: 0, quarantined: 0 });
    const key = { stream: parseStream(stream), source: plan.source, asOf: Infinity };
    const bars = await ports.series.read({ ...key, range: { from: -Infinity, to: Infinity } });
    expect(bars.map(({ time }) => time)).toEqual(Array.from({ length: 300 }, (__, i) => at(500 + i)));
    expect(bars.every(({ knownAt }) => knownAt <= NOW)).toBe(true);
    // Asked for the future, too: it is not there yet, and nothing is told of it.
    await expect(steps.resolveBars({ stream, source: 'live', from: at(800), to: at(900) })).rejects.toThrow(
      `the source's last bar closes at ${new Date(at(800)).toISOString()}`,
    );
  });

  it('that is set while it collects changes nothing', async () => {
    machineAt(NOW);
    const { ports, steps } = await venue(exchange);
    const stream = `${exchange}/BTC-USD/1h`;
    const plan = await steps.resolveBars({ stream, source: 'live', from: at(500) });
    machineAt(NOW + 5 * HOUR);
    await steps.fetchBars({ ...plan, to: at(900), cursor: plan.from });
    const key = { stream: parseStream(stream), source: plan.source, asOf: Infinity };
    const times = await ports.series.times({ ...key, range: { from: -Infinity, to: Infinity } });
    expect(times.at(-1)).toBe(at(799));
  });
});

describe('a venue without an interface for its time', () => {
  const opened = async (headers: Record<string, string>) => {
    const directory = madeRecording({ 'ohlcv/binance_spot_1h/BTCUSD_1h.csv': csvOf(lines) });
    const { url } = kept(
      await startReplay({
        provider: recordedProvider(directory),
        faults: ({ path }) => (path.endsWith('ping') ? null : { headers }),
      }),
    );
    const connection = connectVenue({ client: 'binance', name: 'somewhere', host: url, cache: null });
    (await connection.open()).exchange.has['fetchTime'] = false;
    await connection.listed(parseStream('binance/BTC-USD/1h'));
    return connection;
  };

  it('is believed by the date of its answers', async () => {
    machineAt(NOW + 5 * HOUR);
    const connection = await opened({ date: new Date(NOW).toUTCString() });
    const now = await connection.now();
    expect(now).toBeGreaterThanOrEqual(NOW - 1000);
    expect(now).toBeLessThan(NOW + 10_000);
  });

  it('and without a date is refused: nothing says what is closed', async () => {
    const connection = await opened({ date: 'some time' });
    await expect(connection.now()).rejects.toThrow(
      /somewhere tells no time and its answers have no date, so which bars are closed cannot be known/,
    );
  });
});
