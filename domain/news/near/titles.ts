/** A title without what deliveries put around it. */
export interface BareTitle {
  /** Without the words before it, such as "UPDATE 1-", and without an outlet that is known. */
  title: string;
  /** UTF-16 offset in `title` of what may be an unknown outlet's name; -1 where there is none. */
  suffixAt: number;
  /** Words as a person counts them, the outlet's name too. */
  words: number;
}

const LABELS = [
  'update',
  'refile',
  'corrected',
  'correction',
  'wrapup',
  'breaking(?:\\s+news)?',
  'exclusive',
  'just\\s+in',
  'newsflash',
  'alert',
  'flash',
  'urgent',
  'developing',
  'rpt',
  'recap',
  'eilmeldung',
  'urgente',
  'última\\s+hora',
  'срочно',
].join('|');
const PREFIX = new RegExp(
  `^[^\\p{L}\\p{N}]*(?:(?:${LABELS})\\s*\\d*\\s*[\\])]?\\s*(?:[:|!–—-]+|(?<=[\\])]))\\s*)+`,
  'iu',
);
const OUTLETS =
  /^(?:the\s+)?(?:coindesk|cointelegraph|decrypt|the block|bitcoin magazine|bitcoinist|newsbtc|u\.?today|cryptoslate|cryptopotato|cryptonews|ambcrypto|beincrypto|blockworks|dl news|bloomberg(?: news)?|reuters|ap(?: news)?|afp|upi|bbc(?: news| sport)?|cnn|cnbc|forbes|fortune|guardian|new york times|nyt|wsj|wall street journal|financial times|ft|washington post|yahoo(?:!? finance)?|marketwatch|barron.?s|business insider|benzinga|investing\.com|seeking alpha|techcrunch|the verge|wired|axios|politico|fox (?:news|business)|nasdaq|kitco(?: news)?|fxstreet|zerohedge)(?:\.com)?$/i;
/** The last part behind a bar, a dot or a dash with gaps around it. */
const LAST = /^(.*\S)\s+([|•·»–—-]+)\s+([^|•·»–—]{2,40})$/su;
const BRACKETED = /^(.*\S)\s+\(([^()]{2,25})\)$/su;
const LONGEST_NAME = 4;

/** Takes a plain title apart. `host` is that of its address. */
export function bareTitle(plain: string, host = ''): BareTitle {
  const words = plain.split(/\s+/).length;
  const known = withoutOutlets(plain.replace(PREFIX, '').trim() || plain, host);
  const [, rest = '', sign = '', name = ''] = LAST.exec(known) ?? [];
  const isEnough = sign.includes('|') ? rest.length >= 8 : rest.split(/\s+/).length >= 4;
  const isName = name !== '' && !/\d/.test(name) && name.split(/\s+/).length <= LONGEST_NAME;
  if (!isName || !isEnough) return { title: known, suffixAt: -1, words };
  const own = withoutOutlets(rest, host);
  return { title: `${own} ${sign} ${name}`, suffixAt: own.length, words };
}

function withoutOutlets(title: string, host: string): string {
  for (const form of [LAST, BRACKETED]) {
    const [, rest = '', ...parts] = form.exec(title) ?? [];
    const name = parts.at(-1) ?? '';
    if (rest && (OUTLETS.test(name) || isOf(name, host))) return withoutOutlets(rest, host);
  }
  return title;
}

/** "The Daily Hodl" is the name of dailyhodl.com. */
function isOf(name: string, host: string): boolean {
  const bare = name
    .toLowerCase()
    .replace(/^the\s+/, '')
    .replace(/[^\p{L}\p{N}]+/gu, '');
  return (
    bare.length >= 4 &&
    host
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, '')
      .includes(bare)
  );
}
