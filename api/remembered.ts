/** Answers of the same look for so long, ms: who asks meanwhile waits for it, too. A failure is not kept. */
export function everyMs<T>(freshMs: number, look: () => Promise<T>): () => Promise<T> {
  let held: { at: number; found: Promise<T> } | null = null;
  return () => {
    const now = Date.now();
    if (held && now - held.at < freshMs) return held.found;
    const mine = { at: now, found: look() };
    held = mine;
    mine.found.catch(() => {
      if (held === mine) held = null;
    });
    return mine.found;
  };
}
