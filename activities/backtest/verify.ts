import type { BacktestEngine, EngineJob } from '../../adapters/ports-engines.js';
import type { Ports } from '../../adapters/ports.js';
import { tiedFills, variantsOf, type VerifiedRun } from '../../domain/backtest/engine-conventions.js';
import { backtest } from '../../domain/backtest/engine.js';
import { engineRuleOf, NO_RULE } from '../../domain/backtest/engine-rule.js';
import type { BacktestOutcome, RunSpec } from '../../domain/backtest/spec.js';
import {
  OTHER_ENGINES,
  reportEngine,
  verdictOf,
  type EngineReply,
  type EngineReport,
  type VerificationReport,
} from '../../domain/backtest/verification.js';
import { ownTrades } from '../../domain/backtest/engine-conventions.js';
import type { BarColumns } from '../../domain/bars.js';
import { messageOf } from '../../domain/errors.js';
import { resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { costsOf } from './spec.js';

export interface VerifyOptions {
  strategy: string;
  params?: Record<string, number>;
  /** `replay`: every engine trades our decisions, whatever indicators it has. */
  decide?: 'rule' | 'replay';
  feeBps?: number;
  slippageBps?: number;
  /** As `parseSlippage` reads it, in the place of slippageBps. */
  slippage?: string;
  closeAtEnd?: boolean;
  periodsPerYear?: 365 | 252;
  cash?: number;
  size?: RunSpec['size'];
  /** In the place of those above. */
  spec?: RunSpec;
  /** Names of engines; all of them where absent. */
  engines?: string[];
}

/** A backtest for every engine, and ours of it. */
export interface Prepared {
  job: EngineJob;
  run: VerifiedRun;
  ours: BacktestOutcome;
  strategy: string;
  params: Record<string, number>;
}

/** @throws InvalidInputError for the strategy, its parameters, sizes and costs. */
export function prepareVerification(bars: BarColumns, options: VerifyOptions): Prepared {
  const strategy = resolveStrategy(options.strategy);
  const params = resolveParams(strategy, options.params ?? {});
  const spec = options.spec ?? specOf(options);
  const rule = strategy.rule?.(params) ?? null;
  const engineRule = rule ? engineRuleOf(rule) : NO_RULE;
  const signal = strategy.signal({ bars, params, timeframeMs: stepOf(bars) });
  const ours = backtest({ bars, signal, spec });
  const job: EngineJob = { bars, signal, rule: engineRule, decide: options.decide ?? 'rule', spec };
  return { job, run: { bars, signal, rule, engineRule, spec }, ours, strategy: strategy.name, params };
}

const specOf = (options: VerifyOptions): RunSpec => {
  const { cash, size, closeAtEnd, periodsPerYear, slippage, slippageBps } = options;
  return {
    // Without a word of slippage there is none: most engines know no other than a share of the price.
    costs: costsOf({ ...options, ...(slippage === undefined && { slippageBps: slippageBps ?? 0 }) }),
    cash: cash ?? 100_000,
    size: size ?? { kind: 'equity', fraction: 1 },
    closeAtEnd: closeAtEnd ?? false,
    periodsPerYear: periodsPerYear ?? 365,
  };
};

/** The shortest distance between bars, ms: files do not say their timeframe. */
const stepOf = ({ time }: BarColumns): number =>
  time.reduce(
    (least, value, i) => (i === 0 ? least : Math.min(least, value - (time[i - 1] ?? NaN))),
    Infinity,
  );

/** What is compared with ours, by what was asked for. @throws NotFoundError naming the known ones. */
export function enginesOf(ports: Ports, names?: readonly string[]): BacktestEngine[] {
  return (names ?? Object.keys(OTHER_ENGINES)).map((name) => ports.engines.get(name));
}

/** Why an engine is not run: `available` where it is there but has no such backtest. Null where it can be. */
export function refusal(engine: BacktestEngine, job: EngineJob): EngineReply | null {
  const { name } = engine;
  const missing = engine.missing();
  const reason = missing ?? engine.unsupported(job);
  if (reason === null) return null;
  const version = engine.version();
  return { engine: name, version, outcome: null, available: missing === null, failed: false, reason };
}

/** Runs an engine, or says why not; one that breaks is an answer, too. */
export async function askEngine(engine: BacktestEngine, job: EngineJob): Promise<EngineReply> {
  const refused = refusal(engine, job);
  if (refused) return refused;
  const { name } = engine;
  try {
    const { version, ...outcome } = await engine.run(job);
    return { engine: name, version, outcome };
  } catch (error) {
    const version = engine.version();
    return { engine: name, version, outcome: null, available: true, failed: true, reason: messageOf(error) };
  }
}

/** All answers beside ours. */
export function compareReplies(
  ports: Ports,
  prepared: Prepared,
  replies: readonly EngineReply[],
): VerificationReport {
  const { run, ours, strategy, params } = prepared;
  const { bars, spec } = run;
  const last = { time: bars.time.at(-1) ?? NaN, close: bars.close.at(-1) ?? NaN };
  const ties = tiedFills(run);
  const reference = ports.engines.list().find(({ home }) => home === 'typescript');
  const engines = replies.map((reply): EngineReport => {
    const decided = reply.outcome?.decided;
    // A replay decides nothing itself, but may still be late at the first bar.
    const { conventions } = ports.engines.get(reply.engine);
    const usable = decided === 'replay' ? conventions.filter((name) => name === 'firstBarLate') : conventions;
    const engineRule = decided === 'replay' ? NO_RULE : run.engineRule;
    const variants = variantsOf({ ...run, engineRule }, usable);
    return reportEngine(reply, { ours: ownTrades(ours), variants, ties, cash: spec.cash, last });
  });
  const { entries, exits, finalEquity } = ours.metrics;
  return {
    strategy,
    params,
    bars: bars.time.length,
    reference: {
      engine: reference?.name ?? 'vectorised',
      version: reference?.version ?? null,
      entries,
      exits,
      finalEquity,
    },
    engines,
    verdict: verdictOf(engines),
  };
}

/** Everything in this process, one engine after the other: they would only take each other's cores. */
export async function verifyBars(
  ports: Ports,
  bars: BarColumns,
  options: VerifyOptions,
  say: (line: string) => void = () => undefined,
): Promise<VerificationReport> {
  const engines = enginesOf(ports, options.engines);
  const prepared = prepareVerification(bars, options);
  const replies: EngineReply[] = [];
  for (const engine of engines) {
    if (!refusal(engine, prepared.job)) say(`running ${engine.name} ${engine.version()}`);
    replies.push(await askEngine(engine, prepared.job));
  }
  return compareReplies(ports, prepared, replies);
}
