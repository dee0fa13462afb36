import { sha256Hex } from '../digest.js';
import { foldKey, foldOf, TEST_FOLD, VALIDATION_FOLD } from '../sentiment/folds.js';
import { SENTIMENT_LABELS, type SentimentLabel } from '../sentiment/scores.js';

/** A text, or a text and the asset of which it is judged, as it trains or is measured. */
export interface LabelledText {
  text: string;
  /** Empty: the text as a whole. */
  target: string;
  label: SentimentLabel;
  set: string;
  fold: number;
  weight: number;
  /** Labelled by another model, not by people. */
  weak: boolean;
}

/** Where a row goes, as the column `split` tells Python. */
export const SPLITS = { train: 0, validation: 1, test: 2, measured: 3 } as const;

/** Of the validation fold, so much fits the temperature and passes the gates; the rest trains. */
const HELD_SHARE = 0.25;
/** Of the texts that speak of one asset only, so many also train as a pair. */
const SINGLE_PAIRS = 0.3;
const LONGEST_TEXT = 4000;

const ALIASES: Record<SentimentLabel, readonly string[]> = {
  negative: ['negative', 'neg', 'bearish', 'sell', '-1'],
  neutral: ['neutral', 'neu', 'hold', '0'],
  positive: ['positive', 'pos', 'bullish', 'buy', '1'],
};

/** The label under whatever usual name it comes; null for `mixed`, `none` and what nobody knows. */
export function labelOf(text: string): SentimentLabel | null {
  const wanted = text.trim().toLowerCase();
  return SENTIMENT_LABELS.find((label) => ALIASES[label].includes(wanted)) ?? null;
}

/** Without control and format characters, runs of white space as one space, at most 4,000 characters. */
export const cleanText = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT);

/** One row of a labelled set: the text as a whole where it has one label, and a pair for each asset with a label of its own. */
export function examplesOf(
  row: { text: string; label: string; entities: string },
  of: { set: string; weight: number; weak: boolean },
): LabelledText[] {
  const text = cleanText(row.text);
  if (foldKey(text) === '') return [];
  const common = { text, fold: foldOf(text), ...of };
  const whole = labelOf(row.label);
  const pairs = pairsOf(row.entities);
  const told = pairs.length > 1 || shareOf(text) < SINGLE_PAIRS ? pairs : [];
  return [
    ...(whole ? [{ ...common, target: '', label: whole }] : []),
    ...told.map(([target, label]) => ({ ...common, target, label })),
  ];
}

/** Pairs of asset and label from a cell, an object or a list of pairs as JSON; an asset with two labels is left out. */
export function pairsOf(cell: string): [string, SentimentLabel][] {
  const found = parsed(cell);
  const entries = Array.isArray(found) ? found : Object.entries(found ?? {});
  const labels = new Map<string, Set<SentimentLabel | null>>();
  for (const entry of entries) {
    if (!Array.isArray(entry)) continue;
    const target = cleanText(String(entry[0]));
    if (target) labels.set(target, (labels.get(target) ?? new Set()).add(labelOf(String(entry[1]))));
  }
  return [...labels].flatMap(([target, said]): [string, SentimentLabel][] => {
    const [label] = said;
    return said.size === 1 && label ? [[target, label]] : [];
  });
}

function parsed(cell: string): unknown[] | Record<string, unknown> | null {
  if (!cell.trim()) return null;
  try {
    const value: unknown = JSON.parse(cell);
    return typeof value === 'object' ? (value as Record<string, unknown> | null) : null;
  } catch {
    return null;
  }
}

/** A number from 0 to 1 by the text's content, for samples that do not depend on the order of rows. */
export const shareOf = (text: string): number =>
  Number.parseInt(sha256Hex(`share:${text}`).slice(0, 8), 16) / 2 ** 32;

/** What a row is for, but for near-duplicates. Weak rows never measure anything. */
export function splitOf(row: LabelledText): number {
  const apart = row.fold === TEST_FOLD ? SPLITS.test : isHeld(row) ? SPLITS.validation : SPLITS.train;
  return row.weak ? SPLITS.train : apart;
}

const isHeld = ({ fold, text }: LabelledText): boolean =>
  fold === VALIDATION_FOLD && shareOf(text) < HELD_SHARE;

/** One row a text, target and label; a text that has two labels as one thing has none. Texts are equal by their words. */
export function withoutRepeats(rows: LabelledText[]): { rows: LabelledText[]; conflicts: number } {
  const labels = new Map<string, Set<string>>();
  const keyOf = (row: LabelledText): string => `${foldKey(row.text)}\n${row.target.toLowerCase()}`;
  for (const row of rows) {
    const key = keyOf(row);
    labels.set(key, (labels.get(key) ?? new Set()).add(row.label));
  }
  const seen = new Set<string>();
  const kept = rows.filter((row) => {
    const key = keyOf(row);
    if ((labels.get(key)?.size ?? 0) > 1 || seen.has(key)) return false;
    seen.add(key);
    return true;
  });
  return { rows: kept, conflicts: [...labels.values()].filter(({ size }) => size > 1).length };
}

/** Weights that give each label of a set the same sum, at most threefold; the sum over the set stays. */
export function balanced(rows: LabelledText[]): LabelledText[] {
  const counts = new Map<string, number>();
  const keyOf = (row: LabelledText): string => `${row.set}\n${row.label}`;
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  const perSet = new Map<string, number>();
  for (const row of rows) perSet.set(row.set, (perSet.get(row.set) ?? 0) + 1);
  return rows.map((row) => {
    const fair = (perSet.get(row.set) ?? 0) / SENTIMENT_LABELS.length / (counts.get(keyOf(row)) ?? 1);
    return { ...row, weight: row.weight * Math.min(3, fair) };
  });
}
