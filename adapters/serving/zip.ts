/** Files by their names as a ZIP archive without compression (APPNOTE.TXT 6.3, sections 4.3.7, 4.3.12 and 4.3.16). */
export function zipped(files: Record<string, Uint8Array>): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [name, bytes] of Object.entries(files)) {
    const label = Buffer.from(name);
    const common = commonOf(label, bytes);
    const local = Buffer.concat([integer(0x04034b50, 4), common, label]);
    directory.push(
      Buffer.concat([
        ...[integer(0x02014b50, 4), integer(VERSION, 2), common],
        // No comment, first disk, no attributes; where the file begins.
        ...[integer(0, 2), integer(0, 2), integer(0, 2), integer(0, 4), integer(at, 4), label],
      ]),
    );
    parts.push(local, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    at += local.length + bytes.length;
  }
  const central = Buffer.concat(directory);
  const count = Object.keys(files).length;
  const end = Buffer.concat([
    ...[integer(0x06054b50, 4), integer(0, 2), integer(0, 2), integer(count, 2), integer(count, 2)],
    ...[integer(central.length, 4), integer(at, 4), integer(0, 2)],
  ]);
  return Buffer.concat([...parts, central, end]);
}

const VERSION = 20;
/** Names are UTF-8. */
const FLAGS = 0x0800;
/** 1 January 1980: the same files give the same bytes. */
const DATE = 0x0021;

/** What both headers of a file have in common. */
const commonOf = (label: Buffer, bytes: Uint8Array): Buffer =>
  Buffer.concat([
    ...[integer(VERSION, 2), integer(FLAGS, 2), integer(0, 2), integer(0, 2), integer(DATE, 2)],
    ...[integer(crc32(bytes), 4), integer(bytes.length, 4), integer(bytes.length, 4)],
    ...[integer(label.length, 2), integer(0, 2)],
  ]);

function integer(value: number, bytes: 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntLE(value, 0, bytes);
  return buffer;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value;
});

/** CRC-32 as in ISO 3309. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
