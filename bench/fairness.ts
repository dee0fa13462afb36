import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../domain/errors.js';
import { openFairPlatform, type Begun, type FairPlatform } from './fairness/platform.js';

const WEIGHTS = { small: 1, middle: 2, large: 4 };
const SLOTS = 4;
/** Each tenant's back-log: so many stories of so many steps. */
const BACKLOG = { stories: 3, steps: 100, ms: 5 };
/** The back-fill that live stories overtake. */
const BACKFILL = { items: 5000, steps: 200, ms: 20 };
const LIVE = { count: 60, pauseMs: 100, ms: 20 };
/** First in, first out, a live story waits for all of the back-fill: a part of it shows that. */
const PLAIN = { stories: 5, count: 1 };
const LIMITS = { shareError: 0.1, ratioOfIdle: 2 };

/**
 * Shares of tenants by weight, and live stories beside a back-fill of 5,000 steps; each beside the same without priorities in
 * the same run; `--items <n>` makes the back-fill a smaller one. A real server with its state in a file, as `finsight up` starts it, and four slots on the queue.
 */
export async function benchFairness(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({ args, options: { items: { type: 'string' } } });
  const stories = storiesOf(values.items);
  const platform = await openFairPlatform(WEIGHTS);
  try {
    const shares = {
      fair: await told('shares', sharesOf(platform, false)),
      firstInFirstOut: await told('shares, first in, first out', sharesOf(platform, true)),
    };
    const idle = await liveBeside(platform, { stories: 0, plain: false, count: LIVE.count });
    const during = await told(
      'live beside the back-fill',
      liveBeside(platform, { stories, plain: false, count: LIVE.count }),
    );
    const again = await liveBeside(platform, { stories: 0, plain: false, count: LIVE.count });
    const plain = await liveBeside(platform, { ...PLAIN, plain: true });
    const idleP95 = (idle.p95Ms + again.p95Ms) / 2;
    const ratio = round(during.p95Ms / idleP95, 2);
    const largest = shares.fair.largestError;
    return {
      slots: SLOTS,
      weights: WEIGHTS,
      shares: { ...shares, limits: { largestError: LIMITS.shareError }, holds: largest <= LIMITS.shareError },
      live: {
        idle,
        idleAgain: again,
        duringBackfill: during,
        beside1000FirstInFirstOut: plain,
        ratioOfIdle: ratio,
        limits: { ratioOfIdle: LIMITS.ratioOfIdle },
        holds: ratio <= LIMITS.ratioOfIdle,
      },
      load: loadavg()[0],
    };
  } finally {
    await platform.close();
  }
}

/** @throws InvalidInputError where the back-fill is no whole number of stories */
function storiesOf(items = String(BACKFILL.items)): number {
  const stories = Number(items) / BACKFILL.steps;
  if (Number.isInteger(stories) && stories > 0) return stories;
  throw new InvalidInputError(`--items ${items} is not a multiple of ${BACKFILL.steps}`);
}

const told = <T>(what: string, work: Promise<T>): Promise<T> => {
  process.stderr.write(`bench fairness: ${what}\n`);
  return work;
};

/** Shares of the steps that end while every tenant has some waiting. */
async function sharesOf(platform: FairPlatform, plain: boolean) {
  const tenants = Object.keys(WEIGHTS);
  const total = tenants.length * BACKLOG.stories * BACKLOG.steps;
  const queue = `shares-${plain ? 'plain' : 'fair'}`;
  const started = [];
  for (let story = 0; story < BACKLOG.stories; story++)
    for (const tenant of tenants)
      started.push(
        await platform.start('rescoreNews', { queue, tenant, steps: BACKLOG.steps, ms: BACKLOG.ms }, plain),
      );
  await platform.until(queue, total);
  const left = Object.fromEntries(tenants.map((tenant) => [tenant, BACKLOG.stories * BACKLOG.steps]));
  const ended: Record<string, number> = Object.fromEntries(tenants.map((tenant) => [tenant, 0]));
  const begin = performance.now();
  const worker = await platform.serve({ name: queue, slots: SLOTS }, (tenant) => {
    if (Object.values(left).every((waiting) => waiting > SLOTS)) ended[tenant] = (ended[tenant] ?? 0) + 1;
    left[tenant] = (left[tenant] ?? 0) - 1;
  });
  await Promise.all(started.map((story) => story.result()));
  const seconds = (performance.now() - begin) / 1000;
  await worker.stop();
  const all = Object.values(ended).reduce((sum, each) => sum + each, 0);
  const weights = Object.values(WEIGHTS).reduce((sum, each) => sum + each, 0);
  const rows = Object.entries(WEIGHTS).map(([tenant, weight]) => {
    const [share, wanted] = [(ended[tenant] ?? 0) / all, weight / weights];
    return { tenant, share: round(share, 4), wanted: round(wanted, 4), error: round(share / wanted - 1, 4) };
  });
  const largestError = Math.max(...rows.map(({ error }) => Math.abs(error)));
  return { counted: all, steps: total, stepsPerSecond: Math.round(total / seconds), rows, largestError };
}

let phases = 0;

/** From the start of a live story of one step to its result, ms; one after the other, so that they wait for the back-fill only. */
async function liveBeside(
  platform: FairPlatform,
  { stories, plain, count }: { stories: number; plain: boolean; count: number },
) {
  const queue = `live-${++phases}`;
  const fill = { queue, tenant: 'large', steps: BACKFILL.steps, ms: BACKFILL.ms };
  const started: Begun[] = [];
  for (let i = 0; i < stories; i++) started.push(await platform.start('rescoreNews', fill, plain));
  const total = stories * BACKFILL.steps;
  await platform.until(queue, total);
  let filled = 0;
  const worker = await platform.serve({ name: queue, slots: SLOTS }, (tenant) => {
    filled += tenant === 'large' ? 1 : 0;
  });
  await pause(1000);
  const times: number[] = [];
  const before = filled;
  const begin = performance.now();
  for (let i = 0; i < count; i++) {
    times.push(await liveOnce(platform, { queue, plain }));
    await pause(LIVE.pauseMs);
  }
  const [done, seconds] = [filled, (performance.now() - begin) / 1000];
  await Promise.all(started.map((story) => story.terminate().catch(() => undefined)));
  await worker.stop();
  const beside = {
    steps: total,
    leftAtTheEnd: total - done,
    stepsPerSecond: round((done - before) / seconds, 1),
  };
  return { n: times.length, ...quantiles(times), ...(stories > 0 ? { backfill: beside } : {}) };
}

async function liveOnce(
  platform: FairPlatform,
  { queue, plain }: { queue: string; plain: boolean },
): Promise<number> {
  const begin = performance.now();
  const burst = { queue, tenant: 'small', steps: 1, ms: LIVE.ms };
  await (await platform.start('predict', burst, plain)).result();
  return performance.now() - begin;
}

function quantiles(times: number[]): Record<'p50Ms' | 'p95Ms' | 'maxMs', number> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN, 1);
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));
