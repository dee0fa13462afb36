import type { Evaluation } from '../evaluation.js';
import type { ModelLeak, PromotionPolicy } from '../models.js';
import { leaksOf } from './leaks/verdict.js';

/** One rule of a promotion: whether it speaks for it, and its figures. */
export interface Rule {
  holds: boolean;
  text: string;
}

/** Evaluations of before there was an audit, or intervals that adapt, say nothing of them. */
export function auditRules(evaluations: Evaluation[], leaks: ModelLeak[]): Rule[] {
  const audits = evaluations.flatMap(({ leakAudit, stream }) =>
    leakAudit ? [{ ...leakAudit, stream }] : [],
  );
  const failed = audits.flatMap((audit) => leaksOf(audit).map((text) => `${audit.stream}: ${text}`));
  const before = leaks.flatMap(({ stream, reasons }) => reasons.map((text) => `${stream}: ${text}`));
  const found = [...new Set([...failed, ...before])];
  if (audits.length === 0 && found.length === 0) return [];
  const text =
    found.length > 0
      ? `the leak audit failed: ${found.join('; ')}.`
      : `no leak was found on ${audits.map(({ stream }) => stream).join(', ')}.`;
  return [{ holds: found.length === 0, text }];
}

export function coverageRules(evaluations: Evaluation[], policy: PromotionPolicy): Rule[] {
  const { coverageTolerance, coverageSamples } = policy;
  return evaluations.flatMap(({ interval, stream }) => {
    if (!interval || interval.n < coverageSamples) return [];
    const off = Math.abs(interval.measuredCoverage - interval.coverage);
    const text = `intervals of ${percent(interval.coverage)} held ${percent(interval.measuredCoverage)} of ${interval.n} on ${stream}; allowed is a difference of ${percent(coverageTolerance)}.`;
    // A coverage that is no number must not pass.
    return [{ holds: off <= coverageTolerance, text }];
  });
}

export const percent = (value: number): string =>
  Number.isNaN(value) ? 'no number' : `${(100 * value).toFixed(2)} %`;
