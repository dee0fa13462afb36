import { BLOCK, type BlockWindow } from './blocks.js';

/** An exponential average whose first value is the mean of the `period` values that end at bar `seed`. */
export interface Average {
  period: number;
  seed: number;
  factor: number;
  /** The last value; before the seed, what there is of the mean. */
  value: number;
  /** Values of the block that is averaged. */
  input: Float64Array;
  out: Float64Array;
}

export const newAverage = (period: number, seed: number): Average => ({
  period,
  seed,
  factor: 2 / (period + 1),
  value: 0,
  input: new Float64Array(0),
  out: new Float64Array(BLOCK),
});

type Four = [Average, Average, Average, Average];

/** Steps averages over a block: four at a time, as each waits for its own last value. */
export function stepAverages(averages: readonly Average[], window: BlockWindow): void {
  const steady = averages.filter(({ seed }) => window.first > seed);
  for (const average of averages) if (window.first <= average.seed) stepSeeding(average, window);
  let i = 0;
  for (; i + 4 <= steady.length; i += 4) stepFour(steady.slice(i, i + 4) as Four, window.count);
  for (; i < steady.length; i++) stepOne(steady[i]!, window.count);
}

function stepSeeding(average: Average, { first, count }: BlockWindow): void {
  const { period, seed, factor, out, input } = average;
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

function stepOne(average: Average, count: number): void {
  const { factor, out, input } = average;
  let { value } = average;
  for (let k = 0; k < count; k++) {
    value += (input[k]! - value) * factor;
    out[k] = value;
  }
  average.value = value;
}

function stepFour([a, b, c, d]: Four, count: number): void {
  const { out: oa, input: ia, factor: fa } = a;
  const { out: ob, input: ib, factor: fb } = b;
  const { out: oc, input: ic, factor: fc } = c;
  const { out: od, input: id, factor: fd } = d;
  let [va, vb, vc, vd] = [a.value, b.value, c.value, d.value];
  for (let k = 0; k < count; k++) {
    va += (ia[k]! - va) * fa;
    vb += (ib[k]! - vb) * fb;
    vc += (ic[k]! - vc) * fc;
    vd += (id[k]! - vd) * fd;
    oa[k] = va;
    ob[k] = vb;
    oc[k] = vc;
    od[k] = vd;
  }
  [a.value, b.value, c.value, d.value] = [va, vb, vc, vd];
}
