import type { CalibrationDrift } from './calibration.js';
import type { InputDrift } from './inputs.js';
import type { ResidualDrift } from './residuals.js';
import { DRIFT_FAMILIES, DRIFT_THRESHOLDS, type DriftThresholds } from './thresholds.js';

/** `unknown`: too little to say; `watch`: certain, but not large. */
export type DriftVerdict = 'unknown' | 'stable' | 'watch' | 'drift';
export type DriftFamily = 'inputs' | 'residuals' | 'calibration';

export interface DriftFinding {
  family: DriftFamily;
  verdict: DriftVerdict;
  /** What moved, with its figures; for `unknown`, what is missing. */
  reasons: string[];
}

/** A measurement, or why there is none. */
export type Measured<T> = { measured: T } | { missing: string };

const ORDER: readonly DriftVerdict[] = ['unknown', 'stable', 'watch', 'drift'];

/** The gravest of the families' verdicts; each family may give a false alarm with a third of the level. */
export function judgeDrift(args: {
  inputs: Measured<InputDrift[]>;
  residuals: Measured<ResidualDrift>;
  calibration: Measured<CalibrationDrift>;
  thresholds?: Partial<DriftThresholds>;
}): { verdict: DriftVerdict; findings: DriftFinding[] } {
  const limits = { ...DRIFT_THRESHOLDS, ...args.thresholds };
  const findings = [
    findingOf('inputs', args.inputs, (inputs) => inputs.map((each) => judgeInput(each, limits))),
    findingOf('residuals', args.residuals, (residuals) => judgeResiduals(residuals, limits)),
    findingOf('calibration', args.calibration, (calibration) => judgeCalibration(calibration, limits)),
  ];
  return { verdict: gravest(findings), findings };
}

interface Judged {
  verdict: DriftVerdict;
  reason: string;
}

function findingOf<T>(family: DriftFamily, found: Measured<T>, judge: (value: T) => Judged[]): DriftFinding {
  if ('missing' in found) return { family, verdict: 'unknown', reasons: [found.missing] };
  const judged = judge(found.measured);
  const verdict = gravest(judged);
  const telling = judged.filter((each) => each.verdict === verdict && verdict !== 'stable');
  return { family, verdict, reasons: telling.map(({ reason }) => reason) };
}

const gravest = (all: { verdict: DriftVerdict }[]): DriftVerdict =>
  ORDER[Math.max(0, ...all.map(({ verdict }) => ORDER.indexOf(verdict)))] ?? 'unknown';

function judgeInput(input: InputDrift, limits: DriftThresholds): Judged {
  const { name, psi, distance, qValue } = input;
  const certain = qValue <= limits.level / DRIFT_FAMILIES;
  const large = psi >= limits.psiDrift ? 'drift' : psi >= limits.psiWatch ? 'watch' : 'stable';
  const reason = `${name}: PSI ${psi.toFixed(2)}, distance ${distance.toFixed(2)}, q ${shown(qValue)}`;
  return { verdict: certain ? large : 'stable', reason };
}

function judgeResiduals(found: ResidualDrift, limits: DriftThresholds): Judged[] {
  const { meanShift, meanP, scaleRatio, scaleP, n } = found;
  const widest = Math.max(scaleRatio, 1 / scaleRatio);
  return [
    judged(meanP, {
      large: Math.abs(meanShift) >= limits.meanShift,
      limits,
      reason: `mean of ${n} errors moved by ${meanShift.toFixed(2)} deviations, p ${shown(meanP)}`,
    }),
    judged(scaleP, {
      large: widest >= limits.scaleRatio,
      limits,
      reason: `errors are ${scaleRatio.toFixed(2)} times as large as in the evaluation, p ${shown(scaleP)}`,
    }),
  ];
}

function judgeCalibration(found: CalibrationDrift, limits: DriftThresholds): Judged[] {
  const { coverage, promised, coverageP, brier, referenceBrier, brierP, n } = found;
  return [
    judged(coverageP, {
      large: Math.abs(coverage - promised) >= limits.coverageGap,
      limits,
      reason: `${percent(coverage)} of ${n} moves lay in intervals of ${percent(promised)}, p ${shown(coverageP)}`,
    }),
    judged(brierP, {
      large: brier - referenceBrier >= limits.brierGap,
      limits,
      reason: `Brier ${brier.toFixed(4)} against ${referenceBrier.toFixed(4)} in the evaluation, p ${shown(brierP)}`,
    }),
  ];
}

/** Two tests share a family's level; NaN, where nothing varies, is no alarm. */
function judged(pValue: number, args: { large: boolean; limits: DriftThresholds; reason: string }): Judged {
  const certain = 2 * pValue <= args.limits.level / DRIFT_FAMILIES;
  return { verdict: certain ? (args.large ? 'drift' : 'watch') : 'stable', reason: args.reason };
}

const shown = (value: number): string => (value < 1e-3 ? value.toExponential(1) : value.toFixed(3));
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
