import { bestBaseline } from '../../domain/models.js';
import { baselineForecast } from '../../domain/prediction.js';
import { fanFromResiduals } from '../../domain/prediction/fan.js';
import { baselineUncertainty } from '../../domain/prediction/residuals.js';
import { COVERAGE } from '../evaluation.js';
import { derived, type Answer, type AnswerArgs } from './answers.js';
import type { Asked } from './asked.js';
import type { Evidence } from './candidates.js';

/** The baseline that answers where no model does, and why it is this one. */
export interface ChosenBaseline {
  name: string;
  reason: string;
}

/** The best of the latest evaluation on this stream and horizon, then persistence, which always has an answer. */
export async function chooseBaselines(
  evidence: Evidence,
  asked: Asked,
  args: { horizonBars: number; modelsFailed: boolean },
): Promise<ChosenBaseline[]> {
  const { horizonBars, modelsFailed } = args;
  const found = await evidence.ofStream(asked.stream, asked.source);
  const latest = found.find((each) => each.horizonBars === horizonBars);
  const last = { name: 'persistence', reason: 'no other baseline has an answer: persistence answers' };
  if (!latest)
    return [
      {
        ...last,
        reason: `no model was evaluated yet ${horizonBars} bars ahead on ${asked.stream}: the best baseline answers`,
      },
    ];
  const { name } = bestBaseline([latest]);
  const why = modelsFailed ? 'no model could answer' : `${latest.model} was not promoted`;
  const best = { name, reason: `${why}: the best baseline answers` };
  return name === 'persistence' ? [best] : [best, last];
}

export async function baselineAnswer(
  chosen: ChosenBaseline,
  args: Omit<AnswerArgs, 'forecasts'> & { horizonBars: number },
): Promise<Answer> {
  const { name, reason } = chosen;
  const { matrix, horizonBars } = args;
  const scaled = baselineForecast(name, { matrix, row: matrix.time.length - 1, horizonBars });
  const uncertainty = await derived(matrix, `baseline ${name} ${horizonBars}`, async () =>
    baselineUncertainty(name, { ...args, coverage: COVERAGE }),
  );
  return {
    model: `baseline:${name}`,
    reason,
    horizonBars,
    scaled,
    uncertainty,
    inferenceMs: 0,
    path: fanFromResiduals({ horizonBars, scaled, residuals: uncertainty.residuals }),
    inputs: { baseline: name },
  };
}
