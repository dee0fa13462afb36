import { canonicalUrl, hostOf, isFrontPage } from '../addresses.js';
import { plainText } from '../text.js';
import { makeForest, type Edge } from './forest.js';
import { fingerprint, HEAD, KEYS } from './fingerprint.js';
import { nearIndex } from './lsh.js';
import { DEFAULT_THRESHOLD, overlaps, similarity } from './similarity.js';
import { mixed } from './words.js';

/** An article as a line of a file tells it. */
export interface Line {
  title: string;
  text: string;
  url: string;
}

/** Deliveries of one text: `members` count from 0 in the order of adding; `similarity` is that of the weakest link. */
export interface DuplicateGroup {
  members: number[];
  similarity: number;
}

export interface Grouping {
  /** Returns the line's number. */
  add(line: Line): number;
  groups(): DuplicateGroup[];
}

/** Of one address so many different texts are compared with each other. */
const TEXTS_OF_ADDRESS = 32;
/** A key that more texts share than this is passed over: the work stays linear. */
const CROWD = 512;

/**
 * Groups lines that are deliveries of one text, whatever their order: those of one address, of equal words, and those at
 * least `threshold` near, directly or by others between. Takes about 0.6 KiB a line, however long the texts.
 */
export function groupDuplicates(threshold = DEFAULT_THRESHOLD): Grouping {
  const index = nearIndex();
  const forest = makeForest();
  /** Line by slot: only the first of equal texts has one. */
  const lines: number[] = [];
  const byContent = new Map<number, number>();
  const byUrl = new Map<number, number[]>();
  let count = 0;

  const slotOf = (print: Uint32Array, line: number): number => {
    const key = contentKey(print);
    const known = byContent.get(key);
    if (known !== undefined) {
      const { data, at } = index.read(known);
      if (similarity(print, 0, data, at) === 1) {
        forest.join(lines[known] as number, line, 1);
        return known;
      }
    } else byContent.set(key, index.size);
    lines.push(line);
    return index.add(print);
  };
  const joinUrl = (url: string, slot: number, print: Uint32Array): void => {
    const canonical = url ? canonicalUrl(url) : null;
    if (!canonical || isFrontPage(canonical)) return;
    const key = textKey(canonical.replace(/^https?:/, ''));
    const others = byUrl.get(key) ?? [];
    if (others.includes(slot)) return;
    for (const other of others) {
      const { data, at } = index.read(other);
      if (overlaps(print, 0, data, at)) forest.join(lines[other] as number, lines[slot] as number, 1);
    }
    if (others.length < TEXTS_OF_ADDRESS) byUrl.set(key, [...others, slot]);
  };

  return {
    add({ title, text, url }) {
      const line = count++;
      const plain = { title: plainText(title), text: plainText(text), host: hostOf(url) };
      if (!plain.title && !plain.text) return line;
      const print = fingerprint(plain);
      joinUrl(url, slotOf(print, line), print);
      return line;
    },
    groups() {
      for (let slot = 0; slot < index.size; slot++) {
        const { data, at } = index.read(slot);
        index.probe({
          ...{ print: data, at, self: slot, threshold, crowd: CROWD },
          found: (other, near) => {
            if (other < slot) forest.join(lines[other] as number, lines[slot] as number, near);
          },
        });
      }
      return groupsOf(forest.edges(), count);
    },
  };
}

/** 53 bits of the words of title and text. */
export function contentKey(print: Uint32Array): number {
  const title = print[HEAD + KEYS - 4] as number;
  const text = ((print[2] as number) ^ (print[3] as number)) >>> 11;
  return title * 2 ** 21 + text;
}

function textKey(text: string): number {
  let [a, b] = [0x811c9dc5, 7];
  for (let i = 0; i < text.length; i++) {
    a = Math.imul(a ^ text.charCodeAt(i), 0x01000193);
    b = Math.imul(b + text.charCodeAt(i), 0x85ebca6b) ^ (b >>> 13);
  }
  return mixed(a) * 2 ** 21 + (mixed(b) >>> 11);
}

function groupsOf(edges: Edge[], count: number): DuplicateGroup[] {
  const neighbours = new Map<number, Edge[]>();
  for (const edge of edges)
    for (const end of [edge.a, edge.b]) {
      const list = neighbours.get(end);
      if (list) list.push(edge);
      else neighbours.set(end, [edge]);
    }
  const seen = new Uint8Array(count);
  const groups: DuplicateGroup[] = [];
  for (const start of [...neighbours.keys()].sort((a, b) => a - b)) {
    if (seen[start]) continue;
    const members = [start];
    let weakest = 1;
    seen[start] = 1;
    for (let i = 0; i < members.length; i++)
      for (const { a, b, near } of neighbours.get(members[i] as number) ?? []) {
        weakest = Math.min(weakest, near);
        const other = a === members[i] ? b : a;
        if (!seen[other]) members.push(other);
        seen[other] = 1;
      }
    groups.push({ members: members.sort((a, b) => a - b), similarity: Math.round(weakest * 1e4) / 1e4 });
  }
  return groups;
}
