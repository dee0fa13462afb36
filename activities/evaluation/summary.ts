import type { Evaluation } from '../../domain/evaluation.js';
import { leaksOf } from '../../domain/evaluation/leaks/verdict.js';

/** What travels through a story; the evaluation itself lies in the documents. */
export interface EvaluationSummary extends Pick<
  Evaluation,
  'id' | 'model' | 'stream' | 'from' | 'to' | 'n' | 'directionalAccuracy'
> {
  /** Of the adaptive intervals. */
  measuredCoverage: number;
  /** Why the leak audit failed; empty where it passed. */
  leaks: string[];
}

export function summaryOf(evaluation: Evaluation): EvaluationSummary {
  const { id, model, stream, from, to, n, directionalAccuracy, interval, leakAudit } = evaluation;
  return {
    ...{ id, model, stream, from, to, n, directionalAccuracy },
    measuredCoverage: interval?.measuredCoverage ?? NaN,
    leaks: leakAudit ? leaksOf(leakAudit) : [],
  };
}
