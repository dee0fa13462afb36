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

/**
 * Reads rows of a table with a column `text` and, where there are, `label` (negative, neutral, positive, or empty),
 * `source` and `language`. @throws InvalidInputError naming file, row and what would have been right
 */
export function readLabelledTexts(rows: readonly string[][], file: string): LabelledText[] {
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
  return body.flatMap((row, i) => {
    if (row.every((each) => each.trim() === '')) return [];
    const [from, spoken] = [cell(row, source).trim(), cell(row, language).trim().toLowerCase()];
    return [
      {
        text: cell(row, text),
        target: targetOf(cell(row, label), `${file}, row ${i + 1}`),
        ...(from ? { source: from } : {}),
        ...(spoken ? { language: spoken } : {}),
      },
    ];
  });
}

function targetOf(given: string, where: string): number | null {
  const label = given.trim().toLowerCase();
  if (label === '') return null;
  const index = SENTIMENT_LABELS.findIndex((each) => each === label);
  if (index >= 0) return index;
  throw new InvalidInputError(
    `${where}: "${label.slice(0, 40)}" is no label; known: ${SENTIMENT_LABELS.join(', ')}, or nothing`,
  );
}
