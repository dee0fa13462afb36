import type { Dataset } from '../dataset.js';
import type { Evaluation } from '../evaluation.js';
import { escapeHtml } from '../report/chart.js';
import type { ModelVersion } from '../models.js';
import { cardSections } from './card-sections.js';

export interface CardInput {
  model: ModelVersion;
  dataset: Dataset | null;
  /** Of this version, newest first. */
  evaluations: Evaluation[];
}

/** A heading with a sentence or two, and tables. */
export interface CardSection {
  title: string;
  text: string[];
  tables: CardTable[];
}

export interface CardTable {
  caption: string;
  head: string[];
  rows: string[][];
}

/**
 * A model card (Mitchell et al. 2019): what the model is, what it learned from, how it was split, how good it is beside
 * its baselines, what the audit found, and what it is not for.
 */
export function cardMarkdown(input: CardInput): string {
  const sections = cardSections(input).map(
    ({ title, text, tables }) => `## ${title}\n\n${[...text, ...tables.map(markdownTable)].join('\n\n')}\n`,
  );
  return `# Model card: ${input.model.name}@${input.model.version}\n\n${sections.join('\n')}`;
}

/** The same as a page that opens from disk. */
export function cardHtml(input: CardInput): string {
  const title = escapeHtml(`Model card: ${input.model.name}@${input.model.version}`);
  const body = cardSections(input).map(
    (section) =>
      `<section><h2>${escapeHtml(section.title)}</h2>${section.text.map((text) => `<p>${escapeHtml(text)}</p>`).join('')}${section.tables.map(htmlTable).join('')}</section>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1>${body.join('')}</body></html>`;
}

const STYLE =
  'body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;margin:1rem 0;font-variant-numeric:tabular-nums}caption{text-align:left;font-weight:600}td,th{border-bottom:1px solid #ccc;padding:.2rem .6rem;text-align:left}';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const markdownTable = ({ caption, head, rows }: CardTable): string =>
  [
    `**${cell(caption)}**\n`,
    `| ${head.map(cell).join(' | ')} |`,
    `|${head.map(() => ' --- |').join('')}`,
    ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
  ].join('\n');

const htmlTable = ({ caption, head, rows }: CardTable): string => {
  const line = (tag: 'td' | 'th', cells: string[]): string =>
    `<tr>${cells.map((text) => `<${tag}>${escapeHtml(text)}</${tag}>`).join('')}</tr>`;
  return `<table><caption>${escapeHtml(caption)}</caption><thead>${line('th', head)}</thead><tbody>${rows.map((row) => line('td', row)).join('')}</tbody></table>`;
};
