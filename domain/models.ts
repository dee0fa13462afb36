import { wilson } from './statistics.js';
import type { Evaluation, SkillFigures } from './evaluation.js';
import { auditRules, coverageRules, percent, type Rule } from './evaluation/promotion.js';
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
  /** The principal whose story trained it: who cannot approve it. Left out where nobody knows. */
  trainedBy?: string | null;
  /** Leak audits that failed, by stream: such a model is rejected and never served. */
  leaks?: ModelLeak[];
  /** Of people's own. */
  tags?: Record<string, string>;
  /** When its stage became `archived`, epoch ms. */
  archivedAt?: number;
}

export interface ModelLeak {
  stream: string;
  evaluation: string;
  reasons: string[];
}

export const modelId = (model: { name: string; version: string }): string =>
  `mdl_${model.name}@${model.version}`;

export interface PromotionPolicy {
  maxParity: number;
  /** Held-out forecasts that each stream must have. */
  minSamples: number;
  /** A directional accuracy above this is taken for a leak until it is explained. */
  leakAccuracy: number;
  /** Below so many forecasts, such an accuracy may be luck. */
  leakSamples: number;
  /** How much worse than persistence's the mean absolute error may be. */
  maeTolerance: number;
  /** How far the measured coverage of the adaptive intervals may lie from what they aim at. */
  coverageTolerance: number;
  /** Fewer rows than these decide nothing about a coverage. */
  coverageSamples: number;
}

export const PROMOTION_POLICY: PromotionPolicy = {
  maxParity: 1e-5,
  minSamples: 100,
  leakAccuracy: 0.6,
  leakSamples: 200,
  maeTolerance: 0.01,
  coverageTolerance: 0.05,
  coverageSamples: 200,
};

/**
 * Decides on the evidence of all streams together; every rule leaves its figures as a reason, for or against.
 * Profit after costs is told but does not decide: a forecast can be the best there is and not pay its fees.
 * Pooling takes streams for independent; where they move together, the Wilson bound is optimistic.
 */
export function shouldPromote(args: {
  evaluations: Evaluation[];
  /** Largest difference between the trained and the exported model; NaN counts against. */
  parityMaxAbs: number;
  /** Audits of other evaluations that the model failed. */
  leaks?: ModelLeak[];
  policy?: Partial<PromotionPolicy>;
}): { promote: boolean; reasons: string[] } {
  if (args.evaluations.length === 0)
    return { promote: false, reasons: ['Against: there is no evaluation to decide on.'] };
  const policy = { ...PROMOTION_POLICY, ...args.policy };
  const rules = [
    parityRule(args.parityMaxAbs, policy),
    ...evidenceRules(args.evaluations, policy),
    ...auditRules(args.evaluations, args.leaks ?? []),
    ...coverageRules(args.evaluations, policy),
  ];
  const profit = sum(args.evaluations, (each) => each.profitAfterCosts.total) / args.evaluations.length;
  const reasons = rules.map(({ holds, text }) => `${holds ? 'For' : 'Against'}: ${text}`);
  reasons.push(
    `${profit > 0 ? 'For' : 'Against'}, not deciding: trading the sign returns ${percent(profit)} after costs, mean of the streams.`,
  );
  return { promote: rules.every(({ holds }) => holds), reasons };
}

function parityRule(parity: number, { maxParity }: PromotionPolicy): Rule {
  // A figure that was lost on the way must not pass as 0.
  const known = Number.isFinite(parity);
  const text = `the exported model differs by ${known ? parity.toExponential(1) : 'an unknown amount'}, allowed is ${maxParity}.`;
  return { holds: known && parity <= maxParity, text };
}

function evidenceRules(evaluations: Evaluation[], policy: PromotionPolicy): Rule[] {
  const n = sum(evaluations, (each) => each.n);
  const accuracy = pooledAccuracy(evaluations);
  const [lower] = wilson(accuracy * n, n);
  const rival = strongestDirection(evaluations);
  const error = relativeError(evaluations, (each) => each.mae);
  const { minSamples, leakAccuracy, leakSamples, maeTolerance } = policy;
  const few = evaluations.filter((each) => each.n < minSamples).map((each) => `${each.stream} has ${each.n}`);
  return [
    {
      holds: few.length === 0,
      text: `${n} held-out forecasts, ${minSamples} a stream are needed${few.length > 0 ? `: ${few.join(', ')}` : ''}.`,
    },
    {
      holds: lower > 0.5,
      text: `direction right in ${percent(accuracy)} of ${n}; Wilson's lower bound ${percent(lower)} must be above 50 %.`,
    },
    {
      holds: accuracy > rival.accuracy,
      text: `direction right in ${percent(accuracy)} against ${percent(rival.accuracy)} of ${rival.name}, the best baseline.`,
    },
    {
      holds: error <= 1 + maeTolerance,
      text: `mean absolute error is ${error.toFixed(4)} times persistence's, allowed is ${1 + maeTolerance}.`,
    },
    {
      holds: !(accuracy > leakAccuracy && n >= leakSamples),
      text: `accuracy ${percent(accuracy)} on ${n}; above ${percent(leakAccuracy)} on ${leakSamples} or more is taken for a leak until explained.`,
    },
  ];
}

/** Baselines that a prediction can answer with, from the latest bars alone. */
const ANSWERING = new Set(['persistence', 'drift', 'majority', 'momentum', 'reversal']);

/**
 * The baseline with the lowest error against persistence's over all streams, of those that a prediction can answer with;
 * persistence where none is lower. `accuracy` is its pooled direction (NaN for persistence).
 */
export function bestBaseline(evaluations: Evaluation[]): { name: string; error: number; accuracy: number } {
  let best = { name: 'persistence', error: 1 };
  for (const name of baselineNames(evaluations)) {
    if (name === 'persistence' || !ANSWERING.has(name)) continue;
    const error = relativeError(evaluations, (each) => baselineOf(each, name)?.mae ?? NaN);
    if (error < best.error) best = { name, error };
  }
  return { ...best, accuracy: pooledAccuracy(baselinesNamed(evaluations, best.name)) };
}

/** What a model's direction has to beat: the best baseline's, and a coin's. */
function strongestDirection(evaluations: Evaluation[]): { name: string; accuracy: number } {
  let best = { name: 'a coin', accuracy: 0.5 };
  for (const name of baselineNames(evaluations)) {
    const accuracy = pooledAccuracy(baselinesNamed(evaluations, name));
    if (accuracy > best.accuracy) best = { name, accuracy };
  }
  return best;
}

/** Right directions over all directions; NaN where one of them has none. */
const pooledAccuracy = (figures: Pick<SkillFigures, 'n' | 'directionalAccuracy'>[]): number =>
  sum(figures, (each) => each.directionalAccuracy * each.n) / sum(figures, (each) => each.n);

const baselineNames = (evaluations: Evaluation[]): string[] => [
  ...new Set(evaluations.flatMap((each) => each.baselines.map(({ name }) => name))),
];

const baselinesNamed = (evaluations: Evaluation[], name: string): SkillFigures[] =>
  evaluations.flatMap((each) => baselineOf(each, name) ?? []);

const baselineOf = (evaluation: Evaluation, name: string): SkillFigures | undefined =>
  evaluation.baselines.find((each) => each.name === name);

const relativeError = (evaluations: Evaluation[], read: (each: Evaluation) => number): number =>
  sum(evaluations, (each) => read(each) / (baselineOf(each, 'persistence')?.mae ?? NaN)) / evaluations.length;

const sum = <T>(values: T[], read: (each: T) => number): number =>
  values.reduce((total, each) => total + read(each), 0);
