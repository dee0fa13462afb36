import { escapeHtml } from '../chart.js';
import { fixed, number, percent } from '../format.js';
import type { Days } from './days.js';
import { monthlyReturns } from './days.js';

/** What a sweep found over two parameters: `values[row][column]`, NaN where that pair was not tried. */
export interface HeatMap {
  /** What the values are: `Sharpe`. */
  figure: string;
  rows: { name: string; values: number[] };
  columns: { name: string; values: number[] };
  values: number[][];
  /** The pair that this sheet is about, where it is among them. */
  chosen: { row: number; column: number } | null;
  /** What the chosen pair is; `this one` where absent. */
  chosenName?: string;
  /** What is not on the axes, in sentences. */
  notes?: string[];
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export function monthTable(days: Days): string {
  const years = monthlyReturns(days);
  const largest = largestOf(years.flatMap(({ months }) => months));
  const rows = years.map(
    ({ year, months, total }) =>
      `<tr><th scope="row">${year}</th>${months.map((each) => shaded(each, { largest, text: percent(each, 1) })).join('')}<td><b>${percent(total, 1)}</b></td></tr>`,
  );
  return shadedTable('Returns by month', ['year', ...MONTHS, 'year’s total'], rows);
}

/** One cell a pair of parameters, shaded by its value; the chosen pair is framed. */
export function parameterTable({
  figure,
  rows,
  columns,
  values,
  chosen,
  chosenName = 'this one',
  notes = [],
}: HeatMap): string {
  const largest = largestOf(values.flat());
  const body = rows.values.map((value, row) => {
    const cells = columns.values.map((_, column) => {
      const each = values[row]?.[column] ?? NaN;
      const isChosen = chosen?.row === row && chosen.column === column;
      return shaded(each, { largest, text: `${isChosen ? '▸ ' : ''}${fixed(each, 2)}` });
    });
    return `<tr><th scope="row">${number(value, 7)}</th>${cells.join('')}</tr>`;
  });
  const corner = `${rows.name} ↓ ${columns.name} →`;
  const head = [corner, ...columns.values.map((value) => number(value, 7))];
  return `${shadedTable(`${figure} by ${rows.name} and ${columns.name}`, head, body)}<p class="soft">${escapeHtml(figure)} of each pair that was tried${chosen ? `; ▸ is ${chosenName}` : ''}. ${notes.map((each) => `${escapeHtml(each)} `).join('')}A single bright cell among dull ones is luck more often than skill.</p>`;
}

function shadedTable(label: string, head: string[], rows: string[]): string {
  const names = head.map((name) => `<th scope="col">${escapeHtml(name)}</th>`).join('');
  return `<div class="scroll heat" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table><thead><tr>${names}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

const largestOf = (values: (number | null)[]): number =>
  Math.max(1e-12, ...values.map((each) => Math.abs(each ?? 0)).filter(Number.isFinite));

/** The shade stays below half, so that the text on it stays readable. */
function shaded(value: number | null, { largest, text }: { largest: number; text: string }): string {
  if (value === null || !Number.isFinite(value)) return `<td>${text.startsWith('▸') ? '▸ –' : '–'}</td>`;
  const share = Math.round((35 * Math.abs(value)) / largest);
  const colour = value < 0 ? 'var(--bad)' : 'var(--good)';
  return `<td class="cell" style="background:color-mix(in srgb,${colour} ${share}%,transparent)">${escapeHtml(text)}</td>`;
}
