import type { Evaluation } from '../evaluation.js';
import { accuracyTooGood } from './leaks/labels.js';
import type { LeakAudit, LeakCheck } from './leaks/verdict.js';
import type { ForecastRows } from './rows.js';
import type { FoldFigures } from './walk-forward.js';

/** What one fold came to on one stream. */
export function foldFigures(fold: number, evaluation: Evaluation): FoldFigures {
  const { model, dataset, id, from, to, n, mae, directionalAccuracy, wilson95 } = evaluation;
  const { interval, distribution, baselines } = evaluation;
  const persistence = <T extends { name: string }>(list: T[] | undefined): T | undefined =>
    list?.find(({ name }) => name === 'persistence');
  return {
    ...{ fold, model, dataset, evaluation: id, from, to, n, mae, directionalAccuracy, wilson95 },
    persistenceMae: persistence(baselines)?.mae ?? NaN,
    measuredCoverage: interval?.measuredCoverage ?? NaN,
    meanWidth: interval?.meanWidth ?? NaN,
    crps: distribution?.crps ?? NaN,
    persistenceCrps: persistence(distribution?.baselines)?.crps ?? NaN,
  };
}

/** The folds' audits as one: a check fails where it fails in any fold; the accuracy is that of all rows together. */
export function poolAudits(args: {
  audits: { fold: number; audit: LeakAudit }[];
  rows: ForecastRows;
  horizonBars: number;
  timeframeMs: number;
  explanation?: string;
}): LeakAudit {
  const { audits, ...scored } = args;
  const names = [...new Set(audits.flatMap(({ audit }) => audit.checks.map(({ check }) => check)))];
  const checks = names.map((check): LeakCheck => {
    if (check === 'accuracy') return accuracyTooGood({ ...scored, seed: '' });
    const of = audits.flatMap(({ fold, audit }) => {
      const found = audit.checks.find((each) => each.check === check);
      return found ? [{ fold, ...found }] : [];
    });
    const worst = RANKS.flatMap((verdict) => of.find((each) => each.verdict === verdict) ?? [])[0];
    const { fold = 0, ...rest } = worst ?? { verdict: 'skipped', text: 'No fold', figure: null, bound: null };
    return { ...rest, check, text: `Fold ${fold}: ${rest.text}` };
  });
  return { passed: !checks.some(({ verdict }) => verdict === 'leak'), checks };
}

/** What one has to know first. */
const RANKS: LeakCheck['verdict'][] = ['leak', 'explained', 'skipped', 'pass'];
