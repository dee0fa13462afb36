import { InvalidInputError } from '../errors.js';
import { SENTIMENT_LABELS } from './scores.js';

/** A text to judge models by. */
export interface LabelledText {
  text: string;
  /** Index into SENTIMENT_LABELS; null where the file has no label for it. */
  target: number | null;
  /** Data set or feed, where the file says it. */
  source?: string;
  /** ISO 639-1, where the file says it. */
  language?: string;
}

/** Labels of files that are meant by ours. */
const WORDS: Record<string, (typeof SENTIMENT_LABELS)[number]> = {
  ...{ neg: 'negative', neu: 'neutral', pos: 'positive' },
  ...{ bearish: 'negative', bullish: 'positive' },
};
/** More different ones are no labels. */
const MOST_OTHERS = 20;

export interface LabelledTexts {
  texts: LabelledText[];
  /** Labels that are none of ours, such as "mixed", and how many texts have them: they count as texts without one. */
  otherLabels: Record<string, number>;
}

/**
 * Reads rows of a table with a column `text` and, where there are, `label` (negative, neutral, positive, or empty),
 * `source` and `language`. @throws InvalidInputError naming the file and what would have been right
 */
export function readLabelledTexts(rows: readonly string[][], file: string): LabelledTexts {
  const [header = [], ...body] = rows;
  const place = (name: string): number => header.findIndex((cell) => cell.trim().toLowerCase() === name);
  const [text, label, source, language] = ['text', 'label', 'source', 'language'].map(place) as [
    number,
    number,
    number,
    number,
  ];
  if (text < 0)
    throw new InvalidInputError(
      `${file} has no column "text"; its first line names the columns, such as text,label (found: ${header.join(', ').slice(0, 200) || 'nothing'})`,
    );
  const cell = (row: readonly string[], at: number): string => (at < 0 ? '' : (row[at] ?? ''));
  const others = new Map<string, number>();
  const texts = body.flatMap((row): LabelledText[] => {
    if (row.every((each) => each.trim() === '')) return [];
    const [from, spoken] = [cell(row, source).trim(), cell(row, language).trim().toLowerCase()];
    return [
      {
        text: cell(row, text),
        target: targetOf(cell(row, label).trim(), others),
        ...(from ? { source: from } : {}),
        ...(spoken ? { language: spoken } : {}),
      },
    ];
  });
  checkOthers(others, texts, file);
  return { texts, otherLabels: Object.fromEntries(others) };
}

/** A column of labels that mean nothing here is a mistake; some among others are told. */
function checkOthers(
  others: ReadonlyMap<string, number>,
  texts: readonly LabelledText[],
  file: string,
): void {
  const isMeant = texts.some(({ target }) => target !== null);
  if (others.size === 0 || (isMeant && others.size <= MOST_OTHERS)) return;
  throw new InvalidInputError(
    `${file}: "${[...others.keys()].slice(0, 3).join('", "')}" are no labels; known: ${SENTIMENT_LABELS.join(', ')}, or nothing`,
  );
}

function targetOf(given: string, others: Map<string, number>): number | null {
  if (given === '') return null;
  const label = WORDS[given.toLowerCase()] ?? given.toLowerCase();
  const index = SENTIMENT_LABELS.findIndex((each) => each === label);
  if (index >= 0) return index;
  const shown = given.slice(0, 40);
  others.set(shown, (others.get(shown) ?? 0) + 1);
  return null;
}
