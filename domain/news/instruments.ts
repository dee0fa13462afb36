/**
 * An asset with the names that mean it. A symbol that is a word or another thing's abbreviation (`strict`) counts
 * in capitals only; `words` are names that are ordinary words, too, and count with a capital in a text on crypto.
 */
interface Instrument {
  ticker: string;
  names: string[];
  words?: string[];
  /** Words that with a capital are hardly ever anything else. */
  proper?: string[];
  strict?: true;
}

const instrument = (ticker: string, names: string[] = [], words: string[] = []): Instrument => ({
  ticker,
  names,
  words,
});
const strict = (ticker: string, names: string[] = [], words: string[] = []): Instrument => ({
  ticker,
  names,
  words,
  strict: true,
});

const INSTRUMENTS: Instrument[] = [
  instrument('BTC', ['bitcoin', 'xbt']),
  instrument('ETH', ['ethereum', 'ether']),
  instrument('USDT', ['tether']),
  instrument('USDC', ['usd coin']),
  instrument('BNB', ['binance coin']),
  { ticker: 'XRP', names: [], proper: ['ripple'] },
  strict('SOL', ['solana']),
  strict('ADA', ['cardano']),
  instrument('DOGE', ['dogecoin']),
  instrument('TRX', [], ['tron']),
  strict('DOT', ['polkadot']),
  instrument('MATIC', [], ['polygon']),
  instrument('LTC', ['litecoin']),
  instrument('SHIB', ['shiba inu']),
  instrument('AVAX', [], ['avalanche']),
  strict('LINK', ['chainlink']),
  strict('UNI', ['uniswap']),
  strict('ATOM', ['cosmos hub'], ['cosmos']),
  instrument('XLM', ['stellar lumens'], ['stellar']),
  instrument('XMR', ['monero']),
  strict('ETC', ['ethereum classic']),
  instrument('BCH', ['bitcoin cash']),
  instrument('BSV', ['bitcoin sv']),
  strict('FIL', ['filecoin']),
  strict('NEAR', ['near protocol']),
  strict('ALGO', ['algorand']),
  strict('ICP', ['internet computer protocol']),
  strict('APT', ['aptos']),
  strict('ARB', ['arbitrum']),
  instrument('AAVE'),
  instrument('MKR', ['makerdao', 'maker dao']),
  strict('DAI'),
  instrument('EOS'),
  strict('LUNA', ['terra luna', 'terraform labs']),
  strict('TON', ['toncoin']),
  strict('HBAR', ['hedera']),
  strict('VET', ['vechain']),
  strict('SUI'),
  instrument('XTZ', ['tezos']),
  strict('GRT'),
  strict('SAND', ['the sandbox']),
  strict('MANA', ['decentraland']),
  strict('INJ', ['injective protocol']),
  strict('PEPE', ['pepecoin']),
  strict('CRO', ['cronos']),
  instrument('FTT', ['ftx token']),
];

const BEFORE = String.raw`(?<![\p{L}\p{N}])`;
const AFTER = String.raw`(?![\p{L}\p{N}])`;
const bounded = (body: string, flags: string): RegExp => new RegExp(`${BEFORE}(?:${body})${AFTER}`, flags);
const spaced = (name: string): string => name.replaceAll(' ', String.raw`\s+`);
const capitalised = (word: string): string =>
  `${word.charAt(0).toUpperCase()}${word.slice(1)}|${word.toUpperCase()}`;

const patterns = INSTRUMENTS.map(({ ticker, names, words = [], proper = [], strict: isStrict }) => {
  const raised = [...(isStrict ? [ticker] : []), ...proper.map(capitalised)];
  const plain = [
    String.raw`\$${ticker}`,
    `${ticker}\\s+(?:tokens?|coins?)`,
    ...names.map((name) => `${spaced(name)}s?`),
  ];
  return {
    ticker,
    anyCase: bounded((isStrict ? plain : [ticker, ...plain]).join('|'), 'iu'),
    capitals: raised.length > 0 ? bounded(raised.join('|'), 'u') : null,
    words: words.length > 0 ? bounded(words.map(capitalised).join('|'), 'u') : null,
  };
});

const CRYPTO = bounded(
  'crypto\\w*|bitcoins?|btc|ethereum|eth|blockchains?|tokens?|coins?|altcoins?|stablecoins?|nfts?|defi|web3|dapps?|staking|mainnet|testnet|layer[- ][12]|l[12]|validators?|xrp|trx|matic|avax|xlm|atom|wallets?|on-?chain',
  'iu',
);

/** What hides a shorter name inside it: "Ethereum Classic" is not Ethereum, a ripple effect not Ripple. */
const HIDING: [RegExp, string][] = [
  [/ethereum\s+classic/giu, ' $ETC '],
  [/bitcoin\s+cash/giu, ' $BCH '],
  [/bitcoin\s+sv/giu, ' $BSV '],
  [/ripple\s+effects?/giu, ' '],
];

/** Base assets that a text speaks of, sorted. */
export function tickersOf(text: string): string[] {
  const shown = HIDING.reduce((rest, [pattern, ticker]) => rest.replace(pattern, ticker), text);
  // A headline all in capitals tells nothing by them: "STOCKS NEAR RECORD HIGH".
  const shouts = !/\p{Ll}/u.test(text) && text.trim().includes(' ');
  const crypto = CRYPTO.test(shown);
  return patterns
    .filter(
      ({ anyCase, capitals, words }) =>
        anyCase.test(shown) || (!shouts && capitals?.test(shown)) || (crypto && words?.test(shown)),
    )
    .map(({ ticker }) => ticker)
    .sort();
}
