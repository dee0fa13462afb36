import { wilson } from './statistics.js';
import type { Evaluation } from './evaluation.js';
import type { Source } from './sources.js';

export type ModelTask = 'forecast' | 'sentiment';
export type Stage = 'candidate' | 'champion' | 'rejected' | 'archived';

/** A file in the object store with its digest; models and datasets travel as these, never as bytes. */
export interface ObjectRef {
  key: string;
  sha256: string;
  bytes: number;
}

/** What serving needs to answer for a model. */
export interface ModelRef {
  name: string;
  version: string;
  onnx: ObjectRef;
}

export interface ModelVersion extends ModelRef {
  /** `mdl_<name>@<version>`. */
  id: string;
  task: ModelTask;
  /** `patchtst`, `ridge`, `ngram-logistic`. */
  kind: string;
  /** Digest of everything that decides the weights: training the same twice is the same work. */
  specSha256: string;
  spec: Record<string, unknown>;
  dataset: string | null;
  /** Training-time figures: losses by epoch, rows. */
  training: Record<string, unknown>;
  parityMaxAbs: number;
  seconds: number;
  stage: Stage;
  createdAt: number;
  source: Source;
  /** Version of the feature definitions it was trained on; another one is refused at serving. */
  featureVersion: string;
}

export const modelId = (model: { name: string; version: string }): string =>
  `mdl_${model.name}@${model.version}`;

export interface PromotionPolicy {
  maxParity: number;
  minSamples: number;
  /** A directional accuracy above this is taken for a leak until it is explained. */
  leakAccuracy: number;
  /** How much worse than persistence's the mean absolute error may be. */
  maeTolerance: number;
}

export const PROMOTION_POLICY: PromotionPolicy = {
  maxParity: 1e-5,
  minSamples: 100,
  leakAccuracy: 0.6,
  maeTolerance: 0.01,
};

/** Decides on the evidence of all streams together; every rule leaves its figures as a reason, for or against. */
export function shouldPromote(args: {
  evaluations: Evaluation[];
  parityMaxAbs: number;
  policy?: Partial<PromotionPolicy>;
}): { promote: boolean; reasons: string[] } {
  const { evaluations, parityMaxAbs } = args;
  const policy = { ...PROMOTION_POLICY, ...args.policy };
  const n = sum(evaluations, (each) => each.n);
  const accuracy = sum(evaluations, (each) => each.directionalAccuracy * each.n) / n;
  const [lower] = wilson(accuracy * n, n);
  const rival = strongestDirection(evaluations);
  const error = relativeError(evaluations, (each) => each.mae);
  const profit = sum(evaluations, (each) => each.profitAfterCosts.total) / evaluations.length;
  const few = evaluations.filter((each) => each.n < policy.minSamples).map((each) => each.stream);
  const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
  const rules: [boolean, string][] = [
    [parityMaxAbs <= policy.maxParity, `ONNX parity ${parityMaxAbs.toExponential(1)}, allowed ${policy.maxParity}.`],
    [evaluations.length > 0 && few.length === 0, `${n} held-out forecasts, at least ${policy.minSamples} a stream are needed.`],
    [lower > 0.5, `Direction right in ${percent(accuracy)}; the lower Wilson bound ${percent(lower)} must be above 50 %.`],
    [accuracy > rival.accuracy, `Best baseline direction: ${rival.name} with ${percent(rival.accuracy)}.`],
    [error <= 1 + policy.maeTolerance, `Mean absolute error ${error.toFixed(4)} times persistence's, allowed ${1 + policy.maeTolerance}.`],
    [profit > 0, `Trading the sign earns ${percent(profit)} after costs on average over the streams.`],
    [!(accuracy > policy.leakAccuracy), `Accuracy above ${percent(policy.leakAccuracy)} counts as a leak until explained.`],
  ];
  const reasons = rules.map(([held, text]) => `${held ? 'For' : 'Against'}: ${text}`);
  return { promote: rules.every(([held]) => held), reasons };
}

/** The baseline with the lowest error against persistence's over all streams; persistence where none is lower. */
export function bestBaseline(evaluations: Evaluation[]): { name: string; error: number } {
  const names = evaluations[0]?.baselines.map((each) => each.name) ?? [];
  let best = { name: 'persistence', error: 1 };
  for (const name of names) {
    const error = relativeError(evaluations, (each) => baselineOf(each, name)?.mae ?? NaN);
    if (error < best.error) best = { name, error };
  }
  return best;
}

function strongestDirection(evaluations: Evaluation[]): { name: string; accuracy: number } {
  const names = evaluations[0]?.baselines.map((each) => each.name) ?? [];
  let best = { name: 'none', accuracy: 0.5 };
  for (const name of names) {
    const own = evaluations.map((each) => baselineOf(each, name));
    const n = own.reduce((total, each) => total + (each?.n ?? 0), 0);
    const accuracy = own.reduce((total, each) => total + (each?.directionalAccuracy ?? NaN) * (each?.n ?? 0), 0) / n;
    if (accuracy > best.accuracy) best = { name, accuracy };
  }
  return best;
}

const baselineOf = (evaluation: Evaluation, name: string) => evaluation.baselines.find((each) => each.name === name);

const relativeError = (evaluations: Evaluation[], read: (each: Evaluation) => number): number =>
  sum(evaluations, (each) => read(each) / (baselineOf(each, 'persistence')?.mae ?? NaN)) / evaluations.length;

const sum = (evaluations: Evaluation[], read: (each: Evaluation) => number): number =>
  evaluations.reduce((total, each) => total + read(each), 0);
