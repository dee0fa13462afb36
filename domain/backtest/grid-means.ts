import { BLOCK, type BlockWindow } from './blocks.js';
import type { Group } from './grid-groups.js';
import { averageBySums } from './grid-streams.js';
import { ROUNDING } from './rules.js';

const [ABOVE, BELOW] = [1 + ROUNDING, 1 - ROUNDING];

/** A simple average of closes. */
interface Mean {
  period: number;
  /** Running; of the closes that the next value goes on from. */
  sum: number;
  out: Float64Array;
  /** Factors of values above and below 0: 1, or those that raise right sides of comparisons by the rounding. */
  above: number;
  below: number;
  readers: number;
}

/** Simple averages of closes: by exact sums in ticks; else by running sums, as whole columns have them. */
export function meanGroup(): Group {
  const means = new Map<number, Mean>();
  const all = (): Mean[] => [...means.values()];
  const group: Group = {
    lookback: 0,
    names: ['close'],
    add([period = NaN]) {
      const mean = means.get(period) ?? newMean(period);
      means.set(period, mean);
      mean.readers++;
      group.lookback = Math.max(group.lookback, period);
      return {
        values: () => mean.out,
        bind(target, raised) {
          if (mean.readers > 1) return false;
          mean.out = target;
          if (raised) [mean.above, mean.below] = [ABOVE, BELOW];
          return true;
        },
      };
    },
    step: (window) => stepMeans(all(), window),
    save: () => all().map(({ sum }) => sum),
    load: (state) => all().forEach((mean, i) => (mean.sum = state[i] ?? 0)),
  };
  return group;
}

const newMean = (period: number): Mean => ({
  ...{ period, sum: 0, readers: 0, above: 1, below: 1 },
  out: new Float64Array(BLOCK),
});

function stepMeans(means: readonly Mean[], window: BlockWindow): void {
  const { prefix, first } = window;
  if (prefix) for (const mean of means) stepBySums(mean, window, prefix);
  else {
    const isSteady = ({ period }: Mean): boolean => first >= period - 1;
    for (const mean of means) if (!isSteady(mean)) stepFirst(mean, window);
    const steady = means.filter(isSteady);
    for (let i = 0; i < steady.length; i += 2)
      stepTwo(steady[i]!, steady[i + 1] ?? spare(steady[i]!), window);
  }
}

function stepBySums({ period, out, above }: Mean, window: BlockWindow, prefix: Float64Array): void {
  const { base, count, first, stepper } = window;
  const start = Math.max(0, Math.min(count, period - 1 - first));
  const raised = above !== 1;
  if (stepper?.isInside(out))
    return stepper.mean({ sums: prefix, to: base + 1, period, start, count, out, raised });
  out.fill(NaN, 0, start);
  (above === 1 ? averageBySums : averageBySumsRaised)(window, prefix, period, out);
}

/** As `raise` after `averageBySums`, in one pass. */
function averageBySumsRaised(
  { base, count, first }: BlockWindow,
  prefix: Float64Array,
  period: number,
  out: Float64Array,
): void {
  const start = Math.max(0, Math.min(count, period - 1 - first));
  for (let k = start; k < count; k++) {
    const value = (prefix[base + k + 1]! - prefix[base + k + 1 - period]!) / period;
    out[k] = value * (value < 0 ? BELOW : ABOVE);
  }
}

/** Blocks in which the average begins. */
function stepFirst(mean: Mean, { base, count, first, prices: { close } }: BlockWindow): void {
  const { period, out, above, below } = mean;
  let { sum } = mean;
  for (let k = 0; k < count; k++) {
    out[k] = NaN;
    sum += close[base + k]!;
    if (first + k < period - 1) continue;
    const value = sum / period;
    out[k] = value * (value < 0 ? below : above);
    sum -= close[base + k - period + 1]!;
  }
  mean.sum = sum;
}

/** Two at a time, as each waits for its own last sum. */
function stepTwo(a: Mean, b: Mean, { base, count, prices: { close } }: BlockWindow): void {
  const { period: pa, out: oa, above: aa, below: ba } = a;
  const { period: pb, out: ob, above: ab, below: bb } = b;
  const la = base - pa + 1;
  const lb = base - pb + 1;
  let [sa, sb] = [a.sum, b.sum];
  for (let k = 0; k < count; k++) {
    const added = close[base + k]!;
    sa += added;
    sb += added;
    const va = sa / pa;
    const vb = sb / pb;
    oa[k] = va * (va < 0 ? ba : aa);
    ob[k] = vb * (vb < 0 ? bb : ab);
    sa -= close[la + k]!;
    sb -= close[lb + k]!;
  }
  [a.sum, b.sum] = [sa, sb];
}

const unread = new Float64Array(BLOCK);

/** What an average without a partner is stepped beside. */
const spare = (mean: Mean): Mean => ({ ...mean, out: unread });
