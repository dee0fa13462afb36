import { describe, expect, it } from 'vitest';
import { tickersOf } from '../../domain/news/tags/tag.js';

/** What an editor would put beside each sentence: the instruments that it is about. */
const SENTENCES: [sentence: string, tickers: string[]][] = [
  // Words that are names of coins, used as words.
  ['The missing link in the euro zone is a common budget', []],
  ['Inflation is near its target, one governor says', []],
  ['Natural gas futures slip as Europe warms', []],
  ['One of the largest banks in Spain cuts jobs', []],
  ['Cash flow improved in the third quarter', []],
  ['Passengers must wear a mask, the airline says', []],
  ['The sun, or sol in Spanish, shone on Madrid', []],
  ['Gas prices jump 5% in California', []],
  ['Click the link below to register', []],
  ['Order flow and liquidity: a primer for traders', []],
  ['Oil near $90 as OPEC meets', []],
  ['Near the end of the session shares recovered', []],
  ['Link in bio: our guide to index funds', []],
  ['One-time charges hit profits at the chipmaker', []],
  ['The Graph below shows unemployment since 1990', []],
  ['Central bank keeps an optimism bias, cosmos of rates', []],
  ['Stellar results lift the retailer; a maker of shoes falls', []],
  ['Compound interest explained in one chart', []],
  ['The sandbox for fintechs opens in London', []],
  ['Curve inversion deepens as the yield on 2-year notes climbs', []],
  // The same as coins.
  ['Chainlink (LINK) integrates with SWIFT', ['LINK']],
  ['NEAR Protocol raises $150 million', ['NEAR']],
  ['Near Protocol’s co-founder joins OpenAI board talks', ['NEAR']],
  ['SOL leads altcoins higher as Solana fees fall', ['SOL']],
  ['Neo’s GAS token doubles in a day', ['GAS', 'NEO']],
  ['Harmony’s ONE token sinks after the bridge hack', ['ONE']],
  ['Dapper Labs to burn FLOW tokens', ['FLOW']],
  ['$MASK and $LINK rally while $BTC is flat', ['BTC', 'LINK', 'MASK']],
  ['#SOL and #NEAR are trending', ['NEAR', 'SOL']],
  ['Traders of LINK/USDT and FLOW/USDT were liquidated', ['FLOW', 'LINK', 'USDT']],
  // Pairs, possessives, hyphens, hashtags.
  ['BTC/USDT breaks 70,000', ['BTC', 'USDT']],
  ['ETH-BTC falls to its lowest since 2021', ['BTC', 'ETH']],
  ['Open interest in SOLUSDT hits a record', ['SOL']],
  ['Bitcoin’s hashrate and Ethereum’s supply', ['BTC', 'ETH']],
  ['A Bitcoin-backed loan; an Ether-denominated bond', ['BTC', 'ETH']],
  ['#Bitcoin is back, say holders', ['BTC']],
  ['pro-XRP lawyers cheer the ruling', ['XRP']],
  ['Non-bitcoin miners shut down', ['BTC']],
  ['XRP/USD and ADA/USD extend losses', ['ADA', 'XRP']],
  ['Dogecoin and Shiba Inu pop after Musk tweet', ['DOGE', 'SHIB']],
  ['Litecoin halving nears', ['LTC']],
  ['Cardano’s Hoskinson answers critics', ['ADA']],
  ['Polkadot and Cosmos developers meet in Lisbon', ['ATOM', 'DOT']],
  ['USDC loses its peg after SVB collapse', ['USDC']],
  ['Tether mints another billion USDT on Tron', ['TRX', 'USDT']],
  ['Uniswap votes on a fee switch; UNI up 40%', ['UNI']],
  // Companies.
  ['Coinbase shares (NASDAQ: COIN) fall 8%', ['COIN']],
  ['Tesla keeps its bitcoin', ['BTC', 'TSLA']],
  ['Apple unveils a cheaper phone', ['AAPL']],
  ['An apple a day: orchards in Kent suffer', []],
  ['Microsoft and Nvidia lift the S&P 500', ['MSFT', 'NVDA']],
  ['MicroStrategy buys 9,000 more bitcoins', ['BTC', 'MSTR']],
  ['Marathon Digital sells none of its BTC', ['BTC', 'MARA']],
  ['Boston marathon runners brave the rain', []],
  // Other languages.
  ['Der Bitcoin-Kurs steigt auf 60.000 Dollar', ['BTC']],
  ['El precio del bitcoin y de ethereum cae', ['BTC', 'ETH']],
  ['Le bitcoin et l’ether reculent', ['BTC', 'ETH']],
  ['Биткоин и эфириум подешевели', ['BTC', 'ETH']],
  ['比特币和以太坊价格下跌', ['BTC', 'ETH']],
  ['ビットコインとリップルが上昇', ['BTC', 'XRP']],
  ['비트코인과 이더리움 급등', ['BTC', 'ETH']],
  ['El sol sale en Madrid y el gas sube', []],
];

describe('instruments of a sentence, as an editor would have them', () => {
  it.each(SENTENCES)('%s: %j', (sentence, tickers) => {
    expect(tickersOf(sentence)).toEqual(tickers);
  });
});
