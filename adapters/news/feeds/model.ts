/** `none`: no feed that can be told; the problems say what it is instead. */
export type FeedFormat = 'rss' | 'rdf' | 'atom' | 'json' | 'none';

/** `html` is also what may hold markup without saying so, as all of RSS does. */
export type TextType = 'text' | 'html';

export interface FeedProblem {
  /** Such as `bad-date`, `unclosed`, `charset`. */
  what: string;
  detail: string;
  /** Position of the item, from 0, where it is about one. */
  item?: number;
  /** How many it stands for, where it is not one. */
  count?: number;
}

/** Members that a feed does not state are left out. */
export interface FeedHead {
  title?: string;
  /** Of the site. */
  link?: string;
  /** Its own address, as it states it. */
  self?: string;
  language?: string;
  /** Address of the page after this one: RFC 5005, or JSON Feed's `next_url`. */
  next?: string;
  description?: string;
  author?: string;
  updatedAt?: string;
}

export interface FeedItem {
  guid?: string;
  /** RDF's name of the item: its address, as a rule. */
  about?: string;
  /** Absolute wherever the feed or its own address gives a base; else as written. */
  url?: string;
  title?: string;
  titleType?: TextType;
  /** The fullest text that the feed gives. */
  content?: string;
  contentType?: TextType;
  summary?: string;
  author?: string;
  language?: string;
  categories?: string[];
  /** As written; the time of the last change where no time of publication is given. */
  publishedAt?: string;
  /** Epoch ms; null for a date that cannot be read. */
  publishedMs?: number | null;
  updatedAt?: string;
  updatedMs?: number | null;
}

export interface ParsedFeed {
  format: FeedFormat;
  /** As the document states it, such as `2.0`; null where it does not. */
  version: string | null;
  feed: FeedHead;
  items: FeedItem[];
  problems: FeedProblem[];
}

/** A list of problems that stays short: of each kind the first few, and how many came after. */
export interface Problems {
  add: (what: string, detail: string, item?: number) => void;
  list: () => FeedProblem[];
}

const SHOWN = 20;

export function openProblems(): Problems {
  const found: FeedProblem[] = [];
  const counts = new Map<string, number>();
  return {
    add(what, detail, item) {
      const count = (counts.get(what) ?? 0) + 1;
      counts.set(what, count);
      if (count <= SHOWN) found.push({ what, detail, ...(item === undefined ? {} : { item }) });
    },
    list() {
      const more = [...counts].filter(([, count]) => count > SHOWN);
      return [
        ...found,
        ...more.map(([what, count]) => ({
          what,
          detail: `${count - SHOWN} more of this kind`,
          count: count - SHOWN,
        })),
      ];
    },
  };
}
