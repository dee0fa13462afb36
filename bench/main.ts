import { InvalidInputError, messageOf } from '../domain/errors.js';
import { benchApi } from './api.js';
import { benchBacktest } from './backtest.js';
import { benchDistributed } from './distributed.js';
import { benchFairness } from './fairness.js';
import { benchFeeds } from './feeds.js';
import { benchForecast } from './forecast.js';
import { benchMarket } from './market.js';
import { benchDedupe } from './news/dedupe.js';
import { benchNewsReads } from './news-reads.js';
import { benchNews } from './news/pipeline.js';
import { benchResearch } from './research.js';
import { benchSentimentIndex } from './sentiment-index.js';
import { benchSentiment } from './sentiment.js';
import { benchSentimentTargets } from './sentiment-targets.js';
import { benchServing } from './serving.js';

/** `npm run bench -- <name> [--json]`: each prints its figures beside a peer or a limit of the same run. */
const BENCHES: Record<string, (args: string[]) => Promise<Record<string, unknown>>> = {
  research: benchResearch,
  api: benchApi,
  market: benchMarket,
  backtest: benchBacktest,
  feeds: benchFeeds,
  dedupe: benchDedupe,
  'news-reads': benchNewsReads,
  news: benchNews,
  sentiment: benchSentiment,
  'sentiment-targets': benchSentimentTargets,
  'sentiment-index': benchSentimentIndex,
  forecast: benchForecast,
  fairness: benchFairness,
  serving: benchServing,
  distributed: benchDistributed,
};

const [name = '', ...args] = process.argv.slice(2);
try {
  const bench = BENCHES[name];
  if (!bench)
    throw new InvalidInputError(`Unknown benchmark "${name}"; known: ${Object.keys(BENCHES).join(', ')}`);
  const result = { bench: name, ...machine(), ...(await bench(args.filter((arg) => arg !== '--json'))) };
  process.stdout.write(
    args.includes('--json') ? `${JSON.stringify(result)}\n` : `${JSON.stringify(result, null, 2)}\n`,
  );
} catch (error) {
  process.stderr.write(`bench: ${messageOf(error)}\n`);
  process.exitCode = 1;
}

function machine(): Record<string, unknown> {
  return { node: process.version, platform: `${process.platform}-${process.arch}` };
}
