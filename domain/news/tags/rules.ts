/** How the symbol of an instrument is to be read in a text. */
export type SymbolReading =
  /** In any case. */
  | 'any'
  /** In capitals, unless the whole line is. */
  | 'capitals'
  /** In capitals and where the text is on such instruments or on a price. */
  | 'context'
  /** As $ONE, (ONE), ONE/USDT and ONE token only. */
  | 'marked';

/**
 * What texts speak of, as data. A star at a name's end stands for any ending. Names in scripts without gaps between
 * words are found within a run.
 */
export interface EntityRule {
  /** Ticker in capitals, or a name such as `fed`. */
  id: string;
  /** Those of INSTRUMENT_KINDS are tickers. */
  kind: string;
  /** Mean it in any case, and in the plural. */
  names: string[];
  /** How its id is to be read, `any` where it is left out; other kinds than instruments have no symbol. */
  symbol?: SymbolReading;
  /** Ordinary words that with a capital mean it in a text on such instruments. */
  words?: string[];
  /** Mean it with a capital. */
  proper?: string[];
  /** Mean it exactly as written, unless the whole line is in capitals. */
  capitals?: string[];
  /** Where given, `proper` names need one of these words in the text. */
  context?: string[];
}

export interface TopicRule {
  id: string;
  /** Words parted by spaces, and runs of words parted by bars: `etf etfs|exchange traded fund`. */
  words: string;
  /** Ids of entities that make it, too: `fed` is a word like another, the Fed is not. */
  entities?: string[] | undefined;
}

/** A dictionary as it can be written to a file. */
export interface TagRules {
  entities: EntityRule[];
  topics: TopicRule[];
  /** Runs of words that hold a name and mean another thing. */
  ignored: string[];
}

export const INSTRUMENT_KINDS: readonly string[] = ['crypto', 'stock'];
