import { wilson } from '../statistics.js';
import type { RolloutPolicy } from './policy.js';
import type { CanaryFigures, ShadowFigures } from './record.js';

/** What became known of a version beside its requests. */
export interface Aftermath {
  /** Settled forecasts that it made since it got requests; `promised` is the coverage that its intervals aim at. */
  settled: { n: number; inside: number; promised: number } | null;
  /** A report of drift about it. */
  drift: { report: string; reasons: string[] } | null;
}

export type Verdict = { outcome: 'wait' | 'pass' | 'fail'; reasons: string[] };

const WAIT: Verdict = { outcome: 'wait', reasons: [] };

/** Whether a candidate did well enough beside the champion. `elapsedMs`: since it is in the shadow. */
export function shadowVerdict(args: {
  policy: RolloutPolicy;
  figures: ShadowFigures;
  elapsedMs: number;
}): Verdict {
  const { policy, figures, elapsedMs } = args;
  const { shadow, rollback } = policy;
  const { requests, failures, meanAbsDifference } = figures;
  const faults = failuresOf(figures, rollback);
  if (faults.length > 0) return { outcome: 'fail', reasons: faults };
  const isOver = requests >= shadow.minRequests && elapsedMs >= shadow.minMs;
  if (!isOver && elapsedMs < shadow.maxMs) return WAIT;
  const few = requests < shadow.minRequests;
  const differs = meanAbsDifference !== null && meanAbsDifference > shadow.maxMeanAbsDifference;
  const fails = requests > 0 && failures / requests > shadow.maxFailureShare;
  const slow = slownessOf({ requests, p95Ms: figures.p95Ms, championP95Ms: figures.championP95Ms }, rollback);
  const told = [
    mark(!few, `${requests} mirrored requests, ${shadow.minRequests} are needed`),
    mark(!fails, `${failures} of them failed; allowed is a share of ${shadow.maxFailureShare}`),
    mark(
      !differs,
      `its forecasts differ by ${plain(meanAbsDifference)} on average, in units of volatility; allowed is ${shadow.maxMeanAbsDifference}`,
    ),
    ...slow.map((text) => mark(false, text)),
  ];
  return { outcome: few || fails || differs || slow.length > 0 ? 'fail' : 'pass', reasons: told };
}

/** Whether a step of the canary is over, and how. `elapsedMs`: since the step began. */
export function canaryVerdict(args: {
  policy: RolloutPolicy;
  figures: CanaryFigures;
  elapsedMs: number;
  aftermath: Aftermath;
}): Verdict {
  const { policy, figures, elapsedMs, aftermath } = args;
  const { canary } = policy;
  const faults = rollbackReasons({ policy, figures, aftermath });
  if (faults.length > 0) return { outcome: 'fail', reasons: faults };
  const few = figures.requests < canary.minRequests;
  if (few && elapsedMs >= canary.maxMs)
    return {
      outcome: 'fail',
      reasons: [`only ${figures.requests} of ${canary.minRequests} requests came in ${elapsedMs / 1000} s`],
    };
  if (few || elapsedMs < canary.minMs) return WAIT;
  return {
    outcome: 'pass',
    reasons: [
      `For: ${figures.failures} of ${figures.requests} requests failed, p95 ${plain(figures.p95Ms)} ms beside ${plain(figures.championP95Ms)} ms of the champion.`,
    ],
  };
}

/** Why a version is to be taken back; none: it may stay. */
export function rollbackReasons(args: {
  policy: RolloutPolicy;
  figures: CanaryFigures;
  aftermath: Aftermath;
}): string[] {
  const { policy, figures, aftermath } = args;
  const { rollback } = policy;
  return [
    ...failuresOf(figures, rollback),
    ...slownessOf(figures, rollback),
    ...calibrationOf(aftermath.settled, rollback),
    ...(rollback.onDrift && aftermath.drift
      ? [`drift: ${aftermath.drift.report}: ${aftermath.drift.reasons.join('; ').slice(0, 500)}`]
      : []),
  ];
}

type RollbackRules = RolloutPolicy['rollback'];

/** A share that is certainly too large: a single failure of a few requests is not. */
function failuresOf(
  { requests, failures }: { requests: number; failures: number },
  { minFailures, maxFailureShare }: RollbackRules,
): string[] {
  if (failures === 0 || failures < minFailures) return [];
  const [lower] = wilson(failures, requests);
  if (lower <= maxFailureShare) return [];
  return [
    `error rate: ${failures} of ${requests} requests failed, certainly more than a share of ${maxFailureShare} (Wilson's lower bound ${lower.toFixed(3)})`,
  ];
}

function slownessOf(
  { requests, p95Ms, championP95Ms }: Pick<CanaryFigures, 'requests' | 'p95Ms' | 'championP95Ms'>,
  { minTimes, maxP95Ms, maxSlowdown, noticeableMs }: RollbackRules,
): string[] {
  if (p95Ms === null || requests < minTimes) return [];
  if (p95Ms > maxP95Ms) return [`latency: its p95 is ${plain(p95Ms)} ms; allowed are ${maxP95Ms} ms`];
  if (championP95Ms === null || p95Ms <= noticeableMs || p95Ms <= maxSlowdown * championP95Ms) return [];
  return [
    `latency: its p95 is ${plain(p95Ms)} ms beside ${plain(championP95Ms)} ms of the champion; allowed is ${maxSlowdown} times that`,
  ];
}

function calibrationOf(settled: Aftermath['settled'], rules: RollbackRules): string[] {
  if (settled === null || settled.n < rules.minSettled) return [];
  const { n, inside, promised } = settled;
  const [, upper] = wilson(inside, n);
  if (upper >= promised - rules.coverageTolerance) return [];
  return [
    `calibration: its intervals of ${promised} held ${inside} of ${n}, certainly less than ${(promised - rules.coverageTolerance).toFixed(3)} (Wilson's upper bound ${upper.toFixed(3)})`,
  ];
}

const mark = (holds: boolean, text: string): string => `${holds ? 'For' : 'Against'}: ${text}.`;

const plain = (value: number | null): string => (value === null ? 'unknown' : value.toPrecision(3));
