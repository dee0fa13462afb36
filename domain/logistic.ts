import { seededRandom } from './random.js';

/** A sparse row: bucket ids with weights, and the index of its class. */
export interface Sample {
  ids: ArrayLike<number>;
  weights: ArrayLike<number>;
  target: number;
}

export interface LogisticModel {
  /** [buckets, 3] row by row. */
  weights: Float32Array;
  bias: Float64Array;
  temperature: number;
}

const CLASSES = 3;
const RATE = 0.2;
const DECAY = 1e-5;

/**
 * Multinomial logistic regression by AdaGrad (Duchi, Hazan and Singer 2011) with an L2 penalty, rows in a seeded
 * order: same rows, same model.
 */
export function fitLogistic(
  samples: Sample[],
  options: { buckets: number; epochs: number; seed: string },
): LogisticModel {
  const weights = new Float32Array(options.buckets * CLASSES);
  const squares = new Float32Array(weights.length).fill(1e-6);
  const bias = new Float64Array(CLASSES);
  const model = { weights, bias, temperature: 1 };
  const random = seededRandom(options.seed);
  const order = samples.map((_, i) => i);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    shuffle(order, random);
    for (const index of order) {
      const sample = samples[index];
      if (sample) step(model, squares, sample, RATE / (1 + epoch));
    }
  }
  return model;
}

function step(model: LogisticModel, squares: Float32Array, sample: Sample, rate: number): void {
  const shares = probabilitiesOf(model, sample);
  for (let k = 0; k < CLASSES; k++) {
    const error = (shares[k] ?? 0) - Number(k === sample.target);
    model.bias[k] = (model.bias[k] ?? 0) - 0.01 * rate * error;
    for (let i = 0; i < sample.ids.length; i++) {
      const at = (sample.ids[i] ?? 0) * CLASSES + k;
      const old = model.weights[at] ?? 0;
      const gradient = error * (sample.weights[i] ?? 0) + DECAY * old;
      const square = (squares[at] ?? 0) + gradient * gradient;
      squares[at] = square;
      model.weights[at] = old - (rate * gradient) / Math.sqrt(square);
    }
  }
}

/** Softmax of the three classes' sums over the temperature. */
export function probabilitiesOf(model: LogisticModel, sample: Pick<Sample, 'ids' | 'weights'>): number[] {
  const sums = Array.from(model.bias, (bias, k) => {
    let sum = bias;
    for (let i = 0; i < sample.ids.length; i++)
      sum += (model.weights[(sample.ids[i] ?? 0) * CLASSES + k] ?? 0) * (sample.weights[i] ?? 0);
    return sum / model.temperature;
  });
  const top = Math.max(...sums);
  const powers = sums.map((sum) => Math.exp(sum - top));
  const total = powers.reduce((all, each) => all + each, 0);
  return powers.map((each) => each / total);
}

/** The temperature with the lowest log loss on unseen rows (Guo et al. 2017), by golden-section search. */
export function fitTemperature(model: LogisticModel, samples: Sample[]): number {
  const loss = (temperature: number): number =>
    samples.reduce(
      (sum, sample) =>
        sum -
        Math.log(Math.max(1e-12, probabilitiesOf({ ...model, temperature }, sample)[sample.target] ?? 0)),
      0,
    );
  let [low, high] = [0.2, 5];
  const ratio = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 30; i++) {
    const [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
    if (loss(a) < loss(b)) high = b;
    else low = a;
  }
  return (low + high) / 2;
}

function shuffle(order: number[], random: () => number): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0];
  }
}
