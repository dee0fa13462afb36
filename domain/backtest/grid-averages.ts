import type { BlockWindow } from './blocks.js';

/** An exponential average whose first value is the mean of the `period` values that end at bar `seed`. */
export interface Average {
  period: number;
  seed: number;
  factor: number;
  /** The last value; before the seed, what there is of the mean. */
  value: number;
  out: Float64Array;
}

/** Steps averages of one input over a block: four at a time, as each waits for its own last value. */
export function stepAverages(averages: readonly Average[], window: BlockWindow, input: Float64Array): void {
  const last = Math.max(...averages.map(({ seed }) => seed));
  if (window.first <= last) return averages.forEach((average) => stepSeeding(average, window, input));
  let i = 0;
  for (; i + 4 <= averages.length; i += 4)
    stepFour([averages[i]!, averages[i + 1]!, averages[i + 2]!, averages[i + 3]!], window.count, input);
  for (; i < averages.length; i++) stepOne(averages[i]!, window.count, input);
}

function stepSeeding(average: Average, { first, count }: BlockWindow, input: Float64Array): void {
  const { period, seed, factor, out } = average;
  let { value } = average;
  for (let k = 0; k < count; k++) {
    const bar = first + k;
    out[k] = NaN;
    if (bar <= seed - period) continue;
    if (bar <= seed) value += input[k]! / period;
    else value += (input[k]! - value) * factor;
    if (bar >= seed) out[k] = value;
  }
  average.value = value;
}

function stepOne(average: Average, count: number, input: Float64Array): void {
  const { factor, out } = average;
  let { value } = average;
  for (let k = 0; k < count; k++) {
    value += (input[k]! - value) * factor;
    out[k] = value;
  }
  average.value = value;
}

function stepFour(four: [Average, Average, Average, Average], count: number, input: Float64Array): void {
  const [a, b, c, d] = four;
  const [oa, ob, oc, od] = [a.out, b.out, c.out, d.out];
  const [fa, fb, fc, fd] = [a.factor, b.factor, c.factor, d.factor];
  let [va, vb, vc, vd] = [a.value, b.value, c.value, d.value];
  for (let k = 0; k < count; k++) {
    const x = input[k]!;
    va += (x - va) * fa;
    vb += (x - vb) * fb;
    vc += (x - vc) * fc;
    vd += (x - vd) * fd;
    oa[k] = va;
    ob[k] = vb;
    oc[k] = vc;
    od[k] = vd;
  }
  [a.value, b.value, c.value, d.value] = [va, vb, vc, vd];
}
