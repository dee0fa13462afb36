import { canonicalJson } from '../domain/digest.js';
import { groupOf } from '../domain/settlement.js';
import { parseSource, type Source } from '../domain/sources.js';

/**
 * Business ids: starting the same work twice is the same work while it runs. `kind` is the workflow
 * type; `input` is its one argument.
 */
export function storyId(kind: string, input: Record<string, unknown>): string {
  const prefix = PREFIXES[kind] ?? kind;
  // Which run asked does not change the work.
  const { run: _, ...work } = input;
  if (kind === 'settlePredictions') return [prefix, settledGroup(work)].join('/');
  const own = OWNERS.has(kind) ? [] : [shortHash(canonicalJson(work))];
  return [prefix, ...subjectOf(work), ...own].join('/');
}

/** One of these owns its subject, whatever its settings are. */
const OWNERS = new Set(['maintainCoverage', 'streamBars', 'manageDeployment']);

const PREFIXES: Record<string, string> = {
  collectBars: 'bars',
  collectStreams: 'streams',
  moveBars: 'move',
  pruneBars: 'prune',
  cleanObjects: 'clean',
  maintainCoverage: 'coverage',
  measureBars: 'measure',
  healBars: 'heal',
  breakBars: 'break',
  streamBars: 'stream',
  collectFunding: 'funding',
  transformBars: 'transform',
  collectNews: 'news',
  enrichSentiment: 'sentiment',
  rescoreNews: 'rescore',
  compareSentiment: 'compare-sentiment',
  buildDataset: 'dataset',
  trainModel: 'train',
  tuneModel: 'tune',
  reproduceModel: 'reproduce',
  evaluateModel: 'evaluate',
  walkForward: 'walk-forward',
  deployModel: 'deploy',
  manageDeployment: 'deployment',
  syncRegistry: 'registry',
  watchDrift: 'drift',
  retrainModel: 'retrain',
  settlePredictions: 'settle',
  runBacktest: 'backtest',
  backtestPortfolio: 'portfolio',
  sweepBacktest: 'sweep',
  searchBacktest: 'search',
  compareStrategies: 'compare',
  verifyBacktest: 'verify',
  auditLookahead: 'audit',
};

/** One story settles a stream's predictions of a horizon from one source, however that is written. */
function settledGroup({ stream, horizonBars, source }: Record<string, unknown>): string {
  const from = typeof source === 'string' ? parseSource(source) : (source as Source);
  return groupOf({ stream: String(stream), horizonBars: Number(horizonBars), source: from });
}

function subjectOf(input: Record<string, unknown>): string[] {
  const { stream, market, symbols, timeframe, name, model, models, strategy, sources } = input;
  const parts: unknown[] = [];
  if (typeof strategy === 'string') parts.push(strategy);
  if (typeof stream === 'string') parts.push(stream);
  else if (typeof market === 'string') parts.push(market);
  else if (Array.isArray(sources) && sources.length <= 3) parts.push(sources.join('+'));
  else if (Array.isArray(symbols)) parts.push(symbols.map(dashed).join('+'), timeframe ?? '1h');
  else if (typeof name === 'string') parts.push(name);
  else if (typeof model === 'string') parts.push(model);
  else if (Array.isArray(models)) parts.push(models.join('+'));
  return parts.map(String);
}

const dashed = (symbol: unknown): string => String(symbol).toUpperCase().replaceAll('/', '-');

/** FNV-1a, 2 × 32 bit: enough to tell inputs of one subject apart, and cheap inside the sandbox. */
function shortHash(text: string): string {
  const hash = (seed: number): string => {
    let state = seed;
    for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
    return (state >>> 0).toString(16).padStart(8, '0');
  };
  return hash(0x811c9dc5) + hash(0x9747b28c).slice(0, 4);
}
