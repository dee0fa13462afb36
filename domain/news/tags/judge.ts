import type { Entry, Lexicon } from './lexicon.js';
import { isAmongCapitals, isRaised, isUpper, surfaceOf, type Scanned } from './scan.js';

/** Whether a name counts; some do only where the article is on crypto. */
export type Verdict = 'yes' | 'no' | 'ifCrypto';

interface Case {
  line: Scanned;
  entry: Entry;
  at: number;
  lexicon: Lexicon;
}

const CRYPTO = new Set(
  `blockchain blockchains token tokens coin coins altcoin altcoins stablecoin
  stablecoins nft nfts defi web3 dapp dapps staking mainnet testnet l1 l2 validator validators 
  wallet wallets onchain memecoin memecoins airdrop`.split(/\s+/),
);

/** Whether a line is on crypto by its words. */
export const sayCrypto = ({ lower }: Scanned): boolean =>
  lower.some((word) => CRYPTO.has(word) || word.startsWith('crypto'));

const MOVES = new Set(
  `surges surge surged jumps jump jumped gains gain gained falls fall fell drops drop dropped rallies rally rallied rises
  rise rose soars soar soared slides slide slid slips slumps tumbles plunges climbs climb sinks price prices rebounds
  outperforms bulls bears traders holders staking trades trading futures`.split(/\s+/),
);
const QUOTES = [
  'USDT',
  'USDC',
  'BUSD',
  'PERP',
  'FDUSD',
  'USD',
  'EUR',
  'GBP',
  'KRW',
  'TRY',
  'JPY',
  'BTC',
  'ETH',
];
const QUOTED = new Set(QUOTES);

export function judge(given: Case): Verdict {
  const { line, entry, at } = given;
  if (!entry.isSymbol) return judgeName(given);
  switch (entry.reading) {
    case 'any':
      return 'yes';
    case 'marked':
      return isMarked(given) ? 'yes' : 'no';
    default:
  }
  if (isMarked(given)) return 'yes';
  if (!isUpper(line, at)) return 'no';
  if (entry.reading === 'capitals') {
    if (line.shouts) return 'ifCrypto';
    return isAmongCapitals(line, at, (word) => given.lexicon.symbols.has(word)) ? 'ifCrypto' : 'yes';
  }
  // A word in capitals among others: "BITCOIN NEAR ITS HIGH".
  if (line.shouts || isAmongCapitals(line, at, (word) => given.lexicon.symbols.has(word))) return 'no';
  return MOVES.has(line.lower[at + 1] ?? '') ? 'yes' : 'ifCrypto';
}

function judgeName({ line, entry, at }: Case): Verdict {
  if (entry.reading === 'any') return 'yes';
  if (entry.reading === 'exact')
    return surfaceOf(line, at, at + entry.words.length - 1) === entry.exact ? 'yes' : 'no';
  if (!isRaised(line, at)) return 'no';
  if (entry.reading === 'word') return 'ifCrypto';
  const { context, kind } = entry.entity ?? {};
  if (context) return context.some((word) => line.text.toLowerCase().includes(word)) ? 'yes' : 'no';
  return line.shouts && kind === 'crypto' ? 'ifCrypto' : 'yes';
}

/** $SOL, #SOL, (SOL), NASDAQ: COIN, SOL/USDT, SOL-USDC, SOL token. */
function isMarked({ line, entry, at, lexicon }: Case): boolean {
  const { text } = line;
  const [from, to] = [line.from[at] as number, line.to[at] as number];
  const upper = isUpper(line, at);
  const before = text.charAt(from - 1);
  if (before === '$') return !/[\p{L}\p{N}]/u.test(text.charAt(from - 2));
  if (before === '#' && upper) return true;
  if (upper && before === '(' && text.charAt(to) === ')') return true;
  if (upper && /\b(?:nasdaq|nyse|amex|otc)\s*:\s*$/i.test(text.slice(Math.max(0, from - 12), from)))
    return true;
  if (isPaired(line, at, lexicon)) return true;
  const isCoin =
    /^(?:tokens?|coins?)$/.test(line.lower[at + 1] ?? '') && text.slice(to, line.from[at + 1]) === ' ';
  return isCoin && (upper ? !line.shouts : entry.reading !== 'marked');
}

function isPaired(line: Scanned, at: number, lexicon: Lexicon): boolean {
  const isOther = (i: number): boolean => {
    const other = surfaceOf(line, i).toUpperCase();
    return QUOTED.has(other) || lexicon.symbols.has(other);
  };
  const signAfter = line.text.slice(line.to[at], line.from[at + 1]);
  const signBefore = at > 0 ? line.text.slice(line.to[at - 1], line.from[at]) : '';
  const pairs = (sign: string, i: number): boolean =>
    line.lower[i] !== undefined &&
    isOther(i) &&
    (sign === '/' || (/^[-_:]$/.test(sign) && isUpper(line, at)));
  return pairs(signAfter, at + 1) || pairs(signBefore, at - 1);
}

/** The base of a pair written as one word, such as BTC of `BTCUSDT`. */
export function pairBase(surface: string, { symbols }: Lexicon): string | null {
  if (surface.length < 6 || surface.length > 12 || surface !== surface.toUpperCase()) return null;
  const quote = QUOTES.find((each) => surface.endsWith(each));
  const base = quote ? surface.slice(0, -quote.length) : '';
  return symbols.has(base) ? base : null;
}
