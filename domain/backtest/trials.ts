import { digestOf } from '../digest.js';
import { sourceKey, type Source } from '../sources.js';
import { parseStream } from '../streams.js';
import type { BacktestSpec } from './spec.js';

/**
 * One way of trading that was tried on a window of a market, kept in the collection `trials`. Every run ever made counts:
 * whoever has looked at the data has looked at it, whether or not the result was kept.
 */
export interface Trial {
  /** `trl_` and 24 hex digits of the digest of decision, market and window: the same run again is the same trial. */
  id: string;
  /** Digest of what decides: strategy, parameters, code, size, exits and bar length; not costs, cash or venue. */
  decision: string;
  /** Base and quote with all dollars as one, and the seed where the market is simulated. */
  market: string;
  stream: string;
  strategy: string;
  from: number;
  to: number;
  /** Mean over deviation of daily returns, not annualised; null where these never vary. */
  sharpe: number | null;
  /** Daily returns it was taken from. */
  days: number;
  /** When it was first tried, epoch ms. */
  at: number;
}

/** Where trials are kept. Storing one again changes nothing, so that steps may be repeated. */
export interface TrialLedger {
  record(trials: Trial[]): Promise<void>;
  /** Every trial on the market whose window overlaps; in any order. */
  overlapping(window: TrialWindow): Promise<Trial[]>;
}

export interface TrialWindow {
  market: string;
  /** Epoch ms, half open as all windows. */
  from: number;
  to: number;
}

/** What decides, of a spec: what is not in it makes no other trial. */
export type Decision = Pick<BacktestSpec, 'stream' | 'strategy' | 'params' | 'size' | 'exits'> & {
  /** Digest of a user's own strategy file. */
  code?: string;
};

export interface TrialResult {
  spec: Decision & Pick<BacktestSpec, 'from' | 'to'>;
  source: Source;
  sharpe: number;
  days: number;
  at: number;
}

/** The trial that a result is. Costs and cash are no part of it: trying other fees finds no other edge. */
export function trialOf({ spec, source, ...result }: TrialResult): Trial {
  const { stream, strategy, from, to } = spec;
  const decision = decisionOf(spec);
  const market = marketOf(stream, source);
  const id = `trl_${digestOf({ decision, market, from, to }).slice(0, 24)}`;
  const sharpe = Number.isFinite(result.sharpe) ? result.sharpe : null;
  return { id, decision, market, stream, strategy, from, to, ...result, sharpe };
}

export function decisionOf({ stream, strategy, params, size, exits, code }: Decision): string {
  const { timeframe } = parseStream(stream);
  return digestOf({ strategy, params, size, exits, code, timeframe }).slice(0, 32);
}

/** The same prices under other names are one market: venues, and the dollars that a price is told in. */
export function marketOf(stream: string, source: Source): string {
  const [base = '', quote = ''] = parseStream(stream).symbol.split('-');
  const money = /^(USD|USDT|USDC|BUSD|FDUSD|TUSD|DAI)$/.test(quote) ? 'USD' : quote;
  const made = source.kind === 'simulated' ? ` ${sourceKey(source)}` : '';
  return `${base}-${money}${made}`;
}

export interface TrialCount {
  /** Distinct decisions, the judged one included; at least 1. */
  trials: number;
  /** Sharpe ratios a day of those whose windows are comparable, one for each decision. */
  sharpes: number[];
}

/**
 * Counts the trials that a result must answer for: distinct decisions on its market whose window overlaps it, by however
 * little. A decision tried on several such windows counts once, with the Sharpe ratio of the window that overlaps most.
 * For the variance of Sharpe ratios only windows count that share at least half of the longer one with the result's: those
 * of shorter windows spread more without any more skill.
 */
export function countTrials(all: Iterable<Trial>, window: TrialWindow & { decision?: string }): TrialCount {
  const best = new Map<string, { share: number; sharpe: number | null }>();
  for (const trial of all) {
    const share = trial.market === window.market ? shareOf(trial, window) : 0;
    if (share <= 0) continue;
    const known = best.get(trial.decision);
    if (!known || share > known.share) best.set(trial.decision, { share, sharpe: trial.sharpe });
  }
  const isNew = window.decision !== undefined && !best.has(window.decision);
  const sharpes = [...best.values()].flatMap(({ share, sharpe }) =>
    share >= 0.5 && sharpe !== null ? [sharpe] : [],
  );
  return { trials: Math.max(1, best.size + (isNew ? 1 : 0)), sharpes };
}

/** Common part over the longer of two windows; 0 where they do not overlap. */
function shareOf(a: { from: number; to: number }, b: { from: number; to: number }): number {
  const common = Math.min(a.to, b.to) - Math.max(a.from, b.from);
  return common > 0 ? common / Math.max(a.to - a.from, b.to - b.from) : 0;
}

/** Fewer Sharpe ratios say too little about their variance. */
const FEWEST = 5;

/**
 * Variance of the trials' Sharpe ratios a period: that of those that are known; of too few, what estimates from `n` returns
 * have without any skill, 1 / n. 0 for a single trial, which has no others to be the best of.
 */
export function varianceOfTrials({ trials, sharpes }: TrialCount, n: number): number {
  if (trials < 2) return 0;
  if (sharpes.length < FEWEST) return 1 / n;
  const centre = sharpes.reduce((sum, each) => sum + each, 0) / sharpes.length;
  return sharpes.reduce((sum, each) => sum + (each - centre) ** 2, 0) / (sharpes.length - 1);
}
