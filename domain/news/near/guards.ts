import { FLAGS, makeWords, scanWords } from './words.js';

/**
 * Words that change what a title without a text says when they come in another's place: directions, decisions, denials,
 * opposites, parties, days and names. A title that differs from another in one of them tells something else.
 */
const GUARDS = `
  not no never without nor none up down higher lower high low above below over under more less most least before after
  rise rises rose rising fall falls fell falling gain gains gained lose loses lost loss losses jump jumps drop drops
  climb climbs slip slips slide slides surge surges plunge plunges soar soars sink sinks rally rallies crash crashes
  rebound rebounds tumble tumbles bull bullish bear bearish buy buys sell sells long short raise raises raised cut cuts
  hike hikes hold holds pause pauses approve approves approved reject rejects rejected deny denies denied accept accepts
  win wins won beat beats miss misses launch launches halt halts start starts stop stops open opens close closes
  resume resumes suspend suspends list lists delist delists join joins leave leaves ban bans allow allows pass passes
  fail fails first second third fourth fifth last next new old top bottom one two three four five six seven eight nine
  ten eleven twelve hundred thousand million billion trillion
  increase increases increased decrease decreases decreased expand expands shrink shrinks enter enters exit exits begin begins
  end ends hire hires fire fires upgrade upgrades downgrade downgrades strong stronger weak weaker best worst good bad better
  worse legal illegal guilty innocent positive negative profit inflow inflows outflow outflows import imports export exports
  support resistance with against for in out return returns steal steals keep keeps north south east west upper
  exchange exchanges regulator regulators court courts bank banks plaintiff plaintiffs defendant defendants prosecutor
  prosecutors buyer buyers seller sellers lender lenders borrower borrowers investor investors miner miners issuer issuers
  government senate house congress parliament union employer spot futures
  monday tuesday wednesday thursday friday saturday sunday january february march april may june july august september
  october november december today tomorrow yesterday morning evening week month quarter year daily weekly monthly
  bitcoin btc ethereum ether eth solana sol xrp ripple cardano ada dogecoin doge litecoin ltc binance coinbase kraken
  ftx tether usdt usdc bnb tron polkadot polygon avalanche chainlink monero sec cftc fed ecb boe boj imf
  us usa uk eu china japan india russia ukraine iran israel germany france korea brazil canada australia turkey
  steigt fällt sube baja cae monte baisse hausse sale scende рост падение вырос упал`;

const words = makeWords();
scanWords(GUARDS, words);
const known = new Set(words.hashes.subarray(0, words.length).map((hash) => (hash & ~FLAGS) >>> 0));

/** Whether a word, by its hash, is one that a title may not differ in. */
export const isGuard = (hash: number): boolean => known.has((hash & ~FLAGS) >>> 0);
