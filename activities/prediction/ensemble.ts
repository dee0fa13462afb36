import { combined, ensembleWeights, type EnsembleKind } from '../../domain/ensembles.js';
import { InvalidInputError } from '../../domain/errors.js';
import { fanFromResiduals } from '../../domain/prediction/fan.js';
import { knownRows, moveAfter, uncertaintyOf } from '../../domain/prediction/residuals.js';
import { relativeError } from '../../domain/prediction/selection.js';
import { derived, pastForecast, type Answer, type AnswerArgs } from './answers.js';
import type { Candidate } from './candidates.js';
import type { ModelForecasts } from './forecasts.js';

interface Member extends Candidate {
  of: ModelForecasts;
}

/**
 * What several models say together, with an interval from how wrong they were together.
 * @throws InvalidInputError for fewer than two members, or where the weights cannot be had; else as `answerOf`
 */
export async function ensembleAnswer(
  kind: EnsembleKind,
  candidates: readonly Candidate[],
  args: AnswerArgs,
): Promise<Answer> {
  const horizonBars = candidates[0]?.evaluation.horizonBars ?? 1;
  if (candidates.length < 2)
    throw new InvalidInputError(`an ensemble needs two models; ${candidates.length} can answer`);
  const { matrix, forecasts, rowsOf } = args;
  const members: Member[] = [];
  for (const each of candidates)
    members.push({ ...each, of: await forecasts.of(each, await rowsOf(each.model.featureVersion)) });
  const weights = ensembleWeights(
    kind,
    members.map(({ model, evaluation, of }) => ({
      name: `${model.name}@${model.version}`,
      relativeError: relativeError(evaluation),
      heldOut: of.file.rows,
    })),
  );
  const now: number[] = [];
  for (const { of } of members) now.push((await of.at(matrix.time.length - 1)).scaled);
  const scaled = combined(weights, now);
  const key = JSON.stringify([kind, ...members.map(({ model, evaluation }) => [model.id, evaluation.id])]);
  const uncertainty = await derived(matrix, key, async () =>
    uncertaintyOf({
      calibration: [],
      residuals: await pastResiduals(members, { ...args, weights, horizonBars }),
      horizonBars,
      coverage: members[0]?.evaluation.conformal.coverage ?? NaN,
    }),
  );
  const names = members.map(({ model }) => `${model.name}@${model.version}`);
  return {
    model: `ensemble:${kind}`,
    reason: `${kind} of ${names.map((name, i) => `${name} (${(weights[i] ?? NaN).toFixed(3)})`).join(', ')}`,
    horizonBars,
    scaled,
    uncertainty,
    inferenceMs: 0,
    path: fanFromResiduals({ horizonBars, scaled, residuals: uncertainty.residuals }),
    inputs: inputsOf(kind, members),
  };
}

/** Of the rows that no member learned from. */
async function pastResiduals(
  members: readonly Member[],
  args: AnswerArgs & { weights: readonly number[]; horizonBars: number },
): Promise<number[]> {
  const { matrix, weights, horizonBars, timeframeMs } = args;
  const from = Math.max(...members.map(({ of }) => of.file.from));
  const residuals: number[] = [];
  for (const row of knownRows(matrix, { horizonBars, from })) {
    const said: number[] = [];
    for (const { of } of members) said.push(await pastForecast(of, { matrix, row, horizonBars }));
    residuals.push(moveAfter({ matrix, row, horizonBars, timeframeMs }) - combined(weights, said));
  }
  return residuals;
}

/** Members are numbered in their order, from 1. */
function inputsOf(kind: EnsembleKind, members: readonly Member[]): Record<string, string | number> {
  const inputs: Record<string, string | number> = { ensemble: kind, members: members.length };
  members.forEach(({ model, evaluation, of }, i) => {
    inputs[`model:${i + 1}`] = `${model.name}@${model.version}`;
    inputs[`onnx:${i + 1}`] = model.onnx.sha256;
    inputs[`dataset:${i + 1}`] = of.dataset.sha256;
    inputs[`evaluation:${i + 1}`] = evaluation.id;
    inputs[`forecasts:${i + 1}`] = evaluation.forecasts.sha256;
  });
  return inputs;
}
