import { compareTrades, type Agreement, type Compared } from './agreement.js';
import type { ExternalTrades } from './external.js';

/** What is compared with our vectorised engine, and by what it runs: `python` on the queue `verify`, the others on `cpu`. */
export const OTHER_ENGINES: Record<string, 'typescript' | 'python' | 'java'> = {
  'event-driven': 'typescript',
  backtrader: 'python',
  vectorbt: 'python',
  'backtesting.py': 'python',
  ta4j: 'java',
};

/** What one engine gave beside ours. */
export interface EngineReport {
  engine: string;
  version: string | null;
  available: boolean;
  /** Why there is no comparison; null where there is one. */
  reason: string | null;
  /** `rule`: by its own indicators; `replay`: it traded our decisions. */
  decided: 'rule' | 'replay' | null;
  trades: number | null;
  /** Trades equal in every field. */
  equal: number | null;
  differing: Agreement['differing'];
  /** How many differ: a story's result lists the first ones only. */
  differences: number;
  finalEquity: number | null;
  finalEquityDifference: number | null;
  /** `failed`: it was there and broke. */
  verdict: Agreement['verdict'] | 'failed' | null;
  seconds: number | null;
  cpuSeconds: number | null;
}

/** What an engine answered, or why it did not. */
export type EngineReply = { engine: string; version: string | null } & (
  { outcome: EngineAnswer } | { outcome: null; available: boolean; failed: boolean; reason: string }
);

export interface EngineAnswer extends ExternalTrades {
  decided: 'rule' | 'replay';
  finalEquity: number;
  seconds: number;
  cpuSeconds: number;
}

/** `unchecked`: only engines of ours were there. */
export type Verdict = 'equal' | 'explained' | 'unexplained' | 'unchecked';

export interface VerificationReport {
  strategy: string;
  params: Record<string, number>;
  bars: number;
  reference: { engine: string; version: string | null; entries: number; exits: number; finalEquity: number };
  engines: EngineReport[];
  verdict: Verdict;
  /** Of a story: the whole report as an object. */
  detail?: { key: string; sha256: string };
}

/** An engine's answer beside ours, difference by difference. */
export function reportEngine(reply: EngineReply, compared: Omit<Compared, 'theirs'>): EngineReport {
  const { engine, version, outcome } = reply;
  if (!outcome) {
    const { available, failed, reason } = reply;
    return { ...NOTHING, engine, version, available, reason, verdict: failed ? 'failed' : null };
  }
  const { equal, differing, finalEquityDifference, verdict } = compareTrades({
    ...compared,
    theirs: outcome,
  });
  return {
    engine,
    version,
    available: true,
    reason: null,
    decided: outcome.decided,
    trades: outcome.trades.length,
    equal,
    differing,
    differences: differing.length,
    finalEquity: outcome.finalEquity,
    finalEquityDifference,
    verdict,
    seconds: outcome.seconds,
    cpuSeconds: outcome.cpuSeconds,
  };
}

const NOTHING = {
  decided: null,
  trades: null,
  equal: null,
  differing: [],
  differences: 0,
  finalEquity: null,
  finalEquityDifference: null,
  seconds: null,
  cpuSeconds: null,
};

/**
 * Of all engines: one that broke, or a difference that nothing explains, decides. That an engine of ours agrees with
 * another of ours is no check by others.
 */
export function verdictOf(engines: readonly Pick<EngineReport, 'engine' | 'verdict'>[]): Verdict {
  const verdicts = new Set(engines.map(({ verdict }) => verdict));
  if (verdicts.has('unexplained') || verdicts.has('failed')) return 'unexplained';
  const others = engines.filter(({ engine }) => OTHER_ENGINES[engine] !== 'typescript');
  if (!others.some(({ verdict }) => verdict !== null)) return 'unchecked';
  return verdicts.has('explained') ? 'explained' : 'equal';
}
