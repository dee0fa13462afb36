import { BLOCK, type BlockWindow } from './blocks.js';
import { raise } from './grid-zones.js';
import { ROUNDING } from './rules.js';

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
  /** What is put out is raised by the rounding, as right sides of comparisons are. */
  raised: boolean;
}

export const newAverage = (period: number, seed: number): Average => ({
  period,
  seed,
  factor: 2 / (period + 1),
  value: 0,
  input: new Float64Array(0),
  out: new Float64Array(BLOCK),
  raised: false,
});

type Four = [Average, Average, Average, Average];

/** Steps averages over a block: four at a time, as each waits for its own last value. */
export function stepAverages(averages: readonly Average[], window: BlockWindow): void {
  for (const average of averages) if (window.first <= average.seed) stepSeeding(average, window);
  const steady = stepElsewhere(
    averages.filter(({ seed }) => window.first > seed),
    window,
  );
  const raised = steady.filter((average) => average.raised);
  stepSteady(raised, window, stepFourRaised);
  const plain = raised.length > 0 ? steady.filter((average) => !average.raised) : steady;
  stepSteady(plain, window, stepFour);
}

/** What another implementation steps; gives what is left. */
function stepElsewhere(averages: Average[], { stepper, count }: BlockWindow): Average[] {
  if (!stepper || averages.length === 0) return averages;
  const outside = averages.find(({ input }) => !stepper.isInside(input))?.input;
  const fits = ({ input, out }: Average): boolean =>
    stepper.isInside(out) && (input === outside || stepper.isInside(input));
  const fitting = averages.filter(fits);
  if (fitting.length === 0) return averages;
  stepper.averages(fitting, count);
  return averages.filter((average) => !fits(average));
}

function stepSteady(
  averages: readonly Average[],
  { count }: BlockWindow,
  four: (averages: Four, count: number) => void,
): void {
  let i = 0;
  for (; i + 4 <= averages.length; i += 4) four(averages.slice(i, i + 4) as Four, count);
  for (; i < averages.length; i++) stepOne(averages[i]!, count);
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
  if (average.raised) raise(out, out, count);
}

function stepOne(average: Average, count: number): void {
  const { factor, out, input } = average;
  let { value } = average;
  for (let k = 0; k < count; k++) {
    value += (input[k]! - value) * factor;
    out[k] = value;
  }
  average.value = value;
  if (average.raised) raise(out, out, count);
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

const [ABOVE, BELOW] = [1 + ROUNDING, 1 - ROUNDING];

/** As `raise` after `stepFour`, in one pass. */
function stepFourRaised([a, b, c, d]: Four, count: number): void {
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
    oa[k] = va * (va < 0 ? BELOW : ABOVE);
    ob[k] = vb * (vb < 0 ? BELOW : ABOVE);
    oc[k] = vc * (vc < 0 ? BELOW : ABOVE);
    od[k] = vd * (vd < 0 ? BELOW : ABOVE);
  }
  [a.value, b.value, c.value, d.value] = [va, vb, vc, vd];
}
