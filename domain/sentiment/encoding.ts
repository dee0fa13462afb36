/** A text, or a text and a target, as an encoder reads it. */
export interface Encoded {
  ids: number[];
  /** 0 for the text, 1 for the target. */
  types: number[];
}

/**
 * How many tokens of a text and of its target are kept so that both and `added` special ones fit into `most`: the
 * longer one is cut first, as `longest_first` of the library `tokenizers` does.
 */
export function keptTokens(args: { text: number; target: number; added: number; most: number }): {
  text: number;
  target: number;
} {
  const room = Math.max(0, args.most - args.added);
  if (args.text + args.target <= room) return { text: args.text, target: args.target };
  const shorter = Math.min(args.text, args.target);
  const half = Math.floor(room / 2);
  // Where both are longer than half of the room, the second of them gets the odd one.
  const [less, more] = 2 * shorter > room ? [half, room - half] : [shorter, room - shorter];
  return args.text > args.target ? { text: more, target: less } : { text: less, target: more };
}

type Int64 = { type: 'int64'; dims: number[]; data: BigInt64Array };

/** Inputs of an encoder: [texts, longest], padded with 0, which the mask leaves out. */
export function encoderInputs(
  texts: readonly Encoded[],
): Record<'input_ids' | 'attention_mask' | 'token_type_ids', Int64> {
  const longest = Math.max(1, ...texts.map(({ ids }) => ids.length));
  const filled = (read: (text: Encoded, at: number) => number): Int64 => {
    const data = new BigInt64Array(texts.length * longest);
    texts.forEach((text, row) => {
      for (let at = 0; at < text.ids.length; at++) data[row * longest + at] = BigInt(read(text, at));
    });
    return { type: 'int64', dims: [texts.length, longest], data };
  };
  return {
    input_ids: filled(({ ids }, at) => ids[at] ?? 0),
    attention_mask: filled(() => 1),
    token_type_ids: filled(({ types }, at) => types[at] ?? 0),
  };
}
