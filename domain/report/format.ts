import { escapeHtml } from './chart.js';

/** NaN travels through JSON as null: both mean "not defined here". */
const given = (value: number | null | undefined): value is number =>
  value !== null && value !== undefined && Number.isFinite(value);
/** The true minus sign is as wide as a digit. */
const minus = (text: string): string => text.replace('-', '−');

export const number = (value: number | null, digits = 5): string =>
  given(value) ? minus(value.toLocaleString('en-US', { maximumSignificantDigits: digits })) : '–';
export const price = (value: number | null): string => number(value, 7);
export const fixed = (value: number | null, digits: number): string =>
  given(value) ? minus(value.toFixed(digits)) : '–';
export const percent = (value: number | null, digits: number): string =>
  given(value) ? `${minus((100 * value).toFixed(digits))} %` : '–';
export const interval = (bounds: readonly (number | null)[], digits: number): string =>
  bounds.some(given) ? bounds.map((bound) => percent(bound, digits)).join(' … ') : '–';
export const date = (time: number): string => new Date(time).toISOString().slice(0, 10);
export const moment = (time: number): string =>
  `${new Date(time).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
/** Quote currency of `binance/BTC-USDT/1h`. */
export const quoteOf = (stream: string): string => stream.split('/')[1]?.split('-')[1] ?? '';

/** A cell of text, or of a name with a line under it. */
export type Cell = string | number | { name: string; under: string };

/** The first column names the row and stays in view; columns from the second on are figures. */
export function table(label: string, names: string[], rows: Cell[][]): string {
  const head = names.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  const body = rows.map(
    ([first = '', ...rest]) =>
      `<tr><th scope="row">${cellText(first)}</th>${rest.map((cell) => `<td>${cellText(cell)}</td>`).join('')}</tr>`,
  );
  return `<div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body.join('')}</tbody></table></div>`;
}

const cellText = (cell: Cell): string =>
  typeof cell === 'object'
    ? `${escapeHtml(cell.name)}<small>${escapeHtml(cell.under).replaceAll('/', '/<wbr>')}</small>`
    : escapeHtml(String(cell));

export const listOf = (sentences: string[]): string =>
  `<ul>${sentences.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>`;
