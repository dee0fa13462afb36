import { InvalidInputError } from '../errors.js';

/** What a version has to pass on its way to be served. Times are milliseconds, shares lie in 0 … 1. */
export interface RolloutPolicy {
  /** The principal who trained a version cannot approve it. */
  fourEyes: boolean;
  /** Which requests stay together: `auto` takes streams where there are enough of them for the first step. */
  sticky: 'auto' | 'stream' | 'bar';
  evidence: {
    /**
     * A version whose evaluation does not hold goes on all the same, its failed rules shown, and a person decides. Parity, leak
     * audit and latency are never waived.
     */
    waiveEvaluation: boolean;
  };
  latency: {
    /** Inferences of the probe. */
    probes: number;
    maxP95Ms: number;
  };
  shadow: {
    minRequests: number;
    minMs: number;
    /** Without enough requests by then the candidate is rejected. */
    maxMs: number;
    /** Of the champion's requests that are mirrored. */
    share: number;
    maxFailureShare: number;
    /** Of the expected moves, in units of volatility·√horizon. */
    maxMeanAbsDifference: number;
  };
  approval: {
    /** False: the next stage begins by itself. */
    required: boolean;
    escalateMs: number;
    expireMs: number;
  };
  canary: {
    /** Percent of requests, ascending; none: promoted at once. */
    steps: number[];
    /** Of the candidate, in each step. */
    minRequests: number;
    minMs: number;
    /** A step without enough requests by then ends the rollout. */
    maxMs: number;
    /** One inference of the candidate may take so long before the champion is asked. */
    timeoutMs: number;
  };
  rollback: {
    /** Of these failures at least, and only where the share is certainly (Wilson) above `maxFailureShare`. */
    minFailures: number;
    maxFailureShare: number;
    /** Requests before times are compared. */
    minTimes: number;
    maxP95Ms: number;
    /** How many times the champion's p95. */
    maxSlowdown: number;
    /** Below so much nothing is compared: on a busy machine a few inferences wait longer by chance, ms. */
    noticeableMs: number;
    /** Settled forecasts before coverage is looked at, and how far below its promise it may certainly lie. */
    minSettled: number;
    coverageTolerance: number;
    /** A drift report with the verdict `drift` ends it. */
    onDrift: boolean;
  };
  /** A promoted version is looked at for so long. */
  watchMs: number;
  /** Between two looks. */
  lookMs: number;
}

const SECOND = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export const ROLLOUT_POLICY: RolloutPolicy = {
  fourEyes: true,
  sticky: 'auto',
  evidence: { waiveEvaluation: false },
  latency: { probes: 20, maxP95Ms: 250 },
  shadow: {
    ...{ minRequests: 50, minMs: HOUR, maxMs: 7 * DAY, share: 1 },
    ...{ maxFailureShare: 0.01, maxMeanAbsDifference: 1 },
  },
  approval: { required: true, escalateMs: 8 * HOUR, expireMs: 3 * DAY },
  canary: { steps: [5, 25, 50], minRequests: 30, minMs: HOUR, maxMs: 7 * DAY, timeoutMs: 2 * SECOND },
  rollback: {
    ...{
      minFailures: 3,
      maxFailureShare: 0.02,
      minTimes: 50,
      maxP95Ms: 1000,
      maxSlowdown: 3,
      noticeableMs: 50,
    },
    ...{ minSettled: 50, coverageTolerance: 0.05, onDrift: true },
  },
  watchMs: 7 * DAY,
  lookMs: 5 * SECOND,
};

/** Each part by its members; what is left out has its default. */
export type PolicyChanges = { [K in keyof RolloutPolicy]?: RolloutPolicy[K] | Partial<RolloutPolicy[K]> };

/** @throws InvalidInputError naming the member that cannot be, and what would be right */
export function resolvePolicy(changes: PolicyChanges = {}): RolloutPolicy {
  const policy = { ...ROLLOUT_POLICY } as Record<string, unknown>;
  for (const [name, value] of Object.entries(changes)) {
    const usual = policy[name];
    if (usual === undefined)
      throw new InvalidInputError(`Unknown "${name}" in policy; known: ${Object.keys(policy).join(', ')}`);
    if (value === undefined) continue;
    policy[name] = typeof usual === 'object' ? merged(name, usual as Record<string, unknown>, value) : value;
  }
  return checked(policy as unknown as RolloutPolicy);
}

function merged(name: string, usual: Record<string, unknown>, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidInputError(`policy.${name} is no object; it has ${Object.keys(usual).join(', ')}`);
  const unknown = Object.keys(value).find((each) => !(each in usual));
  if (unknown)
    throw new InvalidInputError(
      `Unknown "${unknown}" in policy.${name}; known: ${Object.keys(usual).join(', ')}`,
    );
  return { ...usual, ...(value as Record<string, unknown>) };
}

const SHARES = ['shadow.share', 'shadow.maxFailureShare', 'rollback.maxFailureShare'].concat(
  'rollback.coverageTolerance',
);
/** Looking more often than this would fill histories for nothing. */
const LEAST_LOOK_MS = 100;

function checked(policy: RolloutPolicy): RolloutPolicy {
  if (!['auto', 'stream', 'bar'].includes(policy.sticky))
    throw new InvalidInputError(`policy.sticky is "${policy.sticky}"; known: auto, stream, bar`);
  for (const [name, value] of numbersOf(policy)) {
    if (!(typeof value === 'number' && Number.isFinite(value) && value >= 0))
      throw new InvalidInputError(`policy.${name} is ${String(value)}; it must be a number of 0 or more`);
    if (SHARES.includes(name) && value > 1)
      throw new InvalidInputError(`policy.${name} is ${value}; it must lie in 0 … 1`);
  }
  for (const [name, value] of flagsOf(policy))
    if (typeof value !== 'boolean')
      throw new InvalidInputError(`policy.${name} is ${String(value)}; it must be true or false`);
  if (policy.lookMs < LEAST_LOOK_MS)
    throw new InvalidInputError(`policy.lookMs is ${policy.lookMs}; it must be ${LEAST_LOOK_MS} or more`);
  if (policy.evidence.waiveEvaluation && !policy.approval.required)
    throw new InvalidInputError(
      'policy.evidence.waiveEvaluation needs policy.approval.required: a person decides what the evaluation does not',
    );
  checkSteps(policy.canary.steps);
  return policy;
}

function checkSteps(steps: unknown): void {
  const fine =
    Array.isArray(steps) &&
    steps.length <= 20 &&
    steps.every((each, i) => each > 0 && each < 100 && each > Number(i === 0 ? 0 : steps[i - 1]));
  if (!fine)
    throw new InvalidInputError(
      `policy.canary.steps is ${JSON.stringify(steps)}; it must be at most 20 ascending percents between 0 and 100, such as [5, 25, 50]`,
    );
}

const FLAGS = new Set(['fourEyes', 'evidence.waiveEvaluation', 'approval.required', 'rollback.onDrift']);
const OTHERS = new Set(['sticky', 'canary.steps']);

const leavesOf = (policy: RolloutPolicy): [string, unknown][] =>
  Object.entries(policy).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value as object).map(([inner, leaf]): [string, unknown] => [`${name}.${inner}`, leaf])
      : [[name, value]],
  );

const numbersOf = (policy: RolloutPolicy): [string, unknown][] =>
  leavesOf(policy).filter(([name]) => !FLAGS.has(name) && !OTHERS.has(name));

const flagsOf = (policy: RolloutPolicy): [string, unknown][] =>
  leavesOf(policy).filter(([name]) => FLAGS.has(name));
