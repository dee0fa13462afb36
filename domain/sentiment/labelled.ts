import { InvalidInputError } from '../errors.js';
import { measureSentiment, type Judged, type SentimentFigures } from './figures.js';
import { SENTIMENT_LABELS, type ScoredText } from './scores.js';

export interface LabelledText {
  text: string;
  /** Index in SENTIMENT_LABELS. */
  label: number;
  target?: string;
}

export interface LabelledSet {
  texts: LabelledText[];
  /** Rows without one of the three labels, by what stands there. */
  leftOut: Record<string, number>;
}

/** Sets of labels for several assets have rows that are neither; three classes do not fit them. */
const NEITHER = new Set(['mixed', 'none', '']);
const SHOWN = 20;

/**
 * Labelled texts of a table with a header. `labels`: names of the table → ours, or `-` for rows to leave out.
 * @throws InvalidInputError naming missing columns, or the labels that are not known and how many rows have them
 */
export function readLabelled(
  rows: readonly (readonly string[])[],
  options: { file: string; labels?: Record<string, string>; target?: string | undefined },
): LabelledSet {
  const [header = [], ...body] = rows;
  const names = header.map((name) => name.trim().toLowerCase());
  const columnOf = (name: string): number => {
    const at = names.indexOf(name.toLowerCase());
    if (at >= 0) return at;
    throw new InvalidInputError(
      `${options.file} has no column "${name}"; it has ${header.map((each) => `"${each.trim()}"`).join(', ') || 'none'}, and "text" and "label" are needed`,
    );
  };
  const [textAt, labelAt] = [columnOf('text'), columnOf('label')];
  const targetAt = options.target === undefined ? -1 : columnOf(options.target);
  const own = ownNames(options.labels ?? {});
  const leftOut: Record<string, number> = {};
  const unknown = new Map<string, number>();
  const texts = body.flatMap((cells): LabelledText[] => {
    // An empty line is no row.
    if (cells.length === 1 && header.length > 1 && !cells[0]?.trim()) return [];
    const given = (cells[labelAt] ?? '').trim();
    const name = own.get(given.toLowerCase()) ?? given.toLowerCase();
    const label = (SENTIMENT_LABELS as readonly string[]).indexOf(name);
    const target = targetAt < 0 ? '' : (cells[targetAt] ?? '').trim();
    if (label >= 0) return [{ text: cells[textAt] ?? '', label, ...(target && { target }) }];
    if (name === '-' || NEITHER.has(name)) leftOut[given] = (leftOut[given] ?? 0) + 1;
    else unknown.set(given, (unknown.get(given) ?? 0) + 1);
    return [];
  });
  if (unknown.size > 0) throw unknownLabels(options.file, unknown);
  if (texts.length === 0)
    throw new InvalidInputError(
      `${options.file} has no row labelled ${SENTIMENT_LABELS.join(', ')}; left out: ${JSON.stringify(leftOut)}`,
    );
  return { texts, leftOut };
}

function ownNames(labels: Record<string, string>): Map<string, string> {
  for (const [name, ours] of Object.entries(labels))
    if (ours !== '-' && !(SENTIMENT_LABELS as readonly string[]).includes(ours))
      throw new InvalidInputError(
        `Label ${name}=${ours}: "${ours}" is none of ${SENTIMENT_LABELS.join(', ')}, nor - for rows to leave out`,
      );
  return new Map(Object.entries(labels).map(([name, ours]) => [name.toLowerCase(), ours]));
}

function unknownLabels(file: string, unknown: Map<string, number>): InvalidInputError {
  const sorted = [...unknown].toSorted((a, b) => b[1] - a[1]);
  const shown = sorted.slice(0, SHOWN).map(([label, count]) => `"${label.slice(0, 40)}" in ${count}`);
  const rows = sorted.reduce((sum, [, count]) => sum + count, 0);
  const more = sorted.length > SHOWN ? ` and ${sorted.length - SHOWN} others` : '';
  const example = sorted[0]?.[0].slice(0, 40) ?? '';
  return new InvalidInputError(
    `${file}: ${rows} rows have labels that are none of ${SENTIMENT_LABELS.join(', ')}: ${shown.join(', ')}${more}; say what they mean, such as --labels ${example}=negative, or ${example}=- to leave them out`,
  );
}

export interface Evaluated extends Omit<SentimentFigures, 'answered'> {
  labels: readonly string[];
  /** Share of texts that the model did not abstain from. */
  coverage: number;
  /** How many it abstained from, by the reason. */
  abstained: Record<string, number>;
  /** Accuracy on the texts it is surest of: the share of them, and from which probability on. */
  curve: { coverage: number; threshold: number; accuracy: number }[];
}

const SHARES = [1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5];

/** What a model's answers are worth; `answers` in the order of the texts. */
export function evaluateSentiment(
  texts: readonly LabelledText[],
  answers: readonly ScoredText[],
  threshold: number,
): Evaluated {
  const judged = texts.map(({ label }, i): Judged & { abstained: boolean } => {
    const { probabilities, abstained = true } = answers[i] ?? {};
    const row = SENTIMENT_LABELS.map((name) => probabilities?.[name] ?? NaN);
    return { row, target: label, abstained };
  });
  const { answered: _, ...figures } = measureSentiment(judged, threshold);
  const kept = judged.filter(({ abstained }) => !abstained);
  const abstained: Record<string, number> = {};
  for (const { reason } of answers)
    if (reason) abstained[kindOf(reason)] = (abstained[kindOf(reason)] ?? 0) + 1;
  return {
    ...figures,
    labels: SENTIMENT_LABELS,
    coverage: kept.length / texts.length,
    accuracyAnswered: shareRight(kept),
    abstained,
    curve: curveOf(judged),
  };
}

/** Without its figures: one reason for many texts. */
const kindOf = (reason: string): string => reason.replace(/^unsure: [\d.]+ /, 'unsure: ');

const isRight = ({ row, target }: Judged): boolean => row.indexOf(Math.max(...row)) === target;

const shareRight = (judged: readonly Judged[]): number => judged.filter(isRight).length / judged.length;

function curveOf(judged: readonly Judged[]): Evaluated['curve'] {
  const surest = judged.toSorted((a, b) => Math.max(...b.row) - Math.max(...a.row));
  return SHARES.map((share) => {
    const kept = surest.slice(0, Math.max(1, Math.round(share * surest.length)));
    const last = kept.at(-1)?.row ?? [];
    return {
      coverage: kept.length / judged.length,
      threshold: Math.max(...last),
      accuracy: shareRight(kept),
    };
  });
}
