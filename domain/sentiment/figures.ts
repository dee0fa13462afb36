import { SENTIMENT_LABELS } from './scores.js';
import { wilson } from '../statistics.js';

/** How good a three-class model is on labelled texts. */
export interface SentimentFigures {
  n: number;
  /** Of all texts, abstentions counted by what the model would have said. */
  accuracy: number;
  wilson95: [number, number];
  /** Accuracy of always saying the set's most frequent label. */
  majority: number;
  macroF1: number;
  /** Expected calibration error over 15 bins of the largest probability. */
  ece: number;
  /** Rows: the label; columns: the answer; in the order of SENTIMENT_LABELS. */
  confusion: number[][];
  /** Share of texts answered at the threshold, and the accuracy on those. */
  answered: number;
  accuracyAnswered: number;
  /** The bins behind `ece` that hold texts: how sure the answers were, and how many were right. Older cards have none. */
  reliability?: ReliabilityBin[];
}

export interface ReliabilityBin {
  n: number;
  /** Mean of the largest probabilities. */
  confidence: number;
  /** Share of the answers that were right. */
  accuracy: number;
}

/** Figures as a model's card has them. */
export interface CardFigures extends SentimentFigures {
  /** Name of the labelled set, and which part of it was measured. */
  set: string;
  part: string;
  /** Accuracy of the surest answers by their share. */
  abstention?: { answered: number; accuracy: number }[];
}

export interface Judged {
  /** Probabilities in the order of SENTIMENT_LABELS. */
  row: number[];
  /** Index of the label. */
  target: number;
}

const BINS = 15;

/** Figures of answers whose labels are known. */
export function measureSentiment(judged: readonly Judged[], threshold: number): SentimentFigures {
  const n = judged.length;
  const answers = judged.map(({ row, target }) => {
    const confidence = Math.max(...row);
    const said = row.indexOf(confidence);
    return { said, target, confidence, hit: Number(said === target) };
  });
  const confusion = SENTIMENT_LABELS.map((_, label) =>
    SENTIMENT_LABELS.map(
      (__, said) => answers.filter((each) => each.target === label && each.said === said).length,
    ),
  );
  const reliability = reliabilityOf(answers);
  const hits = total(answers.map((each) => each.hit));
  const answered = answers.filter((each) => each.confidence >= threshold);
  return {
    n,
    accuracy: hits / n,
    wilson95: wilson(hits, n),
    majority: Math.max(...confusion.map(total)) / n,
    macroF1: macroF1(confusion),
    ece: total(reliability.map((bin) => (bin.n / n) * Math.abs(bin.confidence - bin.accuracy))),
    confusion,
    answered: answered.length / n,
    accuracyAnswered: total(answered.map((each) => each.hit)) / answered.length,
    reliability,
  };
}

function reliabilityOf(answers: { confidence: number; hit: number }[]): ReliabilityBin[] {
  const bins = Array.from({ length: BINS }, () => ({ n: 0, confidence: 0, hits: 0 }));
  for (const { confidence, hit } of answers) {
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (!bin) continue;
    bin.n++;
    bin.confidence += confidence;
    bin.hits += hit;
  }
  return bins.flatMap(({ n, confidence, hits }) =>
    n === 0 ? [] : [{ n, confidence: confidence / n, accuracy: hits / n }],
  );
}

/** Mean of the classes' F1; a class that neither occurs nor is said counts 0. */
function macroF1(confusion: number[][]): number {
  const scores = confusion.map((row, i) => {
    const said = total(confusion.map((each) => each[i] ?? 0));
    return (2 * (row[i] ?? 0)) / (said + total(row) || 1);
  });
  return total(scores) / scores.length;
}

const total = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0);
