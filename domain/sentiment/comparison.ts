import { readingOf, stabilityIndex, stabilityOfValues } from '../drift/psi.js';
import { InvalidInputError } from '../errors.js';
import { kappaOf } from './agreement.js';
import { measureSentiment, type SentimentFigures } from './figures.js';
import {
  holm,
  mcnemar,
  pairedDifference,
  type McNemar,
  type PairedAnswer,
  type PairedDifference,
} from './paired-tests.js';
import { SENTIMENT_LABELS } from './scores.js';

/** What two models made of one text. */
export interface ComparedText {
  /** Probabilities in the order of SENTIMENT_LABELS. */
  a: readonly number[];
  b: readonly number[];
  /** Index of the label; null where nobody labelled it. */
  target: number | null;
  /** Feed or data set. */
  source?: string | undefined;
}

export interface SubsetComparison {
  by: 'source' | 'label';
  value: string;
  n: number;
  agreement: number;
  accuracyA: number | null;
  accuracyB: number | null;
  /** McNemar's, and by Holm (1979) over all subsets; null without labels. */
  pValue: number | null;
  adjustedPValue: number | null;
}

export interface SentimentComparison {
  /** `<name>@<version>` of both; differences are the first minus the second. */
  models: [string, string];
  /** Texts, and those of them with a label. */
  n: number;
  labelled: number;
  /** Share of equal labels, and Cohen's kappa. */
  agreement: number;
  kappa: number | null;
  /** Rows: labels of the first; columns: of the second; in the order of SENTIMENT_LABELS. */
  between: number[][];
  /** Population stability index of the labels and of P(positive) − P(negative), the first model against the second. */
  drift: { labels: number; scores: number; reading: ReturnType<typeof readingOf> };
  /** On the labelled texts; null without. */
  figures: { a: SentimentFigures; b: SentimentFigures } | null;
  mcnemar: McNemar | null;
  difference: PairedDifference | null;
  subsets: SubsetComparison[];
  verdict: string;
}

export interface ComparisonSettings {
  models: [string, string];
  /** Largest probabilities from which each model answers. */
  thresholds: [number, number];
  resamples: number;
  seed: string;
}

export const RESAMPLES = 2000;
const P_VALUE = 0.05;
/** On fewer texts the stability index is noise. */
const FEWEST = 100;
/** Smaller subsets say nothing. */
const SMALLEST_SUBSET = 10;
const MOST_SUBSETS = 30;

/** Two models beside each other on the same texts. @throws InvalidInputError where there are none. */
export function compareSentiment(
  texts: readonly ComparedText[],
  settings: ComparisonSettings,
): SentimentComparison {
  if (texts.length === 0)
    throw new InvalidInputError(`There is no text that both ${settings.models.join(' and ')} have scored`);
  const between = betweenOf(texts);
  const labelled = texts.filter((text) => text.target !== null);
  const shares = (index: 0 | 1): number[] =>
    SENTIMENT_LABELS.map(
      (_, k) => texts.filter((text) => largest(index === 0 ? text.a : text.b) === k).length,
    );
  const labels = stabilityIndex(shares(0), shares(1));
  const scores = stabilityOfValues(
    texts.map(({ a }) => valueOf(a)),
    texts.map(({ b }) => valueOf(b)),
  );
  const judged = labelled.length > 0 ? judge(labelled, settings) : UNJUDGED;
  const kappa = kappaOf(between);
  const found = {
    models: settings.models,
    n: texts.length,
    labelled: labelled.length,
    agreement: agreementOf(texts),
    kappa: Number.isNaN(kappa) ? null : kappa,
    between,
    drift: {
      labels,
      scores,
      reading: readingOf(texts.length < FEWEST ? NaN : Math.max(labels, scores)),
    },
    ...judged,
    subsets: subsetsOf(texts),
  };
  return { ...found, verdict: verdictOf(found) };
}

const UNJUDGED = { figures: null, mcnemar: null, difference: null };

function judge(labelled: readonly ComparedText[], { thresholds, resamples, seed }: ComparisonSettings) {
  const rows = (index: 0 | 1) =>
    labelled.map((text) => ({ row: [...(index === 0 ? text.a : text.b)], target: text.target ?? 0 }));
  const pairs = pairsOf(labelled);
  return {
    figures: {
      a: measureSentiment(rows(0), thresholds[0]),
      b: measureSentiment(rows(1), thresholds[1]),
    },
    mcnemar: mcnemar(pairs),
    difference: pairedDifference(pairs, { resamples, seed }),
  };
}

function subsetsOf(texts: readonly ComparedText[]): SubsetComparison[] {
  const groups = new Map<string, { by: 'source' | 'label'; value: string; own: ComparedText[] }>();
  const add = (by: 'source' | 'label', value: string, text: ComparedText): void => {
    const held = groups.get(`${by} ${value}`) ?? { by, value, own: [] };
    groups.set(`${by} ${value}`, held);
    held.own.push(text);
  };
  for (const text of texts) {
    if (text.source) add('source', text.source, text);
    if (text.target !== null) add('label', SENTIMENT_LABELS[text.target] ?? '', text);
  }
  const kept = [...groups.values()]
    .filter(({ own }) => own.length >= SMALLEST_SUBSET)
    .sort((a, b) => (a.by < b.by ? 1 : a.by > b.by ? -1 : b.own.length - a.own.length))
    .slice(0, MOST_SUBSETS);
  const subsets = kept.map(({ by, value, own }) => subsetOf({ by, value }, own));
  const tested = subsets.filter(({ pValue }) => pValue !== null);
  const adjusted = holm(tested.map(({ pValue }) => pValue ?? 1));
  tested.forEach((each, i) => (each.adjustedPValue = adjusted[i] ?? null));
  return subsets;
}

function subsetOf(
  named: Pick<SubsetComparison, 'by' | 'value'>,
  own: readonly ComparedText[],
): SubsetComparison {
  const pairs = pairsOf(own.filter(({ target }) => target !== null));
  const right = (read: (pair: PairedAnswer) => number): number | null =>
    pairs.length === 0 ? null : pairs.filter((pair) => read(pair) === pair.target).length / pairs.length;
  const pValue = pairs.length === 0 ? null : mcnemar(pairs).pValue;
  return {
    ...named,
    n: own.length,
    agreement: agreementOf(own),
    accuracyA: right(({ a }) => a),
    accuracyB: right(({ b }) => b),
    pValue,
    adjustedPValue: null,
  };
}

function verdictOf(found: Omit<SentimentComparison, 'verdict'>): string {
  const [a, b] = found.models;
  const agreeing = `they agree on ${percent(found.agreement)} of ${found.n} texts`;
  const { figures, mcnemar: test, difference } = found;
  if (!figures || !test || !difference)
    return `Which of ${a} and ${b} is better is not known, since no text has a label: ${agreeing}, and ${driftText(found)}.`;
  const beside = `${percent(figures.a.accuracy)} against ${percent(figures.b.accuracy)} of ${found.labelled} labelled texts right, p ${test.pValue < 0.0005 ? 'below 0.001' : test.pValue.toFixed(3)}`;
  if (test.pValue > P_VALUE) return `${a} and ${b} cannot be told apart: ${beside}; ${agreeing}.`;
  const [better, worse] = difference.accuracy > 0 ? [a, b] : [b, a];
  return `${better} is better than ${worse}: ${beside}; ${agreeing}.`;
}

function driftText({ drift, n }: Pick<SentimentComparison, 'drift' | 'n'>): string {
  if (drift.reading === 'unknown')
    return `whether their scores are distributed alike cannot be told from ${n} texts`;
  const index = Math.max(drift.labels, drift.scores).toFixed(2);
  return `their scores have ${drift.reading === 'stable' ? 'the same' : 'another'} distribution (population stability index ${index})`;
}

const pairsOf = (texts: readonly ComparedText[]): PairedAnswer[] =>
  texts.map(({ a, b, target }) => ({ target: target ?? 0, a: largest(a), b: largest(b) }));

function betweenOf(texts: readonly ComparedText[]): number[][] {
  const table = SENTIMENT_LABELS.map(() => SENTIMENT_LABELS.map(() => 0));
  for (const { a, b } of texts) {
    const row = table[largest(a)];
    if (row) row[largest(b)] = (row[largest(b)] ?? 0) + 1;
  }
  return table;
}

const agreementOf = (texts: readonly ComparedText[]): number =>
  texts.filter(({ a, b }) => largest(a) === largest(b)).length / texts.length;

const largest = (row: readonly number[]): number => row.indexOf(Math.max(...row));
const valueOf = (row: readonly number[]): number => (row[2] ?? NaN) - (row[0] ?? NaN);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
