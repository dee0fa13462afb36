import type { Line } from '../../domain/news/near/groups.js';

type Random = () => number;
type Change = (line: Line, random: Random) => Line | null;

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)] as T;

const TRACKED = ['utm_source=rss&utm_medium=feed', 'fbclid=IwAR0', 'at_medium=RSS', 'gclid=x1&ref=home'];
const OUTLETS = [' | CoinDesk', ' - Reuters', ' – BBC News', ' | The Daily Ledger', ' — Cointelegraph'];
const PREFIXES = ['UPDATE 1-', 'UPDATE 2-', 'BREAKING: ', 'Breaking: ', 'EXCLUSIVE-', 'WRAPUP 3-'];
const OTHER_WORDS = ['market', 'quietly', 'reported', 'chief', 'global', 'plan'];

/** What collection meets of one article, as `neardup/README.md` lists it; null where a change does not apply. */
export const VARIANTS: Record<string, Change> = {
  trackingParameters: (line, random) => ({ ...line, url: `${line.url}?${pick(TRACKED, random)}#top` }),
  hosts: (line, random) => ({
    ...line,
    url: line.url.replace('https://', pick(['https://www.', 'https://amp.', 'http://m.'], random)),
  }),
  upperCase: (line) => ({ ...moved(line), title: line.title.toUpperCase() }),
  lowerCase: (line) => ({ ...moved(line), title: line.title.toLowerCase() }),
  curlyQuotesAndDashes: (line) => ({ ...moved(line), title: curled(line.title), text: curled(line.text) }),
  outletSuffix: (line, random) => ({ ...moved(line), title: line.title + pick(OUTLETS, random) }),
  prefix: (line, random) => ({ ...moved(line), title: pick(PREFIXES, random) + line.title }),
  changedWord: (line, random) => {
    const words = line.title.split(/\s+/);
    if (words.length < 8) return null;
    words[Math.floor(random() * words.length)] = pick(OTHER_WORDS, random);
    return { ...moved(line), title: words.join(' ') };
  },
  changedNumber: (line) => {
    if (line.title.split(/\s+/).length < 8 || !/\d/.test(line.title)) return null;
    return { ...moved(line), title: line.title.replace(/\d+/, (digits) => String(Number(digits) + 1)) };
  },
};

/** At another address: the words alone must tell. */
const moved = (line: Line): Line => ({ ...line, url: `${line.url}-2` });

const curled = (text: string): string =>
  text
    .replaceAll(/(^|\s)"/g, '$1“')
    .replaceAll('"', '”')
    .replaceAll("'", '’')
    .replaceAll('-', '–');
