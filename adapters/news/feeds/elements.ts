import { resolveAddress } from './addresses.js';
import type { Problems } from './model.js';
import type { Scope } from './names.js';

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

export interface Frame {
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
  /** Prefixes without a declaration, each told once. */
  readonly undeclared: Set<string>;
  /** How many open elements are beyond the deepest that is read. */
  tooDeep: number;
  tags: number;
  isOver: boolean;
}

/** Of one element: no feed comes near. */
const MOST_CHILDREN = 2000;
/** Stands for all elements that mean nothing. */
export const SKIPPED: { text?: undefined; markup: string | null } = { markup: null };

/** Null for what stands before the root, and for a child too many. */
export function addElement(
  reading: Reading,
  { name, kind }: Meaning,
  attributes: Element['attributes'],
): Element | null {
  if (!reading.root && kind !== 'root' && kind !== 'item') return null;
  const parent = lastElement(reading);
  if (parent && kind !== 'item' && parent.children.length >= MOST_CHILDREN) {
    reading.problems.add(
      'children',
      `<${parent.name}> has more than ${MOST_CHILDREN} children; the rest is left out`,
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
