import { placesOf, type WordIndex } from './matching.js';
import { wantedPhrases, type Search } from './search.js';

const TITLE_WEIGHT = 3;
/** Usual values of BM25. */
const SATURATION = 1.2;
const LENGTH_SHARE = 0.75;

/**
 * BM25 of candidates among themselves: how often the wanted phrases stand in each, the title three times, against
 * its length and how many of the candidates have them (Robertson and Zaragoza 2009, eq. 3.15).
 */
export function relevances(search: Search, candidates: WordIndex[]): number[] {
  const phrases = wantedPhrases(search);
  const counts = candidates.map((each) =>
    phrases.map(
      (phrase) => TITLE_WEIGHT * placesOf(phrase, each.title).length + placesOf(phrase, each.text).length,
    ),
  );
  const lengths = candidates.map(({ title, text }) => TITLE_WEIGHT * title.length + text.length);
  const mean = lengths.reduce((sum, each) => sum + each, 0) / Math.max(1, lengths.length) || 1;
  const weights = phrases.map((_, i) => {
    const having = counts.filter((each) => (each[i] ?? 0) > 0).length;
    return Math.log(1 + (candidates.length - having + 0.5) / (having + 0.5));
  });
  return counts.map((each, at) => {
    const norm = SATURATION * (1 - LENGTH_SHARE + (LENGTH_SHARE * (lengths[at] ?? 0)) / mean);
    return each.reduce(
      (sum, count, i) => sum + ((weights[i] ?? 0) * count * (SATURATION + 1)) / (count + norm),
      0,
    );
  });
}
