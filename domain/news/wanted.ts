import type { Article } from './articles.js';
import { matchedBy, prepareSearches, type SearchFilter } from './saved-searches.js';

/** What the items of a source must be to become articles; all that is given must hold. */
export interface Relevance extends Pick<SearchFilter, 'text' | 'tickers' | 'topics' | 'languages'> {
  /** It speaks of an instrument of the dictionary. */
  instrument?: boolean;
  /** Title and text together have so many characters. */
  leastCharacters?: number;
}

/** Reads the rule once for many articles; it gives why an article is not relevant, or null. */
export function relevanceOf(rule: Relevance | null | undefined): (article: Article) => string | null {
  if (!rule) return () => null;
  const { instrument = false, leastCharacters = 0, ...filter } = rule;
  const given = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));
  const saved = { id: '', name: '', principal: '', tenant: '', createdAt: 0, filter: given };
  const searches = Object.keys(given).length > 0 ? prepareSearches([saved]) : [];
  return (article) => {
    const characters = article.title.length + article.text.length;
    if (characters < leastCharacters)
      return `it has ${characters} characters; its source wants ${leastCharacters}`;
    if (instrument && article.tickers.length === 0)
      return 'it is not relevant: it speaks of no instrument, as its source wants';
    if (searches.length > 0 && matchedBy(searches, article).length === 0)
      return `it is not relevant: its source wants ${JSON.stringify(given)}`;
    return null;
  };
}
