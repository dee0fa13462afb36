import type { DatasetSpec, SplitCounts, SplitTimes, StreamMatrix } from './dataset.js';
import { checkSpec, sampleParts, splitColumn } from './dataset/samples.js';
import { InvalidInputError } from './errors.js';
import type { FeatureMatrix } from './features.js';
import { at } from './indicators/averages.js';

/** target = bias + Σ weights[j]·(feature[j] − mean[j])/deviation[j], features of the window's last row. */
export interface RidgeFit {
  weights: Float64Array;
  mean: Float64Array;
  /** Above 0; 1 where a feature never varied, its weight is then 0. */
  deviation: Float64Array;
  bias: number;
  lambda: number;
  /** Mean squared error in units of the target. */
  validationLoss: number;
  trainLoss: number;
  rows: SplitCounts;
}

export interface RidgeArgs {
  streams: StreamMatrix[];
  spec: DatasetSpec;
  split: SplitTimes;
  timeframeMs: number;
  /** Candidates, all above 0. */
  lambda?: number[];
}

/** Relative to features of variance 1, whatever the number of samples. */
const LAMBDAS = [0.001, 0.01, 0.1, 1, 10, 100];

/**
 * Ridge regression in closed form, the fallback where no Python is installed. The penalty is chosen on the
 * validation part (the strongest of equals), the weights come from the training part alone. Deterministic.
 * @throws InvalidInputError where training or validation has no sample, or a lambda is not above 0
 */
export function trainRidge(args: RidgeArgs): RidgeFit {
  const candidates = [...(args.lambda ?? LAMBDAS)].sort((a, b) => b - a);
  if (candidates.length === 0 || !candidates.every((lambda) => lambda > 0 && lambda < Infinity))
    throw new InvalidInputError(
      `Ridge lambda must be numbers above 0; given: ${candidates.join(', ') || 'none'}`,
    );
  const { train, validation, rows } = collectSamples(args);
  const scale = standardisation(train);
  const normal = normalEquations(train, scale);
  const fits = candidates.map((lambda) => {
    const model = { ...scale, weights: solvePositive(normal, lambda), bias: normal.bias };
    return { ...model, lambda, validationLoss: loss(model, validation), trainLoss: loss(model, train), rows };
  });
  return fits.reduce((best, fit) => (fit.validationLoss < best.validationLoss ? fit : best));
}

/** The model's target for one row of raw features. */
export function predictRidge(
  model: Pick<RidgeFit, 'weights' | 'mean' | 'deviation' | 'bias'>,
  features: ArrayLike<number>,
): number {
  let sum = model.bias;
  for (let j = 0; j < model.weights.length; j++)
    sum += (at(model.weights, j) * (at(features, j) - at(model.mean, j))) / at(model.deviation, j);
  return sum;
}

interface Samples {
  /** Raw features, one array per sample. */
  inputs: Float64Array[];
  targets: number[];
}

type Scale = Pick<RidgeFit, 'mean' | 'deviation'>;

function collectSamples(args: RidgeArgs): { train: Samples; validation: Samples; rows: SplitCounts } {
  const { streams, spec, split, timeframeMs } = args;
  checkSpec(spec);
  const train: Samples = { inputs: [], targets: [] };
  const validation: Samples = { inputs: [], targets: [] };
  const rows = { train: 0, validation: 0, test: 0 };
  for (const { matrix } of streams) {
    const marked = splitColumn({ matrix, spec, split, timeframeMs });
    const parts = sampleParts(marked.split);
    append(train, { matrix, rows: parts.train, target: marked.target });
    append(validation, { matrix, rows: parts.validation, target: marked.target });
    rows.train += parts.train.length;
    rows.validation += parts.validation.length;
    rows.test += parts.test.length;
  }
  if (rows.train === 0 || rows.validation === 0)
    throw new InvalidInputError(
      `Ridge needs samples to train and to validate; ${streams.map(({ stream }) => stream).join(', ') || 'no stream'} ` +
        `give ${rows.train} and ${rows.validation}: take a longer time range`,
    );
  return { train, validation, rows };
}

function append(
  samples: Samples,
  part: { matrix: FeatureMatrix; rows: Int32Array; target: Float64Array },
): void {
  for (const row of part.rows) {
    samples.inputs.push(Float64Array.from(part.matrix.columns, (column) => at(column, row)));
    samples.targets.push(at(part.target, row));
  }
}

function standardisation({ inputs }: Samples): Scale {
  const size = inputs[0]?.length ?? 0;
  const mean = new Float64Array(size);
  const deviation = new Float64Array(size);
  for (const input of inputs) input.forEach((value, j) => (mean[j] = at(mean, j) + value / inputs.length));
  for (const input of inputs)
    input.forEach(
      (value, j) => (deviation[j] = at(deviation, j) + (value - at(mean, j)) ** 2 / inputs.length),
    );
  // Rounding aside, such a feature is constant: centred on its own value, it gets exactly no weight.
  const constant = (j: number): boolean => at(deviation, j) < 1e-18;
  return {
    mean: mean.map((value, j) => (constant(j) ? (inputs[0]?.[j] ?? value) : value)),
    deviation: deviation.map((variance, j) => (constant(j) ? 1 : Math.sqrt(variance))),
  };
}

interface NormalEquations {
  /** XᵀX/n of the standardised features, row-major. */
  matrix: Float64Array;
  /** Xᵀ(y − bias)/n. */
  right: Float64Array;
  bias: number;
}

function normalEquations({ inputs, targets }: Samples, scale: Scale): NormalEquations {
  const size = scale.mean.length;
  const count = inputs.length;
  const bias = targets.reduce((sum, target) => sum + target, 0) / count;
  const matrix = new Float64Array(size * size);
  const right = new Float64Array(size);
  inputs.forEach((input, sample) => {
    const row = input.map((value, j) => (value - at(scale.mean, j)) / at(scale.deviation, j));
    for (let i = 0; i < size; i++) {
      right[i] = at(right, i) + (at(row, i) * (at(targets, sample) - bias)) / count;
      for (let j = 0; j <= i; j++) {
        const value = at(matrix, i * size + j) + (at(row, i) * at(row, j)) / count;
        matrix[i * size + j] = value;
        matrix[j * size + i] = value;
      }
    }
  });
  return { matrix, right, bias };
}

/** (XᵀX/n + λI)⁻¹ Xᵀy/n by Cholesky: λ above 0 makes the matrix positive definite. */
function solvePositive({ matrix, right }: NormalEquations, lambda: number): Float64Array {
  const size = right.length;
  const lower = new Float64Array(size * size);
  const forward = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let value = at(matrix, i * size + j) + (i === j ? lambda : 0);
      for (let k = 0; k < j; k++) value -= at(lower, i * size + k) * at(lower, j * size + k);
      lower[i * size + j] = i === j ? Math.sqrt(value) : value / at(lower, j * size + j);
    }
    let rest = at(right, i);
    for (let k = 0; k < i; k++) rest -= at(lower, i * size + k) * at(forward, k);
    forward[i] = rest / at(lower, i * size + i);
  }
  const weights = new Float64Array(size);
  for (let i = size - 1; i >= 0; i--) {
    let rest = at(forward, i);
    for (let k = i + 1; k < size; k++) rest -= at(lower, k * size + i) * at(weights, k);
    weights[i] = rest / at(lower, i * size + i);
  }
  return weights;
}

function loss(model: Parameters<typeof predictRidge>[0], { inputs, targets }: Samples): number {
  const squares = inputs.map((input, i) => (predictRidge(model, input) - at(targets, i)) ** 2);
  return squares.reduce((sum, square) => sum + square, 0) / squares.length;
}
