import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileFormats } from '../../adapters/formats/index.js';
import type { ReadBarsOptions } from '../../adapters/ports.js';
import type { BarColumns } from '../../domain/bars.js';
import { joinColumns } from '../../domain/bars/columns.js';
import type { RowFault } from '../../domain/bars/inspect.js';
import type { Layout } from '../../domain/bars/layout.js';
import { temporaryDirectory } from './directories.js';

export const formats = fileFormats();
export const directory = temporaryDirectory();
let files = 0;

/** A file of its own with this in it. */
export function fileOf(content: string | Uint8Array, name = 'bars.csv'): string {
  const path = join(directory, `${++files}-${name}`);
  writeFileSync(path, content);
  return path;
}

export async function readAll(path: string, options: ReadBarsOptions = {}) {
  const parts: BarColumns[] = [];
  const faults: RowFault[] = [];
  let layout: Layout | null = null;
  const rows: number[] = [];
  for await (const batch of formats.read(path, { ...options, onLayout: (found) => (layout = found) })) {
    parts.push(batch.columns);
    rows.push(...batch.rows);
    faults.push(...batch.faults);
  }
  return { columns: joinColumns(parts), rows, faults, layout: layout as Layout | null };
}

export const HOUR = 3_600_000;
export const FIRST = Date.UTC(2024, 0, 1);

export const H = 'time,open,high,low,close,volume';
export const O = [10.5, 12.25, 9, 11, 5.5];

/** A zip archive without compression. */
export function zipOf(entries: Record<string, string>): Buffer {
  const parts: Buffer[] = [];
  const central: Buffer[] = [];
  let at = 0;
  for (const [name, text] of Object.entries(entries)) {
    const [bytes, label] = [Buffer.from(text), Buffer.from(name)];
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(bytes), 10);
    fields.writeUInt32LE(bytes.length, 14);
    fields.writeUInt32LE(bytes.length, 18);
    fields.writeUInt16LE(label.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    const part = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, label, bytes]);
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), fields, tail, label]));
    parts.push(part);
    at += part.length;
  }
  const index = Buffer.concat(central);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(central.length, 8);
  end.writeUInt16LE(central.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, index, end]);
}

function crc32(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ -1) >>> 0;
}
