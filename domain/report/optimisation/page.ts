import type { Source } from '../../sources.js';
import { escapeHtml } from '../chart.js';
import { date, moment, number } from '../format.js';
import { STYLE } from '../style.js';

/** What every page of an optimisation says of where its figures come from. */
export interface PageHead {
  title: string;
  source: Source;
  asOf: number;
  facts: [string, string][];
}

/** One HTML page that opens from disk: no script, nothing loaded from elsewhere. */
export function renderPage({ title, source, asOf, facts }: PageHead, sections: [string, string][]): string {
  const listed = facts.map(([name, text]) => `<div><dt>${name}</dt><dd>${escapeHtml(text)}</dd></div>`);
  const body = sections.map(([name, html]) => `<section><h2>${escapeHtml(name)}</h2>${html}</section>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><link rel="icon" href="data:,"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>
<header><h1>${escapeHtml(title)}</h1>
<p><span class="badge ${source.kind}">${source.kind}</span> <span class="soft">as of ${moment(asOf)}</span></p>
<dl>${listed.join('')}</dl></header>
${body.join('\n')}
</main></body></html>`;
}

export const windowText = ({ from, to }: { from: number; to: number }): string =>
  `${date(from)} … ${date(to)}`;

export const verdictText = (sentence: string): string => `<p class="verdict">${escapeHtml(sentence)}</p>`;

/** `fast 20, slow 100`. */
export const paramsText = (params: Record<string, number>): string =>
  Object.entries(params)
    .map(([name, value]) => `${name} ${number(value, 7)}`)
    .join(', ');
