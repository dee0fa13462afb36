/** Text of an XML document in its own encoding: byte order mark, else the header's charset, else its declaration, else UTF-8. */
export function decodeXml(bytes: Uint8Array, contentType: string | null): string {
  const charset = /charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType ?? '')?.[1];
  const declared = /^\s*<\?xml[^>]*\bencoding\s*=\s*["']([\w:.-]+)["']/.exec(
    latin1(bytes.subarray(0, 200)),
  )?.[1];
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  const believed = declared?.toLowerCase().startsWith('utf-16') ? null : declared;
  for (const label of [markOf(bytes), charset, believed]) {
    const decoder = label ? decoderOf(label) : null;
    // White space before the declaration is a common fault and would break the parser.
    if (decoder) return decoder.decode(bytes).trimStart();
  }
  return new TextDecoder().decode(bytes).trimStart();
}

function markOf(bytes: Uint8Array): string | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return 'utf-8';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  return a === 0xff && b === 0xfe ? 'utf-16le' : null;
}

/** Null for a name that no decoder knows. */
function decoderOf(label: string): InstanceType<typeof TextDecoder> | null {
  try {
    return new TextDecoder(label);
  } catch {
    return null;
  }
}

const latin1 = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
