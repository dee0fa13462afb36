import type { Evaluation } from '../domain/evaluation.js';

type Row = Record<string, unknown>;

const fixed = (value: number | null | undefined, digits: number): string =>
  value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);

/** The model and its baselines, a line each. */
export function evaluationRows(of: Evaluation): Row[] {
  const own = { ...of, name: of.model };
  return [own, ...of.baselines].map((each) => {
    const score =
      each === own ? of.distribution : of.distribution?.baselines.find(({ name }) => name === each.name);
    return {
      forecaster: each.name,
      mae: each.mae.toPrecision(5),
      direction: fixed(each.directionalAccuracy, 4),
      wilson95: each.wilson95.map((bound) => fixed(bound, 3)).join('…'),
      pinball: fixed(score?.pinball, 4),
      crps: fixed(score?.crps, 4),
    };
  });
}

/** Against each baseline: negative statistics mean that the model is better. */
export const testRows = ({ against = [] }: Evaluation): Row[] =>
  against.map(({ baseline, dieboldMariano, direction }) => ({
    against: baseline,
    'Diebold–Mariano': fixed(dieboldMariano.statistic, 2),
    p: fixed(dieboldMariano.pValue, 4),
    'only one right': direction ? `${direction.onlyModel} : ${direction.onlyBaseline}` : '–',
    'McNemar p': fixed(direction?.pValue, 4),
  }));

/** Skill by regime and by confidence. */
export const partRows = ({ regimes = [], byConfidence = [] }: Evaluation): Row[] =>
  [
    ...regimes.map((each) => ({ ...each, part: `${each.by} ${each.name}` })),
    ...byConfidence.map((each) => ({ ...each, part: `|P(up)-0.5| ${each.name}` })),
  ].map(({ part, n, directionalAccuracy, wilson95 }) => ({
    part,
    n,
    direction: fixed(directionalAccuracy, 4),
    wilson95: wilson95.map((bound) => fixed(bound, 3)).join('…'),
  }));

export function intervalText({
  interval,
  calibration,
  traded,
  pesaranTimmermann,
  leakAudit,
}: Evaluation): string {
  const parts = [`Pesaran–Timmermann p ${fixed(pesaranTimmermann.pValue, 4)}`];
  if (interval)
    parts.push(
      `intervals of ${fixed(100 * interval.coverage, 0)} % held ${fixed(100 * interval.measuredCoverage, 2)} % of ${interval.n}`,
    );
  if (calibration)
    parts.push(
      `Brier ${fixed(calibration.brier, 4)} (a coin 0.25), calibration error ${fixed(calibration.ece, 4)}`,
    );
  if (traded)
    parts.push(
      `traded ${fixed(100 * traded.totalReturn, 2)} % after costs, ${fixed(100 * traded.beforeCosts.totalReturn, 2)} % before, holding ${fixed(100 * traded.buyAndHold.totalReturn, 2)} %`,
    );
  if (leakAudit) parts.push(`leak audit ${leakAudit.passed ? 'passed' : 'failed'}`);
  return parts.join('; ');
}
