import { addElement, SKIPPED, type Frame, type Meaning, type Reading } from './elements.js';
import { canonicalName, OUTERMOST, scopeWithin, undeclaredPrefix, type Scope } from './names.js';

interface StartTag {
  written: string;
  attributes: ReadonlyMap<string, string> | null;
  from: number;
}

/** How many tags a document has and how deep they stand: no feed comes near. */
const LIMITS = { tags: 500_000, depth: 256 };
const MOST_PREFIXES = 20;
const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map();

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
  if (!before?.leaf) checkPrefix(reading, { written, scope });
  if (meaning && reading.root) endUnclosed(reading, meaning, from);
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

function checkPrefix(
  { undeclared, problems }: Reading,
  { written, scope }: { written: string; scope: Scope },
): void {
  const prefix = undeclaredPrefix(written, scope);
  if (prefix === null || undeclared.has(prefix) || undeclared.size > MOST_PREFIXES) return;
  undeclared.add(prefix);
  problems.add('namespace', `its prefix "${prefix.slice(0, 40)}" is not declared`);
}

/** Whether a tag within a leaf is markup for sure: almost all are, and are not looked up. */
const isPlainMarkup = (outer: Frame | undefined, written: string): boolean =>
  outer?.leaf !== undefined &&
  outer.leaf !== null &&
  !(outer.element && isShort(outer.element.name)) &&
  !/(item|entry)$/i.test(written);

/** Elements without markup in them: what else begins there shows that they were not closed. */
const isShort = (name: string): boolean => SHORT.has(name);
const SHORT = new Set('link guid pubdate dc:date published updated issued modified id language'.split(' '));

/** Items do not nest, and short elements hold no others. */
function endUnclosed(reading: Reading, meaning: Meaning, from: number): void {
  const { frames, problems, item } = reading;
  const last = frames[frames.length - 1];
  const end = (): number => reading.xml.lastIndexOf('<', from - 1);
  if (meaning.kind === 'item' && item) {
    const at = frames.findIndex((frame) => frame.element === item);
    problems.add('unclosed', `<${frames[at]?.written}> is not closed before the next one`);
    const itemEnd = end();
    while (frames.length > at) endLast(reading, itemEnd);
  } else if (last?.element && last.leaf === last.element && isShort(last.element.name)) {
    problems.add('unclosed', `<${last.written}> is not closed before <${meaning.name}>`);
    endLast(reading, end());
  }
}

function isOver(reading: Reading): boolean {
  if (!reading.isOver && reading.tags++ >= LIMITS.tags) {
    reading.problems.add('too-many-tags', `it has more than ${LIMITS.tags} tags; the rest is not read`);
    reading.isOver = true;
  }
  return reading.isOver;
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
