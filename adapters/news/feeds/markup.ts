import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import type { Problems } from './model.js';
import { openDecoder, readProlog } from './prolog.js';
import type { Element, MarkupReader, Reading } from './elements.js';
import { endAll, endTag, startTag } from './tags.js';

/** More attributes of one element are left out. */
const ATTRIBUTES = 100;

/**
 * Reads a document that may be broken in any way, in one pass and linear time, and hands its items over as they end.
 * @returns what stands outside items: the root with the head of the feed, or null where there is no root.
 */
export function readMarkup(
  xml: string,
  { reader, base, problems }: { reader: MarkupReader; base: string | null; problems: Problems },
): Element | null {
  const prolog = readProlog(xml, problems);
  const reading: Reading = {
    ...{ xml, reader, problems, base },
    ...{
      frames: [],
      open: new Map(),
      undeclared: new Set(),
      root: null,
      item: null,
      tooDeep: 0,
      tags: 0,
      isOver: false,
    },
  };
  const decode = openDecoder(prolog.entities, problems);
  const tokenizer: Tokenizer = new Tokenizer(
    { xmlMode: true, decodeEntities: false },
    callbacksOf(reading, decode, () => reading.isOver && tokenizer.pause()),
  );
  // Blanks for the DOCTYPE: positions are those of the whole document.
  tokenizer.write(prolog.from > 0 ? ' '.repeat(prolog.from) + xml.slice(prolog.from) : xml);
  tokenizer.end();
  const last = reading.frames.at(-1);
  if (last && !reading.isOver) problems.add('cut', `the document ends within <${last.written.slice(0, 40)}>`);
  endAll(reading);
  return reading.root;
}

function callbacksOf(
  reading: Reading,
  decode: (text: string) => string,
  check: () => void,
): TokenizerCallbacks {
  const { xml, frames } = reading;
  let name = '';
  let attributes: Map<string, string> | null = null;
  let attribute = { name: '', value: '' };
  // Text comes in pieces, one for each `<` that begins no tag: those that adjoin are taken together.
  const piece = { from: 0, to: 0 };
  const add = (value: string): void => {
    const frame = frames[frames.length - 1];
    const target = frame?.leaf ?? frame?.element;
    if (target?.text !== undefined && target !== reading.root) target.text += value;
  };
  const flush = (): void => {
    if (piece.to > piece.from) add(decode(xml.slice(piece.from, piece.to)));
    piece.to = piece.from;
  };
  // What is left of a CDATA section or comment whose beginning was cut off is no text.
  const end = (): void => (xml.startsWith('<!', piece.from - 2) ? undefined : flush());
  const start = (from: number): void => startTag(reading, { written: name, attributes, from });
  return {
    onopentagname(from, to) {
      flush();
      name = xml.slice(from, to);
      attributes = null;
    },
    onattribname: (from, to) => void (attribute = { name: xml.slice(from, to), value: '' }),
    onattribdata: (from, to) => void (attribute.value += xml.slice(from, to)),
    onattribend() {
      if (attribute.value.includes('<')) {
        const shown = `${attribute.name}="${attribute.value}`.slice(0, 60).replace(/\s+/g, ' ');
        reading.problems.add(
          'attribute',
          `a quote may be missing: ${shown} takes in what follows up to the next one`,
        );
      }
      if (frames[frames.length - 1]?.leaf) return;
      attributes ??= new Map();
      if (attributes.size < ATTRIBUTES && !attributes.has(attribute.name))
        attributes.set(attribute.name, decode(attribute.value));
    },
    onopentagend(at) {
      start(at + 1);
      check();
    },
    onselfclosingtag(at) {
      start(at + 1);
      endTag(reading, name, at + 1);
      check();
    },
    onclosetag(from, to) {
      flush();
      endTag(reading, xml.slice(from, to), xml.lastIndexOf('<', from));
      check();
    },
    ontext(from, to) {
      if (piece.to !== from || piece.to === piece.from) {
        flush();
        piece.from = from;
      }
      piece.to = to;
    },
    oncdata(from, to, offset) {
      flush();
      add(xml.slice(from, to - offset));
    },
    ...{ onattribentity: ignore, ontextentity: ignore, oncomment: ignore, ondeclaration: ignore },
    ...{ onprocessinginstruction: ignore, onend: end },
  };
}

const ignore = (): void => undefined;
