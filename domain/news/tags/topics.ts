import type { TopicRule } from './rules.js';

/** A word or a run of words makes the topic; a star stands for any ending. */
export const TOPICS: TopicRule[] = [
  {
    id: 'regulation',
    entities: ['sec', 'cftc', 'fca', 'esma'],
    words:
      'regulat* mica compliance licence license sanction* ban bans banned crackdown|know your customer|anti money laundering|securities and exchange commission|executive order',
  },
  {
    id: 'legal',
    words:
      'lawsuit* sues sued court judge jury verdict settlement indict* plead* prosecut* convict* sentenc* extradit* appeal appeals trial|class action',
  },
  {
    id: 'monetary-policy',
    entities: ['fed', 'ecb', 'boe', 'boj', 'pboc', 'jerome-powell'],
    words:
      'fomc lagarde|interest rate|interest rates|rate hike|rate hikes|rate cut|rate cuts|basis points|federal reserve|central bank|central banks|quantitative easing|quantitative tightening',
  },
  {
    id: 'macro',
    words:
      'inflation cpi ppi gdp recession unemployment payroll* tariff* yields|jobs report|jobless claims|consumer prices',
  },
  {
    id: 'security',
    words:
      'hack hacks hacked hacker* exploit exploits exploited phishing ransomware malware breach* stolen scam* fraud* ponzi vulnerabilit*|rug pull|flash loan attack',
  },
  { id: 'etf', words: 'etf etfs etp etps|exchange traded fund|exchange traded funds' },
  {
    id: 'defi',
    words:
      'defi dex dexs amm staking restaking|decentralized finance|decentralised finance|liquidity pool|yield farming|total value locked',
  },
  { id: 'nft', words: 'nft nfts metaverse opensea|non fungible|bored ape' },
  { id: 'stablecoins', entities: ['USDT', 'USDC', 'DAI'], words: 'stablecoin* depeg*' },
  {
    id: 'mining',
    words: 'miner miners hashrate halving asic|hash rate|bitcoin mining|crypto mining|proof of work',
  },
  {
    id: 'technology',
    words:
      'upgrade upgrades mainnet testnet fork forks rollup rollups sharding zk|hard fork|soft fork|layer 2|smart contract|smart contracts|proof of stake|the merge',
  },
  {
    id: 'adoption',
    words:
      'adoption adopts onboard* remittance*|legal tender|accepts bitcoin|bitcoin payments|crypto payments',
  },
  {
    id: 'markets',
    words:
      'rally rallies rallied surge surges surged plunge* tumble* selloff liquidation* bullish bearish volatility outflow* inflow*|price analysis|all time high|open interest|market cap|sell off',
  },
  {
    id: 'funding',
    words: '|series a|series b|seed round|funding round|venture capital|ipo|acquires|acquisition|merger',
  },
  { id: 'earnings', words: 'earnings quarterly dividend guidance|net income|revenue' },
  {
    id: 'politics',
    words: 'election elections senate congress parliament president*|white house|prime minister',
  },
  { id: 'cbdc', words: 'cbdc cbdcs|digital euro|digital dollar|digital yuan|e cny' },
  { id: 'ai', words: 'ai chatgpt openai|artificial intelligence|machine learning|large language model' },
];
