import type { Ports } from '../adapters/ports.js';
import { InvalidInputError } from '../domain/errors.js';
import type { StoredFunding } from '../domain/funding.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { parseSymbol } from '../domain/streams.js';
import { beat, resumed } from './beat.js';
import { readSource, readTime, twoYearsBefore, type WindowInput } from './window.js';

export interface FundingInput extends WindowInput {
  /** `<exchange>/<BASE-QUOTE>`, such as binanceusdm/BTC-USDT. */
  market: string;
}

export interface FundingPlan {
  market: string;
  source: Source;
  from: number;
  to: number;
}

export interface FundingChunk {
  fetched: number;
  stored: number;
  rejected: number;
  next: number | null;
}

const PAGES_PER_STEP = 40;

export const fundingSteps = (ports: Ports) => ({
  async resolveFunding(input: FundingInput): Promise<FundingPlan> {
    const { exchange, symbol } = readMarket(input.market);
    const source = input.source ? readSource(input.source) : (await ports.chooseSource()).source;
    const to = Math.min(input.to === undefined ? Infinity : readTime('to', input.to), ports.now());
    const from = input.from === undefined ? twoYearsBefore(to) : readTime('from', input.from);
    if (from >= to)
      throw new InvalidInputError(`No funding rates of ${input.market}: from ${from} is not before to ${to}`);
    return { market: `${exchange}/${symbol}`, source, from, to };
  },

  /** One stretch of pages from `cursor`; a rate that is stored already is left as it is. */
  async fetchFundingRates(plan: FundingPlan & { cursor: number }): Promise<FundingChunk> {
    const { market, source, to } = plan;
    const markets = ports.markets(source);
    const chunk = resumed<FundingChunk>() ?? { fetched: 0, stored: 0, rejected: 0, next: plan.cursor };
    for (let page = 0; page < PAGES_PER_STEP && chunk.next !== null; page++) {
      const range = { from: chunk.next, to };
      const answer = await markets.fetchFunding({ ...readMarket(market), range });
      const key = sourceKey(source);
      const docs = answer.rates.map((rate): StoredFunding => ({
        id: `fnd_${market.replace('/', '_')}_${key}_${rate.time}`,
        ...{ market, source, sourceKey: key, knownAt: rate.time },
        ...rate,
      }));
      const { inserted } = await ports.documents.insert('funding', docs);
      chunk.fetched += docs.length;
      chunk.stored += inserted.length;
      chunk.rejected += answer.rejected.length;
      chunk.next = answer.next;
      beat(chunk);
    }
    return chunk;
  },
});

function readMarket(text: string): { exchange: string; symbol: string } {
  const [exchange = '', symbol = '', ...rest] = text.split('/');
  if (rest.length > 0 || !/^[a-z0-9]+$/.test(exchange) || !symbol)
    throw new InvalidInputError(
      `Unknown market "${text}"; a market is <exchange>/<BASE-QUOTE>, such as binanceusdm/BTC-USDT`,
    );
  return { exchange, symbol: parseSymbol(symbol) };
}
