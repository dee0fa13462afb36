/**
 * Where one statement ends and another begins. Commas and `and` cut lists of names apart from what is said of them, so
 * that they are no ends; see docs/sentiment.md for what each way of cutting is worth.
 */
const CUT = /[;:.!?](?:\s|$)|\s(?:but|while|whereas|although|though|however|despite|even as)\s/gi;

/** A clause of fewer words says too little. */
const LEAST_WORDS = 3;

/** The clause around `[from, to)`, offsets in UTF-16 units; the whole text where the clause is too short to say anything. */
export function clauseAround(text: string, { from, to }: { from: number; to: number }): string {
  let [start, end] = [0, text.length];
  for (const { index, 0: match } of text.matchAll(CUT)) {
    if (index >= to) {
      end = index;
      break;
    }
    if (index + match.length <= from) start = index + match.length;
  }
  const clause = text.slice(start, end).trim();
  return clause.split(/\s+/).length < LEAST_WORDS ? text : clause;
}
