import type { Ports } from '../../adapters/ports.js';
import type { ExternalRequest, ExternalResult } from '../../domain/backtest/external.js';
import {
  OTHER_ENGINES,
  type EngineReply,
  type EngineReport,
  type VerificationReport,
} from '../../domain/backtest/verification.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { timeframeMs } from '../../domain/streams.js';
import { findStored, type Found, type StoredBarsInput } from '../bars/stored.js';
import {
  askEngine,
  compareReplies,
  enginesOf,
  prepareVerification,
  type Prepared,
  type VerifyOptions,
} from './verify.js';

export interface VerifyInput extends StoredBarsInput, VerifyOptions {
  run?: string;
}

/** What is to be run where; the bars are found again by the window, as they were known then. */
export interface VerificationPlan {
  options: VerifyOptions;
  window: Found;
  /** Of its objects. */
  folder: string;
  /** For the queue `verify`. */
  requests: ExternalRequest[];
  /** Engines whose steps run beside ours. */
  here: string[];
  /** Engines that have no such backtest, with the reason. */
  refused: StepReply[];
}

/** An engine's answer by reference. */
export type StepReply =
  | { engine: string; result: ExternalResult }
  | { engine: string; result: null; available: boolean; failed: boolean; reason: string };

export const verifySteps = (ports: Ports) => ({
  /** Stores the bars for the engines of other processes, once for the same work. */
  async planVerification(input: VerifyInput): Promise<VerificationPlan> {
    const { stream, source, from, to, asOf, run: _, ...options } = input;
    const found = await findStored(ports, given({ stream, source, from, to, asOf }));
    // The steps after this one must see the same bars, and infinity is no JSON.
    const latest = Math.max(ports.now(), found.range.to + timeframeMs(found.stream.timeframe));
    const window = { ...found, asOf: Math.min(found.asOf, latest) };
    const prepared = await prepare(ports, window, options);
    const bytes = await ports.engines.encode(prepared.job);
    const { sha256 } = await ports.series.digest(window);
    const folder = `backtests/verify/${digestOf({ sha256, options }).slice(0, 24)}`;
    const bars = await ports.objects.put(`${folder}/bars.parquet`, bytes);
    const plan: VerificationPlan = { options, window, folder, requests: [], here: [], refused: [] };
    for (const engine of enginesOf(ports, options.engines)) {
      const { name, home } = engine;
      // Whether it is installed is known where its steps run.
      const reason = engine.unsupported(prepared.job);
      if (reason !== null)
        plan.refused.push({ engine: name, result: null, available: true, failed: false, reason });
      else if (OTHER_ENGINES[name] === 'python' && home === 'python')
        plan.requests.push(requestOf(name, prepared, { bars, outputKey: `${folder}/${slug(name)}.json` }));
      else plan.here.push(name);
    }
    return plan;
  },

  /** Whether somebody serves a queue: one that is only busy is waited for. */
  countPollers: ({ queue }: { queue: string }): Promise<number> => ports.queues.pollers(queue),

  async runEngine({ plan, engine }: { plan: VerificationPlan; engine: string }): Promise<StepReply> {
    const prepared = await prepare(ports, plan.window, plan.options);
    const reply = await askEngine(ports.engines.get(engine), prepared.job);
    const { version, outcome } = reply;
    if (!outcome) return { engine, result: null, ...whyNot(reply) };
    const { trades, refused, ...figures } = outcome;
    const bytes = new TextEncoder().encode(JSON.stringify({ trades, refused }));
    const key = `${plan.folder}/${slug(engine)}.json`;
    const ref = await ports.objects.put(key, bytes);
    return { engine, result: { engine, version: version ?? '', trades: ref, ...figures } };
  },

  /** The report: whole as an object, and with the first differences as the story's result. */
  async compareEngines(args: { plan: VerificationPlan; replies: StepReply[] }): Promise<VerificationReport> {
    const { plan } = args;
    const prepared = await prepare(ports, plan.window, plan.options);
    const replies: EngineReply[] = [];
    for (const reply of args.replies) replies.push(await readReply(ports, reply));
    const report = compareReplies(ports, prepared, replies);
    const bytes = new TextEncoder().encode(JSON.stringify(report));
    const { key, sha256 } = await ports.objects.put(`${plan.folder}/report.json`, bytes);
    return { ...report, engines: report.engines.map(shortened), detail: { key, sha256 } };
  },
});

async function prepare(ports: Ports, window: Found, options: VerifyOptions): Promise<Prepared> {
  const bars = await ports.series.readColumns(window);
  if (bars.time.length === 0)
    throw new NotFoundError('No stored bars in the window; collect them first, or widen it');
  return prepareVerification(bars, options);
}

function requestOf(
  engine: string,
  { job }: Prepared,
  { bars, outputKey }: Pick<ExternalRequest, 'bars' | 'outputKey'>,
): ExternalRequest {
  const { spec, rule, decide } = job;
  const { size } = spec;
  if (size.kind !== 'units' && size.kind !== 'equity')
    throw new InvalidInputError(`Sizes of the kind "${(size as { kind: string }).kind}" are ours only`);
  return {
    engine,
    bars,
    decide,
    rule,
    size: { kind: size.kind, amount: size.kind === 'units' ? size.units : size.fraction },
    cash: spec.cash,
    feeBps: spec.costs.feeBps,
    slippageBps: spec.costs.slippageBps,
    outputKey,
  };
}

async function readReply(ports: Ports, reply: StepReply): Promise<EngineReply> {
  const { engine, result } = reply;
  if (!result) return { engine, version: null, outcome: null, ...whyNot(reply) };
  const bytes = await ports.objects.get(result.trades.key, result.trades.sha256);
  const trades = ports.engines.decode(bytes);
  const { version, decided, finalEquity, seconds, cpuSeconds } = result;
  return { engine, version, outcome: { ...trades, decided, finalEquity, seconds, cpuSeconds } };
}

const whyNot = ({ available, failed, reason }: { available: boolean; failed: boolean; reason: string }) => ({
  available,
  failed,
  reason,
});

const MOST_LISTED = 20;
const shortened = (report: EngineReport): EngineReport => ({
  ...report,
  differing: report.differing.slice(0, MOST_LISTED),
});

const slug = (engine: string): string => engine.replaceAll(/[^a-z0-9]+/g, '-');

const given = <T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as never;
