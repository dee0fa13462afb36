import { dieboldMariano, mean } from '../statistics.js';
import type { DriftVerdict } from './verdict.js';

/** What is done where drift was found: nothing, tell, or also train anew. */
export const DRIFT_POLICIES = ['off', 'alert', 'retrain'] as const;
export type DriftPolicy = (typeof DRIFT_POLICIES)[number];

/** After a retraining the next one waits so long, whatever drifts meanwhile. */
export const COOL_DOWN_HOURS = 72;

export interface RetrainingState {
  /** Epoch ms. */
  retrainedAt: number;
  /** The report that asked for it. */
  report: string;
}

export interface DriftDecision {
  action: 'none' | 'alert' | 'retrain' | 'wait';
  reason: string;
}

const HOUR = 3_600_000;

/** What follows from a report. A repeated decision on the same report is the same decision. */
export function decideOnDrift(args: {
  report: { id: string; verdict: DriftVerdict };
  policy: DriftPolicy;
  coolDownHours: number;
  /** The latest retraining of the model; null where there was none. */
  before: RetrainingState | null;
  now: number;
}): DriftDecision {
  const { report, policy, coolDownHours, before, now } = args;
  if (report.verdict !== 'drift') return { action: 'none', reason: `the verdict is ${report.verdict}` };
  if (policy === 'off') return { action: 'none', reason: 'the policy is off' };
  if (policy === 'alert') return { action: 'alert', reason: 'the policy is to alert only' };
  if (!before || before.report === report.id)
    return { action: 'retrain', reason: 'the policy is to retrain' };
  const until = before.retrainedAt + coolDownHours * HOUR;
  if (now >= until)
    return { action: 'retrain', reason: `the last retraining is over ${coolDownHours} hours ago` };
  const text = new Date(until).toISOString();
  return { action: 'wait', reason: `a retraining began for ${before.report}; the next may begin at ${text}` };
}

/** Two models on the same held-out rows. */
export interface RecentComparison {
  /** Forecasts whose horizons do not overlap. */
  n: number;
  /** Mean squared error in units of volatility·√horizon. */
  championLoss: number;
  challengerLoss: number;
  /** Diebold–Mariano, negative where the challenger loses less; one-sided p that it does. */
  statistic: number;
  pValue: number;
  better: boolean;
  reason: string;
}

export interface RecentRow {
  time: number;
  /** Squared errors. */
  champion: number;
  challenger: number;
}

/** One-sided: a challenger that is as good by chance takes the place in one of twenty. */
export const BETTER_LEVEL = 0.05;
/** As the promotion asks for of a stream. */
export const LEAST_COMPARED = 100;

/**
 * Is the challenger better on recent rows? Streams move together, so their losses at one time are one observation:
 * their mean. Rows whose horizons overlap are left out, and the rest is compared in pairs by Diebold and Mariano (1995)
 * with the correction of Harvey, Leybourne and Newbold (1997).
 */
export function compareRecent(args: { rows: readonly RecentRow[]; horizonMs: number }): RecentComparison {
  const times = meansByTime(args.rows);
  const kept: RecentRow[] = [];
  for (const row of times) if (row.time >= (kept.at(-1)?.time ?? -Infinity) + args.horizonMs) kept.push(row);
  const [champion, challenger] = [
    Float64Array.from(kept, (row) => row.champion),
    Float64Array.from(kept, (row) => row.challenger),
  ];
  const { statistic, pValue: twoSided } = dieboldMariano(challenger, champion, 1);
  const pValue = statistic < 0 ? twoSided / 2 : 1 - twoSided / 2;
  const [championLoss, challengerLoss] = [mean(champion), mean(challenger)];
  const n = kept.length;
  const better = n >= LEAST_COMPARED && pValue <= BETTER_LEVEL;
  const against = `${challengerLoss.toFixed(4)} against the champion's ${championLoss.toFixed(4)}`;
  const proof = Number.isNaN(pValue) ? 'their errors do not differ' : `one-sided p ${pValue.toFixed(4)}`;
  const few = n < LEAST_COMPARED ? `; ${LEAST_COMPARED} forecasts are needed` : '';
  const reason = `mean squared error ${against} on ${n} recent forecasts, ${proof}, needed ${BETTER_LEVEL}${few}`;
  return { n, championLoss, challengerLoss, statistic, pValue, better, reason };
}

function meansByTime(rows: readonly RecentRow[]): RecentRow[] {
  const sums = new Map<number, { champion: number; challenger: number; n: number }>();
  for (const { time, champion, challenger } of rows) {
    const sum = sums.get(time) ?? { champion: 0, challenger: 0, n: 0 };
    sums.set(time, {
      champion: sum.champion + champion,
      challenger: sum.challenger + challenger,
      n: sum.n + 1,
    });
  }
  return [...sums]
    .map(([time, sum]) => ({ time, champion: sum.champion / sum.n, challenger: sum.challenger / sum.n }))
    .sort((a, b) => a.time - b.time);
}
