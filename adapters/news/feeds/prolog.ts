import { decodeHTMLStrict } from 'entities';
import type { Problems } from './model.js';

/** A document may define so many entities, each so long when all in it is replaced, and use them for so many characters in all. */
const LIMITS = { entities: 200, characters: 10_000, used: 200_000, doctype: 200_000 };

export interface Prolog {
  /** Where the document goes on after its DOCTYPE. */
  from: number;
  entities: ReadonlyMap<string, string>;
}

/** Reads a DOCTYPE's own entities; nothing outside the document is ever fetched. */
export function readProlog(xml: string, problems: Problems): Prolog {
  const none = { from: 0, entities: new Map<string, string>() };
  const start = doctypeStart(xml);
  if (start < 0) return none;
  const end = doctypeEnd(xml, start);
  if (end < 0) {
    problems.add('doctype', 'its DOCTYPE does not end; it is left out of account');
    return none;
  }
  return { from: end, entities: readEntities(xml.slice(start, end), problems) };
}

/** Decodes text outside CDATA: XML's, HTML's and the document's own entities; what is unknown stays as written. */
export function openDecoder(
  entities: ReadonlyMap<string, string>,
  problems: Problems,
): (text: string) => string {
  let left = LIMITS.used;
  let isTold = false;
  const replace = (written: string, name: string): string => {
    const value = entities.get(name);
    if (value === undefined) return written;
    if (left <= 0) return '';
    left -= value.length + 1;
    if (left <= 0)
      problems.add(
        'entities',
        `its own entities stand for more than ${LIMITS.used} characters; the rest is left out`,
      );
    // What an entity stands for is text: it is not decoded again.
    return value.replaceAll('&', '&amp;');
  };
  return (text) => {
    if (!text.includes('&')) return text;
    const loose = isTold ? null : LOOSE.exec(text);
    if (loose && !entities.has(loose[1] ?? '')) {
      isTold = true;
      problems.add(
        'entities',
        `it writes "&${text.slice(loose.index + 1, loose.index + 20).split(/[\s<]/)[0]}" as XML does not`,
      );
    }
    return decodeHTMLStrict(entities.size === 0 ? text : text.replace(REFERENCE, replace));
  };
}

const REFERENCE = /&([^\s&;#][^\s&;]{0,100});/g;
/** What only HTML understands, or nobody. */
const LOOSE = /&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)([\w.-]*)/;
const BEFORE = /(?:\s+|<\?[^]*?\?>|<!--[^]*?-->)*/y;

function doctypeStart(xml: string): number {
  BEFORE.lastIndex = 0;
  const found = BEFORE.exec(xml.slice(0, LIMITS.doctype))?.[0].length ?? 0;
  return /^<!doctype/i.test(xml.slice(found, found + 9)) ? found : -1;
}

/** After the `>` that ends it, or -1: brackets, quotes and comments may hold others. */
function doctypeEnd(xml: string, start: number): number {
  const token = /<!--|["'[\]>]/g;
  token.lastIndex = start;
  let isInside = false;
  for (let found = token.exec(xml); found; found = token.exec(xml)) {
    if (found.index - start > LIMITS.doctype) return -1;
    const [mark] = found;
    if (mark === '>' && !isInside) return token.lastIndex;
    if (mark === '[' || mark === ']') isInside = mark === '[';
    if (mark === '>' || mark === '[' || mark === ']') continue;
    const closing = mark === '<!--' ? '-->' : mark;
    const end = xml.indexOf(closing, token.lastIndex);
    if (end < 0) return -1;
    token.lastIndex = end + closing.length;
  }
  return -1;
}

function readEntities(doctype: string, problems: Problems): Map<string, string> {
  const defined = new Map<string, string>();
  const declaration = /<!ENTITY\s+(%\s+)?([^\s"'%]{1,100})\s+(?:(SYSTEM|PUBLIC)\b|"([^"]*)"|'([^']*)')/g;
  for (const [, isParameter, name = '', isOutside, double, single] of doctype.matchAll(declaration)) {
    if (isOutside || isParameter) {
      if (isOutside)
        problems.add('entities', `the entity "${name}" is outside the document and is not fetched`);
      continue;
    }
    if (defined.size >= LIMITS.entities) {
      problems.add(
        'entities',
        `it defines more than ${LIMITS.entities} entities; the rest is left out of account`,
      );
      break;
    }
    // The first definition holds, as XML has it.
    if (!defined.has(name)) defined.set(name, double ?? single ?? '');
  }
  return resolved(defined, problems);
}

/** Each entity with those inside it replaced, in the order of their depth; one that grows too long is left out. */
function resolved(defined: ReadonlyMap<string, string>, problems: Problems): Map<string, string> {
  const done = new Map<string, string>();
  const inProgress = new Set<string>();
  const resolve = (name: string): string => {
    const known = done.get(name);
    if (known !== undefined) return known;
    inProgress.add(name);
    let length = 0;
    const value = (defined.get(name) ?? '').replace(REFERENCE, (written, inner: string) => {
      if (!defined.has(inner) || length > LIMITS.characters) return length > LIMITS.characters ? '' : written;
      const text = inProgress.has(inner) ? '' : resolve(inner);
      if (inProgress.has(inner)) problems.add('entities', `the entity "${inner}" contains itself`);
      length += text.length;
      return text;
    });
    inProgress.delete(name);
    const isTooLong = length > LIMITS.characters || value.length > LIMITS.characters;
    if (isTooLong)
      problems.add(
        'entities',
        `the entity "${name}" stands for more than ${LIMITS.characters} characters and is left out`,
      );
    const text = isTooLong ? '' : decodeHTMLStrict(value);
    done.set(name, text);
    return text;
  };
  for (const name of defined.keys()) resolve(name);
  return done;
}
