import { readPublished } from '../../../domain/news/dates.js';
import { resolveAddress, resolveLinks } from './addresses.js';
import type { Element } from './elements.js';
import type { FeedItem, Problems, TextType } from './model.js';

export interface Construct {
  value: string;
  type: TextType;
}

/** The first of these elements that has anything in it, by the order of the names. */
export function firstOf(parent: Element, ...names: string[]): Element | undefined {
  for (const name of names) {
    for (const child of parent.children) if (child.name === name && wholeText(child)) return child;
  }
  return undefined;
}

export const allOf = (parent: Element, ...names: string[]): Element[] =>
  parent.children.filter((child) => names.includes(child.name));

/** An element's text, or its markup where it has any. */
export function wholeText(element: Element | undefined): string {
  if (!element) return '';
  return (element.whole ??= (element.markup === null ? element.text : markupOf(element.markup)).trim());
}

/** Text, or text within markup, on one line: for names, dates and identifiers. */
export const lineOf = (element: Element | undefined): string =>
  element?.text.replace(/\s+/g, ' ').trim() ?? '';

/** RSS says nowhere whether a text is HTML: it may be. */
export function rssText(element: Element | undefined): Construct | undefined {
  const value = wholeText(element);
  return value ? { value: resolveLinks(value, element?.base ?? null), type: 'html' } : undefined;
}

/** Atom's text and content constructs, of 1.0 (`type`) and of 0.3 (`mode`). */
export function atomText(element: Element | undefined): Construct | undefined {
  if (!element) return undefined;
  const type = element.attributes.get('type')?.trim().toLowerCase() ?? 'text';
  const found = constructOf(element, type);
  const value = found.value.trim();
  if (!value) return undefined;
  return { value: found.type === 'html' ? resolveLinks(value, element.base) : value, type: found.type };
}

function constructOf(element: Element, type: string): Construct {
  const mode = element.attributes.get('mode')?.trim().toLowerCase();
  const text = wholeText(element);
  if (mode === 'base64' || (!mode && isBinary(type) && element.markup === null))
    return { value: decodeBase64(text), type: 'html' };
  if (type === 'xhtml' || (element.markup !== null && XHTML_DIV.test(text)))
    return { value: withoutDiv(text), type: 'html' };
  const isText = (type === 'text' || type === 'text/plain') && element.markup === null && mode !== 'escaped';
  return { value: text, type: isText ? 'text' : 'html' };
}

/** RFC 4287, 4.1.3.3: whatever is neither text nor XML is base64. */
const isBinary = (type: string): boolean =>
  type.includes('/') && !type.startsWith('text/') && !/[/+](xml|json|html)$/.test(type);

/** Text that is no base64 of text is given as it is. */
function decodeBase64(text: string): string {
  const bare = text.replace(/\s+/g, '');
  if (bare.length % 4 === 1 || !/^[\w+/-]*={0,2}$/.test(bare)) return text;
  const decoded = Buffer.from(bare, 'base64').toString('utf8');
  return /[\ufffd\0-\x08]/.test(decoded) ? text : decoded;
}

const XHTML_DIV = /^<(?:[\w-]+:)?div\b[^<>]*>/i;

/** The element `div` around XHTML is no part of it. */
function withoutDiv(markup: string): string {
  const start = XHTML_DIV.exec(markup)?.[0];
  const end = /<\/(?:[\w-]+:)?div\s*>$/i.exec(markup)?.[0];
  if (start?.endsWith('/>')) return markup.slice(start.length);
  const prefix = /^<([\w-]+:)/.exec(markup)?.[1];
  const inner = start && end ? markup.slice(start.length, -end.length) : markup;
  return prefix ? inner.replaceAll(`<${prefix}`, '<').replaceAll(`</${prefix}`, '</') : inner;
}

/** Inner markup with its CDATA sections as text. */
const markupOf = (markup: string): string =>
  markup.includes('<![CDATA[')
    ? markup.replace(/<!\[CDATA\[([^]*?)(?:\]\]>|$)/g, (_, text: string) => escaped(text))
    : markup;

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

interface DateOfItem {
  names: { published: string[]; updated: string[] };
  at: number;
  problems: Problems;
}

/**
 * The dates of an item. Where several say the same thing, the first that can be read holds; each that cannot be
 * read is a problem. The time of the last change stands in only where no time of publication is written at all.
 */
export function datesOf(
  item: Element,
  { names, at, problems }: DateOfItem,
): Pick<FeedItem, 'publishedAt' | 'publishedMs' | 'updatedAt' | 'updatedMs'> {
  const read = (wanted: string[]): { text: string; ms: number | null } | undefined => {
    const written = wanted.flatMap((name) => allOf(item, name).map(lineOf)).filter(Boolean);
    const dates = written.map((text) => ({ text, ms: readPublished(text) }));
    for (const { text, ms } of dates)
      if (ms === null) problems.add('bad-date', `its date cannot be read: ${text.slice(0, 80)}`, at);
    return dates.find(({ ms }) => ms !== null) ?? dates[0];
  };
  const updated = read(names.updated);
  const published = read(names.published) ?? updated;
  return {
    ...(published && { publishedAt: published.text, publishedMs: published.ms }),
    ...(updated && { updatedAt: updated.text, updatedMs: updated.ms }),
  };
}

/** Nothing that a browser would run is an address; what else is no web address is reported and kept. */
export function checkedAddress(
  written: string,
  { base, at, problems }: { base: string | null; at: number; problems: Problems },
): string | undefined {
  if (!written.trim()) return undefined;
  const url = resolveAddress(written, base);
  if (/^\s*(javascript|data|vbscript):/i.test(url)) {
    problems.add('bad-link', `its link is no address of a page: ${url.slice(0, 80)}`, at);
    return undefined;
  }
  return url;
}

/** Leaves out members that are undefined or empty. */
export function present<T extends object>(members: { [K in keyof T]: T[K] | undefined }): T {
  const kept: Record<string, unknown> = {};
  for (const name in members) {
    const value = members[name] as unknown;
    if (value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0))
      kept[name] = value;
  }
  return kept as T;
}
