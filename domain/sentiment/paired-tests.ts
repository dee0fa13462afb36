import { seededRandom } from '../random.js';
import { incompleteBeta, normalCdf, quantile } from '../statistics.js';
import { SENTIMENT_LABELS } from './scores.js';

/** What two models said of one text whose label is known; each is an index into SENTIMENT_LABELS. */
export interface PairedAnswer {
  target: number;
  a: number;
  b: number;
}

export interface McNemar {
  /** Texts that only the first, and only the second model has right. */
  onlyA: number;
  onlyB: number;
  method: 'exact' | 'chi-squared with continuity correction';
  /** Null where the test is exact. */
  statistic: number | null;
  /** Two-sided. */
  pValue: number;
}

/** Below so many texts on which the models differ in being right the normal approximation is poor. */
const EXACT_BELOW = 25;

/**
 * McNemar (1947): is one of two models right where the other is wrong more often than the other way round? Below 25
 * such texts the exact two-sided binomial test, p = min(1, 2·P(X ≤ min(b, c))), X ~ B(b + c, ½); from there on
 * χ² = (|b − c| − 1)² / (b + c) with one degree of freedom, corrected for continuity (Edwards 1948).
 */
export function mcnemar(pairs: readonly PairedAnswer[]): McNemar {
  let [onlyA, onlyB] = [0, 0];
  for (const { target, a, b } of pairs) {
    if (a === target && b !== target) onlyA++;
    if (b === target && a !== target) onlyB++;
  }
  return mcnemarOf(onlyA, onlyB);
}

export function mcnemarOf(onlyA: number, onlyB: number): McNemar {
  const n = onlyA + onlyB;
  if (n < EXACT_BELOW) {
    const less = Math.min(onlyA, onlyB);
    // P(X ≤ k) of B(n, p) is I_{1−p}(n − k, k + 1) (DLMF 8.17.5).
    const pValue = n === 0 ? 1 : Math.min(1, 2 * incompleteBeta(0.5, n - less, less + 1));
    return { onlyA, onlyB, method: 'exact', statistic: null, pValue };
  }
  const statistic = Math.max(0, Math.abs(onlyA - onlyB) - 1) ** 2 / n;
  const pValue = 2 * normalCdf(-Math.sqrt(statistic));
  return { onlyA, onlyB, method: 'chi-squared with continuity correction', statistic, pValue };
}

export interface PairedDifference {
  /** The first model's figure minus the second's, on all texts. */
  accuracy: number;
  macroF1: number;
  /** Percentile intervals of the resamples. */
  accuracy95: [number, number];
  macroF195: [number, number];
  resamples: number;
  seed: string;
}

const CLASSES = SENTIMENT_LABELS.length;
const CELLS = CLASSES ** 3;

/**
 * Difference of accuracy and macro-F1 with 95 % percentile intervals of the paired bootstrap (Efron and Tibshirani
 * 1993, chapter 13): texts are drawn with replacement, both models' answers together.
 */
export function pairedDifference(
  pairs: readonly PairedAnswer[],
  { resamples, seed }: { resamples: number; seed: string },
): PairedDifference {
  const cells = Uint8Array.from(pairs, ({ target, a, b }) => (target * CLASSES + a) * CLASSES + b);
  const counts = new Float64Array(CELLS);
  for (const cell of cells) counts[cell] = (counts[cell] ?? 0) + 1;
  const [accuracy, macroF1] = differences(counts, cells.length);
  const random = seededRandom(`paired bootstrap ${seed}`);
  const drawn = { accuracy: new Float64Array(resamples), macroF1: new Float64Array(resamples) };
  for (let draw = 0; draw < resamples; draw++) {
    counts.fill(0);
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[Math.floor(random() * cells.length)] ?? 0;
      counts[cell] = (counts[cell] ?? 0) + 1;
    }
    [drawn.accuracy[draw], drawn.macroF1[draw]] = differences(counts, cells.length);
  }
  const middle = (values: Float64Array): [number, number] => [
    quantile(values, 0.025),
    quantile(values, 0.975),
  ];
  const intervals = { accuracy95: middle(drawn.accuracy), macroF195: middle(drawn.macroF1) };
  return { accuracy, macroF1, ...intervals, resamples, seed };
}

/** Of accuracy and macro-F1 from counts by (label, first, second). */
function differences(counts: Float64Array, n: number): [number, number] {
  const tables = [new Float64Array(CLASSES ** 2), new Float64Array(CLASSES ** 2)] as const;
  for (let cell = 0; cell < CELLS; cell++) {
    const count = counts[cell] ?? 0;
    const target = Math.floor(cell / CLASSES ** 2);
    const [a, b] = [Math.floor(cell / CLASSES) % CLASSES, cell % CLASSES];
    tables[0][target * CLASSES + a] = (tables[0][target * CLASSES + a] ?? 0) + count;
    tables[1][target * CLASSES + b] = (tables[1][target * CLASSES + b] ?? 0) + count;
  }
  const [first, second] = tables.map((table) => accuracyAndF1(table, n));
  return [(first?.[0] ?? NaN) - (second?.[0] ?? NaN), (first?.[1] ?? NaN) - (second?.[1] ?? NaN)];
}

/** As `figures.ts` counts them: a class that neither occurs nor is said has F1 0. */
function accuracyAndF1(table: Float64Array, n: number): [number, number] {
  let [hits, f1] = [0, 0];
  for (let k = 0; k < CLASSES; k++) {
    const hit = table[k * CLASSES + k] ?? 0;
    let [occurs, said] = [0, 0];
    for (let j = 0; j < CLASSES; j++) {
      occurs += table[k * CLASSES + j] ?? 0;
      said += table[j * CLASSES + k] ?? 0;
    }
    hits += hit;
    f1 += (2 * hit) / (occurs + said || 1);
  }
  return [hits / n, f1 / CLASSES];
}

/** Holm (1979): p values of several tests, so that any of them is wrong with the probability of one. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => (pValues[i] ?? 0) - (pValues[j] ?? 0));
  const out = pValues.map(() => NaN);
  let largest = 0;
  order.forEach((i, rank) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - rank) * (pValues[i] ?? NaN)));
    out[i] = largest;
  });
  return out;
}
