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
  isOver: boolean;
}

interface StartTag {
  written: string;
  attributes: ReadonlyMap<string, string> | null;
  from: number;
}

const LIMITS = { depth: 256, children: 2000 };
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();
/** Stands for all elements that mean nothing. */
const SKIPPED: { text?: undefined; markup: string | null } = { markup: null };

export function startTag(reading: Reading, tag: StartTag): void {
  const { frames, reader, open, problems } = reading;
  if (reading.isOver) return;
  if (frames.length >= LIMITS.depth) {
    if (reading.tooDeep++ === 0)
      problems.add('nesting', `its elements are nested deeper than ${LIMITS.depth}; those are left out`);
    return;
  }
  const { written, from } = tag;
  let outer = frames[frames.length - 1];
  const scope = outer?.leaf ? outer.scope : scopeWithin(outer?.scope ?? OUTERMOST, tag.attributes);
  const meaning = reader.meaningOf(canonicalName(written, scope));
  if (meaning?.kind === 'item' && reading.root) {
    if (reading.item) endOpenItem(reading, tag.from - written.length);
    outer = frames[frames.length - 1];
    if (outer?.leaf) outer = undefined;
  }
  open.set(written, (open.get(written) ?? 0) + 1);
  if (outer?.leaf) {
    outer.leaf.markup ??= '';
    frames.push({ written, element: null, leaf: outer.leaf, scope, from });
    return;
  }
  const element = meaning && addElement(reading, { ...meaning, attributes: tag.attributes ?? NO_ATTRIBUTES });
  const isSkipped = reading.root !== null && element === null;
  const leaf = isSkipped ? SKIPPED : meaning?.kind === 'leaf' ? element : null;
  frames.push({ written, element, leaf, scope, from });
}

/** Null for what stands before the root, and for a child too many. */
function addElement(
  reading: Reading,
  { name, kind, attributes }: Meaning & Pick<Element, 'attributes'>,
): Element | null {
  if (!reading.root && kind !== 'root' && kind !== 'item') return null;
  const parent = reading.frames.findLast((frame) => frame.element)?.element ?? reading.root;
  const from = parent ?? { base: reading.base, language: null };
  const base = attributes.get('xml:base');
  const element: Element = {
    ...{ name, attributes, text: '', markup: null, children: [] },
    base: base === undefined ? from.base : resolveAddress(base, from.base),
    language: attributes.get('xml:lang') ?? from.language,
  };
  if (!reading.root) {
    reading.root = element;
    reading.isOver = !reading.reader.onRoot(element);
  }
  if (kind === 'item') return (reading.item = element);
  if (!parent) return element;
  if (parent.children.length >= LIMITS.children) {
    reading.problems.add(
      'children',
      `<${parent.name}> has more than ${LIMITS.children} children; the rest is left out`,
    );
    return null;
  }
  parent.children.push(element);
  return element;
}

/** Items do not nest: one that begins within another shows that this was not closed. */
function endOpenItem(reading: Reading, end: number): void {
  const { frames, item, problems } = reading;
  const at = frames.findIndex((frame) => frame.element === item);
  problems.add('unclosed', `<${frames[at]?.written}> is not closed before the next one`);
  while (frames.length > at) endLast(reading, end);
}

export function endTag(reading: Reading, written: string, end: number): void {
  const { frames, open, problems } = reading;
  if (reading.isOver) return;
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
