import type { CanaryFigures, ShadowFigures } from './record.js';

/** Inferences by their time: bucket i holds those below 0.05 ms · 1.1^i, so that a quantile is right to a tenth. */
export interface Tally {
  requests: number;
  failures: number;
  /** Why the latest failed; empty where none did. */
  lastFailure: string;
  buckets: Record<string, number>;
}

/** How the versions of a rollout fared in one phase of it, as one process saw it. */
export interface PhaseTally {
  /** `<rollout>:<phase>:<process>`. */
  id: string;
  rollout: string;
  /** `shadow`, `canary-25`, `promoted`. */
  phase: string;
  candidate: Tally;
  champion: Tally;
  /** Between mirrored answers, in units of volatility·√horizon. */
  difference: { n: number; sum: number; max: number };
  /** Requests that were not mirrored because enough were under way. */
  skipped: number;
  updatedAt: number;
}

const FIRST_MS = 0.05;
const GROWTH = 1.1;

export const emptyTally = (): Tally => ({ requests: 0, failures: 0, lastFailure: '', buckets: {} });

export const emptyPhase = (id: string, rollout: string, phase: string): PhaseTally => ({
  ...{ id, rollout, phase, candidate: emptyTally(), champion: emptyTally() },
  ...{ difference: { n: 0, sum: 0, max: 0 }, skipped: 0, updatedAt: 0 },
});

/** Adds one request; `failure` is why it failed, null where it was answered. */
export function count(tally: Tally, { ms, failure }: { ms: number; failure: string | null }): void {
  tally.requests++;
  if (failure !== null) {
    tally.failures++;
    tally.lastFailure = failure.slice(0, 300);
    return;
  }
  const bucket = Math.max(0, Math.ceil(Math.log(Math.max(ms, FIRST_MS) / FIRST_MS) / Math.log(GROWTH)));
  tally.buckets[bucket] = (tally.buckets[bucket] ?? 0) + 1;
}

/** Upper edge of the bucket that holds the quantile, ms; null where nothing was answered. */
export function quantileMs({ buckets }: Tally, share: number): number | null {
  const all = Object.entries(buckets)
    .map(([bucket, n]): [number, number] => [Number(bucket), n])
    .sort(([a], [b]) => a - b);
  const total = all.reduce((sum, [, n]) => sum + n, 0);
  let seen = 0;
  for (const [bucket, n] of all) {
    seen += n;
    if (seen >= share * total) return FIRST_MS * GROWTH ** bucket;
  }
  return null;
}

function added(a: Tally, b: Tally): Tally {
  const buckets = { ...a.buckets };
  for (const [bucket, n] of Object.entries(b.buckets)) buckets[bucket] = (buckets[bucket] ?? 0) + n;
  return {
    requests: a.requests + b.requests,
    failures: a.failures + b.failures,
    lastFailure: b.lastFailure || a.lastFailure,
    buckets,
  };
}

/** What all processes saw together; `all` in the order in which they were written. */
export function summed(all: readonly PhaseTally[]): Omit<PhaseTally, 'id' | 'rollout' | 'phase'> {
  let { candidate, champion, difference, skipped, updatedAt } = emptyPhase('', '', '');
  for (const each of all) {
    candidate = added(candidate, each.candidate);
    champion = added(champion, each.champion);
    const { n, sum, max } = each.difference;
    difference = { n: difference.n + n, sum: difference.sum + sum, max: Math.max(difference.max, max) };
    skipped += each.skipped;
    updatedAt = Math.max(updatedAt, each.updatedAt);
  }
  return { candidate, champion, difference, skipped, updatedAt };
}

export function shadowFigures(all: readonly PhaseTally[]): ShadowFigures {
  const { candidate, champion, difference } = summed(all);
  return {
    requests: candidate.requests,
    failures: candidate.failures,
    meanAbsDifference: difference.n > 0 ? difference.sum / difference.n : null,
    maxAbsDifference: difference.n > 0 ? difference.max : null,
    p95Ms: quantileMs(candidate, 0.95),
    championP95Ms: quantileMs(champion, 0.95),
  };
}

export function canaryFigures(all: readonly PhaseTally[]): CanaryFigures {
  const { candidate, champion } = summed(all);
  return {
    requests: candidate.requests,
    failures: candidate.failures,
    p95Ms: quantileMs(candidate, 0.95),
    championRequests: champion.requests,
    championFailures: champion.failures,
    championP95Ms: quantileMs(champion, 0.95),
  };
}
