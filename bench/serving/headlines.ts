const WORDS =
  'shares of the company rise fall after profit beats misses forecast analysts say bitcoin gains market investors fear rate cut bank earnings sales growth record deal merger court rally slump'.split(
    ' ',
  );

/** Headlines of a dozen words, each of its own: nothing of them is in a cache. */
export const headlines = (count: number, from: number): { text: string; language: string }[] =>
  Array.from({ length: count }, (_, i) => {
    const words = Array.from(
      { length: 11 },
      (__, at) => WORDS[((from + i) * 7 + at * (i + 3)) % WORDS.length],
    );
    return { text: `${words.join(' ')} ${from + i}`, language: 'en' };
  });
