/** Base assets with the words that name them; `strict` tickers are words of their own and count only in capitals. */
const INSTRUMENTS: { ticker: string; aliases: string[]; strict?: boolean }[] = [
  { ticker: 'BTC', aliases: ['bitcoin', 'xbt'] },
  { ticker: 'ETH', aliases: ['ethereum', 'ether'] },
  { ticker: 'BNB', aliases: ['binance coin'] },
  { ticker: 'SOL', aliases: ['solana'], strict: true },
  { ticker: 'XRP', aliases: ['ripple'] },
  { ticker: 'ADA', aliases: ['cardano'], strict: true },
  { ticker: 'DOGE', aliases: ['dogecoin'] },
  { ticker: 'TRX', aliases: ['tron'] },
  { ticker: 'DOT', aliases: ['polkadot'], strict: true },
  { ticker: 'MATIC', aliases: ['polygon'] },
  { ticker: 'LTC', aliases: ['litecoin'] },
  { ticker: 'SHIB', aliases: ['shiba inu'] },
  { ticker: 'AVAX', aliases: ['avalanche'] },
  { ticker: 'LINK', aliases: ['chainlink'], strict: true },
  { ticker: 'UNI', aliases: ['uniswap'], strict: true },
  { ticker: 'ATOM', aliases: ['cosmos hub'], strict: true },
  { ticker: 'XLM', aliases: ['stellar lumens'] },
  { ticker: 'XMR', aliases: ['monero'] },
  { ticker: 'ETC', aliases: ['ethereum classic'] },
  { ticker: 'BCH', aliases: ['bitcoin cash'] },
  { ticker: 'FIL', aliases: ['filecoin'], strict: true },
  { ticker: 'NEAR', aliases: ['near protocol'], strict: true },
  { ticker: 'ALGO', aliases: ['algorand'], strict: true },
  { ticker: 'ICP', aliases: ['internet computer'] },
  { ticker: 'APT', aliases: ['aptos'], strict: true },
  { ticker: 'ARB', aliases: ['arbitrum'], strict: true },
  { ticker: 'AAVE', aliases: [] },
  { ticker: 'MKR', aliases: ['maker dao', 'makerdao'] },
  { ticker: 'EOS', aliases: [] },
  { ticker: 'LUNA', aliases: ['terra luna'], strict: true },
  { ticker: 'USDT', aliases: ['tether'] },
  { ticker: 'USDC', aliases: ['usd coin'] },
];

const WORD = '[^\\p{L}\\p{N}]';
const patterns = INSTRUMENTS.map(({ ticker, aliases, strict }) => ({
  ticker,
  capitals: new RegExp(`(^|${WORD})\\$?${ticker}(?=$|${WORD})`, 'u'),
  words: [...aliases, ...(strict ? [] : [ticker.toLowerCase()])].map(
    (alias) => new RegExp(`(^|${WORD})${alias.replace(' ', '\\s+')}(?=$|${WORD})`, 'iu'),
  ),
}));

/** Longer names hide the shorter ones inside them: "Ethereum Classic" is not Ethereum. */
const HIDING: [RegExp, string][] = [
  [/ethereum\s+classic/giu, 'ETC'],
  [/bitcoin\s+cash/giu, 'BCH'],
];

/** Base assets that a text speaks of, sorted. */
export function tickersOf(text: string): string[] {
  const shown = HIDING.reduce((rest, [pattern, ticker]) => rest.replace(pattern, ` ${ticker} `), text);
  return patterns
    .filter(({ capitals, words }) => capitals.test(shown) || words.some((word) => word.test(shown)))
    .map(({ ticker }) => ticker)
    .sort();
}
