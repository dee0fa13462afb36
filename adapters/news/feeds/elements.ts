import { resolveAddress } from './addresses.js';
import type { Problems } from './model.js';
import { canonicalName, OUTERMOST, scopeWithin, type Scope } from './names.js';

/** An element that means something in a feed. In it is text, markup or other such elements. */
export interface Element {
  /** Canonical: `dc:date`, `item`. */
  name: string;
  attributes: ReadonlyMap<string, string>;
  /** All text in it, entities replaced. */
  text: string;
  /** Its inner markup as written, where it has any that no element of a feed accounts for. */
  markup: string | null;
  /** Its text or, where it has any, its markup: made when first asked for. */
  whole: string | null;
  children: Element[];
  base: string | null;
  language: string | null;
}

export interface Meaning {
  name: string;
  kind: 'root' | 'item' | 'container' | 'leaf';
}

export interface MarkupReader {
  /** Of a canonical name; null where it means nothing, and what stands in such an element is not read. */
  meaningOf: (name: string) => Meaning | null;
  /** @returns false for what is no feed. */
  onRoot: (root: Element) => boolean;
  /** An item is handed over when it ends, and not kept. @returns false to read no further. */
  onItem: (item: Element) => boolean;
}

interface Frame {
  written: string;
  /** Null within a leaf: only its end matters. */
  element: Element | null;
  /** The leaf that this is or stands in. */
  leaf: Element | typeof SKIPPED | null;
  scope: Scope;
  /** Where its content begins. */
  from: number;
}

export interface Reading {
  readonly xml: string;
  readonly reader: MarkupReader;
  readonly problems: Problems;
  /** Address of the document. */
  readonly base: string | null;
  readonly frames: Frame[];
  /** How many open elements have which written name. */
  readonly open: Map<string, number>;
  root: Element | null;
  item: Element | null;
  /** How many open elements are beyond the deepest that is read. */
  tooDeep: number;
  tags: number;
  isOver: boolean;
}

interface StartTag {
  written: string;
  attributes: ReadonlyMap<string, string> | null;
  from: number;
}

/** How many tags a document has, how deep they stand and how many are in one: no feed comes near. */
const LIMITS = { tags: 500_000, depth: 256, children: 2000 };
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
/** Stands for all elements that mean nothing. */
const SKIPPED: { text?: undefined; markup: string | null } = { markup: null };

export function startTag(reading: Reading, tag: StartTag): void {
  const { frames, problems } = reading;
  if (isOver(reading)) return;
  if (frames.length >= LIMITS.depth) {
    if (reading.tooDeep++ === 0)
      problems.add('nesting', `its elements are nested deeper than ${LIMITS.depth}; those are left out`);
    return;
  }
  const { written, from } = tag;
  const before = frames[frames.length - 1];
  const scope = before?.leaf ? before.scope : scopeWithin(before?.scope ?? OUTERMOST, tag.attributes);
  const meaning = isPlainMarkup(before, written)
    ? null
    : reading.reader.meaningOf(canonicalName(written, scope));
  if (meaning && reading.root) endUnclosed(reading, { meaning, end: from - written.length - 2 });
  const outer = frames[frames.length - 1];
  reading.open.set(written, (reading.open.get(written) ?? 0) + 1);
  if (outer?.leaf && meaning?.kind !== 'item') {
    outer.leaf.markup ??= '';
    frames.push({ written, element: null, leaf: outer.leaf, scope, from });
    return;
  }
  const element = meaning && addElement(reading, meaning, tag.attributes ?? NO_ATTRIBUTES);
  const isSkipped = reading.root !== null && element === null;
  const leaf = isSkipped ? SKIPPED : meaning?.kind === 'leaf' ? element : null;
  frames.push({ written, element, leaf, scope, from });
}

/** Whether a tag within a leaf is markup for sure: almost all are, and are not looked up. */
const isPlainMarkup = (outer: Frame | undefined, written: string): boolean =>
  outer?.leaf !== undefined &&
  outer.leaf !== null &&
  !(outer.element && isShort(outer.element.name)) &&
  !/(item|entry)$/i.test(written);

/** Elements without markup in them: what else begins there shows that they were not closed. */
const isShort = (name: string): boolean => SHORT.has(name);
const SHORT = new Set([
  'link',
  'guid',
  'pubdate',
  'dc:date',
  'published',
  'updated',
  'issued',
  'modified',
  'id',
  'language',
]);

/** Items do not nest, and short elements hold no others. */
function endUnclosed(reading: Reading, { meaning, end }: { meaning: Meaning; end: number }): void {
  const { frames, problems, item } = reading;
  const last = frames[frames.length - 1];
  if (meaning.kind === 'item' && item) {
    const at = frames.findIndex((frame) => frame.element === item);
    problems.add('unclosed', `<${frames[at]?.written}> is not closed before the next one`);
    while (frames.length > at) endLast(reading, end);
  } else if (last?.element && last.leaf === last.element && isShort(last.element.name)) {
    problems.add('unclosed', `<${last.written}> is not closed before <${meaning.name}>`);
    endLast(reading, end);
  }
}

function isOver(reading: Reading): boolean {
  if (!reading.isOver && reading.tags++ >= LIMITS.tags) {
    reading.problems.add('too-many-tags', `it has more than ${LIMITS.tags} tags; the rest is not read`);
    reading.isOver = true;
  }
  return reading.isOver;
}

/** Null for what stands before the root, and for a child too many. */
function addElement(
  reading: Reading,
  { name, kind }: Meaning,
  attributes: Element['attributes'],
): Element | null {
  if (!reading.root && kind !== 'root' && kind !== 'item') return null;
  const parent = lastElement(reading);
  if (parent && kind !== 'item' && parent.children.length >= LIMITS.children) {
    reading.problems.add(
      'children',
      `<${parent.name}> has more than ${LIMITS.children} children; the rest is left out`,
    );
    return null;
  }
  const outerBase = parent ? parent.base : reading.base;
  const base = attributes.get('xml:base');
  const element: Element = {
    name,
    attributes,
    text: '',
    markup: null,
    whole: null,
    children: [],
    base: base === undefined ? outerBase : resolveAddress(base, outerBase),
    language: attributes.get('xml:lang') ?? parent?.language ?? null,
  };
  if (!reading.root) {
    reading.root = element;
    reading.isOver = !reading.reader.onRoot(element);
  }
  if (kind === 'item') reading.item = element;
  else parent?.children.push(element);
  return element;
}

/** The element around: what is before the root, or beyond what is read, has none. */
function lastElement({ frames, root }: Reading): Element | null {
  for (let i = frames.length - 1; i >= 0; i--) {
    const element = frames[i]?.element;
    if (element) return element;
  }
  return root;
}

export function endTag(reading: Reading, written: string, end: number): void {
  const { frames, open, problems } = reading;
  if (isOver(reading)) return;
  if (reading.tooDeep > 0) {
    reading.tooDeep--;
    return;
  }
  if (!open.has(written))
    return problems.add('stray-end', `</${written.slice(0, 40)}> ends what did not begin`);
  for (;;) {
    const frame = frames[frames.length - 1];
    if (!frame) return;
    endLast(reading, end);
    if (frame.written === written) return;
    problems.add(
      'unclosed',
      `<${frame.written.slice(0, 40)}> is not closed before </${written.slice(0, 40)}>`,
    );
  }
}

/** At the end of the document, whatever is open. */
export function endAll(reading: Reading): void {
  while (reading.frames.length > 0) endLast(reading, reading.xml.length);
}

function endLast(reading: Reading, end: number): void {
  const frame = reading.frames.pop();
  if (!frame) return;
  const count = reading.open.get(frame.written) ?? 1;
  if (count > 1) reading.open.set(frame.written, count - 1);
  else reading.open.delete(frame.written);
  const { element } = frame;
  if (!element) return;
  if (element.markup !== null) element.markup = reading.xml.slice(frame.from, end);
  if (element !== reading.item) return;
  reading.item = null;
  if (!reading.reader.onItem(element)) reading.isOver = true;
}
