import type { Ports } from '../adapters/ports.js';
import type { StrategyFile } from '../adapters/ports-strategies.js';
import { toColumns, type Bar, type BarColumns } from '../domain/bars.js';
import { sliceColumns } from '../domain/bars/columns.js';
import { InvalidInputError } from '../domain/errors.js';
import { auditLookahead, type AuditReport } from '../domain/lookahead/audit.js';
import { latestBars, punctual, type MarketData, type NewsPoint } from '../domain/lookahead/data.js';
import { madeNews } from '../domain/lookahead/suite.js';
import type { Subject } from '../domain/lookahead/subject.js';
import { decisionsOf, featureSubject, strategySubject } from '../domain/lookahead/subjects.js';
import { resolveParams, resolveStrategy } from '../domain/strategies/index.js';
import { isStrategyFile, type StrategySource } from '../domain/strategies/source.js';
import { baseOf, parseTimeframe, timeframeMs, TIMEFRAMES, type Timeframe } from '../domain/streams.js';
import type { BarsFile } from './bars/file-judging.js';
import { findStored, type StoredBarsInput } from './bars/stored.js';
import { loadStrategy } from './backtest/strategies.js';
import { beat } from './beat.js';
import { modelSubject } from './lookahead/models.js';
import { readFile } from './indicators.js';

/** What is audited: a strategy by its name, a file with one (where the step runs), or `features`. */
export interface AuditTarget {
  /** Absent where a model is audited. */
  strategy?: string;
  /** Of a user's own strategy: the digest of its source among the objects, or the source itself. */
  code?: string | StrategySource;
  /** `<name>@<version>`: our features and the served model behind them. */
  model?: string;
  params?: Record<string, number>;
  /** Instants at which the future is cut off or changed. */
  points?: number;
}

export interface AuditInput extends StoredBarsInput, AuditTarget {
  run?: string;
}

export interface AuditAnswer extends AuditReport {
  params: Record<string, number>;
  /** What was audited on, and what was made for it. */
  notes: string[];
}

/** The newest bars that are taken of what is longer: an audit decides some eighty times. */
const MOST_BARS = 100_000;
const MOST_MODEL_BARS = 2000;

export const lookaheadSteps = (ports: Ports) => ({
  /** On a stored stream: with the instants at which its bars and its news became known. */
  async auditStream(input: AuditInput): Promise<AuditAnswer> {
    if (input.code === undefined && isStrategyFile(input.strategy ?? ''))
      throw new InvalidInputError(
        `"${input.strategy}" is a file, which is not where this runs; send its text as code`,
      );
    const found = await findStored(ports, input);
    const { stream, source, asOf } = found;
    const step = timeframeMs(stream.timeframe);
    const most = mostBars(input);
    const range = { ...found.range, from: Math.max(found.range.from, found.range.to - most * step) };
    const bars = versionColumns(await ports.series.versions({ stream, source, range, asOf }));
    const { ref } = await ports.sentiment.choose();
    const read = await ports.sentimentPoints({
      model: `${ref.name}@${ref.version}`,
      asset: baseOf(stream.symbol),
      source,
      from: range.from,
      asOf,
    });
    const news = read.points.map((point): NewsPoint => ({ ...point, publishedAt: point.knownAt }));
    const data: MarketData = { bars, news, timeframeMs: step };
    return auditTarget(ports, input, { data, timeframe: stream.timeframe, notes: [] });
  },

  /** On a file of bars, which says nothing of when they became known. */
  async auditFile(input: BarsFile & AuditTarget & { timeframe?: string }): Promise<AuditAnswer> {
    const { strategy, code, model, params, points, timeframe, ...file } = input;
    const all = await readFile(ports, file);
    const most = mostBars(input);
    const bars = newest(all, most);
    const length = timeframe === undefined ? lengthOf(bars, file.path) : parseTimeframe(timeframe);
    const step = timeframeMs(length);
    const target: AuditTarget = {
      ...(strategy !== undefined && { strategy }),
      ...(code !== undefined && { code }),
      ...(model !== undefined && { model }),
      ...(params && { params }),
      ...(points && { points }),
    };
    const data: MarketData = { bars: punctual(bars, step), news: [], timeframeMs: step };
    const notes = all.time.length > most ? [`Only the newest ${most} bars were audited`] : [];
    return auditTarget(ports, target, { data, timeframe: length, notes });
  },
});

/** A model answers for each bar each time: many fewer of them are taken. */
const mostBars = ({ model }: AuditTarget): number => (model === undefined ? MOST_BARS : MOST_MODEL_BARS);

async function auditTarget(
  ports: Ports,
  target: AuditTarget,
  on: { data: MarketData; timeframe: Timeframe; notes: string[] },
): Promise<AuditAnswer> {
  const { subject, params, close } = await openSubject(ports, target, on.timeframe);
  try {
    const made = on.data.news.length === 0;
    const data = made ? { ...on.data, news: madeNews(latestBars(on.data), on.data.timeframeMs) } : on.data;
    const options = { onStep: () => beat(), ...(target.points && { points: target.points }) };
    const report = await auditLookahead(subject, data, options);
    const notes = [
      ...on.notes,
      ...(made ? ['There are no scored news here: some were made for the audit'] : []),
      ...(target.model === undefined ? [] : [AS_TRAINED]),
    ];
    return { ...report, params, notes };
  } finally {
    await close();
  }
}

const AS_TRAINED =
  'The weights are taken as they are: whether they were trained on these bars is for the evaluation, which has a window of its own.';

async function openSubject(
  ports: Ports,
  { strategy: name, code, model, params = {} }: AuditTarget,
  timeframe: Timeframe,
): Promise<{ subject: Subject; params: Record<string, number>; close: () => Promise<void> }> {
  const none = async (): Promise<void> => undefined;
  if (model !== undefined && name === undefined)
    return { subject: await modelSubject(ports, model, timeframe), params: {}, close: none };
  if (name === undefined || model !== undefined)
    throw new InvalidInputError('An audit is of a strategy or of a model: name one of them');
  if (name === 'features') return { subject: featureSubject(timeframe), params: {}, close: none };
  if (code === undefined && !isStrategyFile(name)) {
    const strategy = resolveStrategy(name);
    const resolved = resolveParams(strategy, params);
    return { subject: strategySubject(strategy, resolved), params: resolved, close: none };
  }
  const file = await loadStrategy(ports, name, code);
  try {
    const resolved = resolveParams(file, params);
    const warmUp = await file.warmUp(resolved);
    return { subject: fileSubject(file, resolved, warmUp), params: resolved, close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const fileSubject = (file: StrategyFile, params: Record<string, number>, warmUp: number): Subject => ({
  name: file.name,
  kind: 'strategy',
  warmUp,
  // What a file's decisions remember is not known.
  memory: 'held',
  horizonBars: 0,
  tolerance: 0,
  async decide(data) {
    const bars = latestBars(data);
    const { timeframeMs: step, news } = data;
    const signal = await file.signal({ bars, params, timeframeMs: step, sentiment: [...news] });
    return decisionsOf(bars, { signal });
  },
});

function versionColumns(versions: readonly Bar[]): MarketData['bars'] {
  return { ...toColumns(versions), knownAt: Float64Array.from(versions, ({ knownAt }) => knownAt) };
}

const newest = (bars: BarColumns, most: number): BarColumns =>
  bars.time.length <= most ? bars : sliceColumns(bars, bars.time.length - most);

/** The timeframe whose length is the shortest distance of two bars. */
function lengthOf({ time }: BarColumns, path: string): Timeframe {
  let shortest = Infinity;
  for (let i = 1; i < time.length; i++) shortest = Math.min(shortest, (time[i] ?? 0) - (time[i - 1] ?? 0));
  const found = (Object.keys(TIMEFRAMES) as Timeframe[]).find((each) => timeframeMs(each) === shortest);
  if (found) return found;
  throw new InvalidInputError(
    `${path}: bars ${shortest} ms apart are of no known length; name it by --timeframe`,
  );
}
