import type { DocumentsPort, Ports } from '../adapters/ports.js';
import { analyse, type Analysis } from '../domain/backtest/analysis.js';
import type { BacktestOutcome, BacktestSpec } from '../domain/backtest/spec.js';
import {
  countTrials,
  trialOf,
  type Trial,
  type TrialCount,
  type TrialLedger,
} from '../domain/backtest/trials.js';
import { InvalidInputError } from '../domain/errors.js';
import { dailyReturns } from '../domain/metrics.js';
import { sharpeMoments } from '../domain/significance/sharpe.js';
import type { Source } from '../domain/sources.js';

const PAGE = 500;

/** The ledger in the collection `trials`: what was stored first stays, so that repeating a run counts no second time. */
export const trialLedger = (documents: DocumentsPort): TrialLedger => ({
  async record(trials) {
    for (let from = 0; from < trials.length; from += PAGE)
      await documents.insert('trials', trials.slice(from, from + PAGE));
  },

  async overlapping({ market, from, to }) {
    const found: Trial[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: Trial[]; cursor: string | null } = await documents.find<Trial>('trials', {
        where: { market },
        limit: PAGE,
        ...(cursor ? { cursor } : {}),
      });
      found.push(...page.items.filter((trial) => trial.from < to && trial.to > from));
      ({ cursor } = page);
    }
    return found;
  },
});

export interface JudgedRun {
  spec: BacktestSpec;
  source: Source;
  /** What else decides: the digest of a user's own strategy, or whose forecasts were traded. */
  code?: string;
  /** Bar opens, epoch ms. */
  time: Float64Array;
  outcome: BacktestOutcome;
  benchmarkEquity: Float64Array;
}

/** Enters a run into the ledger and analyses it by all that was ever tried on its window. */
export async function judgeRun(ports: Ports, run: JudgedRun): Promise<Analysis> {
  const { spec, source, time, outcome, benchmarkEquity, code } = run;
  const { cash: start, periodsPerYear } = spec;
  const everyDay = periodsPerYear === 365;
  const returns = dailyReturns({ time, equity: outcome.equity, start, everyDay });
  const streams = spec.portfolio?.instruments.map(({ stream }) => stream) ?? [spec.stream];
  const own = streams.map((stream) =>
    trialOf({
      spec: { ...spec, stream, ...(code === undefined ? {} : { code }) },
      source,
      sharpe: sharpeMoments(returns).sharpe,
      days: returns.length,
      at: ports.now(),
    }),
  );
  const { trials, sharpes } = await countOwn(ports, own);
  const { equity, trades } = outcome;
  return analyse({
    time,
    equity,
    trades,
    benchmarkEquity,
    start,
    periodsPerYear,
    trials,
    trialSharpes: sharpes,
  });
}

/** Records what was tried, one trial a market, and counts what was ever tried on any of these markets. */
async function countOwn(ports: Ports, own: Trial[]): Promise<TrialCount> {
  const ledger = trialLedger(ports.documents);
  await ledger.record(own);
  const [first] = own;
  if (!first) throw new InvalidInputError('A run without a market is no trial');
  const found: Trial[] = [];
  // A market that several instruments trade is looked up once; all of them are one market to the count.
  for (const trial of new Map(own.map((each) => [each.market, each])).values())
    for (const other of await ledger.overlapping(trial)) found.push({ ...other, market: first.market });
  return countTrials(found, first);
}
