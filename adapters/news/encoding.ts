export interface DecodedText {
  text: string;
  /** As a text decoder names it. */
  charset: string;
  /** Where the document or its header says something that does not hold. */
  doubts: string[];
}

/**
 * Text of a feed in the encoding that it is really in: by its byte order mark or its zero bytes, else the first that
 * fits of the header's charset, its own declaration, UTF-8 and Windows-1252. White space in front is left out.
 */
export function decodeXml(bytes: Uint8Array, contentType: string | null): DecodedText {
  const doubts: string[] = [];
  const wide = wideCharset(bytes);
  if (wide?.startsWith('utf-32')) return done(decodeUtf32(bytes, wide === 'utf-32le'), wide, doubts);
  if (wide) return done(new TextDecoder(wide).decode(bytes), wide, doubts);
  const header = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType ?? '')?.[1];
  const declared = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w:.-]+)["']/.exec(
    latin1(bytes.subarray(0, 300)),
  )?.[1];
  if (bytes[0] === 0x4c && bytes[1] === 0x6f && bytes[2] === 0xa7)
    doubts.push('it is in EBCDIC, which is not read');
  const { label, decoder } = stated([header, declared], doubts);
  const utf8 = strictly('utf-8', bytes);
  if (utf8 !== null) {
    const isOther = label !== 'utf-8' && isSingleByte(label) && hasWide(bytes);
    if (isOther) doubts.push(`it says that it is in ${label}, but is in UTF-8`);
    if (label === 'utf-8' || isSingleByte(label) || !decoder) return done(utf8, 'utf-8', doubts);
  }
  const text = label === 'utf-8' ? null : strictly(label, bytes);
  if (text !== null) return done(text, label, doubts);
  return guessed(bytes, { label, doubts });
}

const done = (text: string, charset: string, doubts: string[]): DecodedText => ({
  text: text.replace(/^\ufeff/, '').trimStart(),
  charset,
  doubts,
});

/** The first name that a decoder knows; UTF-8 where none is stated. UTF-16 cannot be meant: its bytes would show. */
function stated(labels: (string | undefined)[], doubts: string[]): { label: string; decoder: boolean } {
  for (const written of labels) {
    if (!written) continue;
    const label = labelOf(written);
    if (label === null) doubts.push(`its charset "${written.slice(0, 40)}" is not known`);
    else if (label.startsWith('utf-16')) doubts.push(`it says that it is in ${written}, but is not`);
    else return { label, decoder: true };
  }
  return { label: 'utf-8', decoder: false };
}

/** Broken UTF-8 is still that if most of its letters are whole, as in a text that was cut; else it is Windows-1252. */
function guessed(bytes: Uint8Array, { label, doubts }: { label: string; doubts: string[] }): DecodedText {
  const lossy = new TextDecoder().decode(bytes);
  const broken = lossy.split('\ufffd').length - 1;
  const whole = (lossy.match(/[^\0-\x7f\ufffd]/g) ?? []).length;
  const charset = broken * 10 <= whole ? 'utf-8' : 'windows-1252';
  doubts.push(
    charset === label
      ? `${broken} of its letters are broken in ${label}`
      : `it says that it is in ${label}, but is not; it is read as ${charset}`,
  );
  return done(charset === 'utf-8' ? lossy : new TextDecoder(charset).decode(bytes), charset, doubts);
}

const MARKS: [string, number[]][] = [
  ['utf-32be', [0, 0, 0xfe, 0xff]],
  ['utf-32le', [0xff, 0xfe, 0, 0]],
  ['utf-32be', [0, 0, 0, 0x3c]],
  ['utf-32le', [0x3c, 0, 0, 0]],
  ['utf-16be', [0xfe, 0xff]],
  ['utf-16le', [0xff, 0xfe]],
  // No mark, but `<` or a blank in two bytes.
  ...[0x3c, 0x7b, 0x20, 0x0a, 0x0d].flatMap((byte): [string, number[]][] => [
    ['utf-16be', [0, byte]],
    ['utf-16le', [byte, 0]],
  ]),
];

const wideCharset = (bytes: Uint8Array): string | null =>
  MARKS.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte))?.[0] ?? null;

/** No decoder of the platform knows it. */
function decodeUtf32(bytes: Uint8Array, isLittle: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: string[] = [];
  for (let i = 0; i + 4 <= bytes.length; i += 4) {
    const point = view.getUint32(i, isLittle);
    parts.push(point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd');
  }
  return parts.join('');
}

/** Null for a name that no decoder knows. */
function labelOf(written: string): string | null {
  try {
    return new TextDecoder(written).encoding;
  } catch {
    return null;
  }
}

/** Null where the bytes are not in that encoding. */
function strictly(label: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** In which any bytes are a text, so that nothing shows whether it is the right one. */
const isSingleByte = (label: string): boolean => /^(iso-8859|windows-|koi8|macintosh|ibm|x-mac)/.test(label);
const hasWide = (bytes: Uint8Array): boolean => bytes.some((byte) => byte > 0x7f);
const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
