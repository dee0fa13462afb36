/** A fingerprint as bytes, little-endian as every machine that runs this is. */
export const printBytes = (print: Uint32Array): Buffer =>
  Buffer.from(print.buffer, print.byteOffset, print.byteLength);

/** The bytes may lie anywhere in a larger buffer; numbers must begin at a multiple of four. */
export function printOf(bytes: Uint8Array | ArrayBuffer): Uint32Array {
  const view = bytes instanceof ArrayBuffer ? new Uint8Array(bytes) : bytes;
  if (view.byteOffset % 4 === 0) return new Uint32Array(view.buffer, view.byteOffset, view.byteLength >>> 2);
  return new Uint32Array(view.slice().buffer);
}
