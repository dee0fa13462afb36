import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, expect, it } from 'vitest';
import { madeSteps } from './made-steps.js';
import { barsSteps, type BarsPlan } from '../../activities/bars.js';
import type { Ports } from '../../adapters/ports.js';
import { parseStream } from '../../domain/streams.js';
import { madePorts } from './made-ports.js';

const HOUR = 3_600_000;
/** Two batches and a bit: pages are of 1,000 bars. */
const BARS = 43_500;
const to = Date.UTC(2025, 0, 1);
const from = to - BARS * HOUR;
const made = [madePorts(), madePorts()] as const;
afterAll(() => made.forEach((each) => each.remove()));

const planOf = (ports: Ports): Promise<BarsPlan> =>
  barsSteps(ports).resolveBars({ stream: 'binance/BTC-USDT/1h', source: 'simulated', from, to });

interface Chunk {
  stored: number;
  next: number | null;
}

/** Runs the step as its worker would, attempt after attempt, each from the heartbeat of the one before. */
async function attempts(ports: Ports, plan: BarsPlan): Promise<{ stored: number; failed: number }> {
  const total = { stored: 0, failed: 0 };
  for (let cursor: number | null = plan.from; cursor !== null;) {
    let heartbeatDetails: unknown;
    for (;;) {
      const environment = new MockActivityEnvironment({ heartbeatDetails });
      environment.on('heartbeat', (details: unknown) => (heartbeatDetails = details ?? heartbeatDetails));
      const run = environment.run(barsSteps(ports).fetchBars, { ...plan, cursor }) as Promise<Chunk>;
      const chunk = await run.catch(() => null);
      if (chunk) {
        total.stored += chunk.stored;
        cursor = chunk.next;
        break;
      }
      total.failed++;
    }
  }
  return total;
}

async function stateOf(ports: Ports, plan: BarsPlan) {
  const stream = parseStream(plan.stream);
  const digest = await ports.series.digest({ stream, source: plan.source, range: plan, asOf: Infinity });
  const records = await ports.documents.find<{ from: number; to: number; bars: number }>('fetches', {
    limit: 100,
  });
  const covered = records.items.map((each) => [each.from, each.to, each.bars]).sort((a, b) => a[0]! - b[0]!);
  const versions = await ports.series.versions({ stream, source: plan.source, range: plan, asOf: Infinity });
  return { ...digest, versions: versions.length, covered };
}

/** Ports that fail once each: at a page, when the bars are stored, and before the records are. */
function failing(ports: Ports): Ports {
  const once = <A extends unknown[], R>(work: (...args: A) => Promise<R>, at: number, after = false) => {
    let calls = 0;
    return async (...args: A): Promise<R> => {
      const strikes = ++calls === at;
      if (strikes && !after) throw new Error('killed');
      const result = await work(...args);
      if (strikes) throw new Error('killed');
      return result;
    };
  };
  const fetchBars = once(
    (request) => ports.markets(request.source).fetchBars(request.page),
    27,
  ) as (request: {
    source: BarsPlan['source'];
    page: Parameters<ReturnType<Ports['markets']>['fetchBars']>[0];
  }) => ReturnType<ReturnType<Ports['markets']>['fetchBars']>;
  return {
    ...ports,
    markets: (source) => ({ ...ports.markets(source), fetchBars: (page) => fetchBars({ source, page }) }),
    series: {
      ...ports.series,
      // The bars are stored, and nobody has been told so.
      writeColumns: once((write) => ports.series.writeColumns!(write), 2, true),
    },
    lineage: { ...ports.lineage, record: once((pages) => ports.lineage.record(pages), 1) },
  };
}

it('an attempt that is lost in the middle of a batch loses nothing, doubles nothing, and leaves every record', async () => {
  const [{ ports }, { ports: other }] = made;
  const plan = await planOf(ports);
  const undisturbed = await attempts(ports, plan);
  expect(undisturbed).toEqual({ stored: BARS, failed: 0 });
  const expected = await stateOf(ports, plan);
  expect(expected).toMatchObject({ rows: BARS, versions: BARS });
  expect(expected.covered).toHaveLength(44);

  const disturbed = await attempts(failing(other), await planOf(other));
  expect(disturbed.failed).toBeGreaterThan(1);
  expect(await stateOf(other, plan)).toEqual(expected);
  // What an attempt stored without saying so is not counted again.
  expect(disturbed.stored).toBeLessThanOrEqual(BARS);
});

it('says what the source has where a window lies before all of it', async () => {
  const { steps } = madeSteps();
  const resolve = (stream: string, from: string, to: string) =>
    steps.resolveBars({ stream, source: 'simulated', from, to });
  await expect(resolve('binance/BTC-USDT/1m', '2023-01-01', '2023-01-03')).rejects.toThrow(
    'No bars of binance/BTC-USDT/1m between 2023-01-01T00:00:00.000Z and 2023-01-03T00:00:00.000Z: ' +
      'the source has them from 2024-10-03T00:01:00.000Z to 2025-01-01T00:00:00.000Z',
  );
  await expect(resolve('binance/BTC-USDT/1h', '2018-01-01', '2018-01-03')).rejects.toMatchObject({
    name: 'InvalidInputError',
  });
  expect(await resolve('binance/BTC-USDT/1m', '2024-10-02', '2024-10-04')).toMatchObject({ present: 0 });
});
