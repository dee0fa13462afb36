import type { BacktestMetrics } from './backtest/spec.js';
import type { SkillFigures } from './evaluation.js';
import type { Prediction } from './prediction.js';
import type { Source } from './sources.js';
import type { Trainer } from './training/trainers.js';

/** What a person or a Schedule asks for; everything but the symbols has a default. Times: epoch ms or ISO. */
export interface ResearchInput {
  /** `live`, `recorded:<dir>`, `simulated[:<seed>]`; left out: live, else recorded, else simulated. */
  source?: string;
  symbols: string[];
  timeframe?: string;
  exchange?: string;
  from?: number | string;
  to?: number | string;
  horizonBars?: number;
  maxEpochs?: number;
  seed?: number;
  trainer?: Trainer;
  feeBps?: number;
  slippageBps?: number;
}

/** The same, checked and filled in; what the story works from. */
export interface ResearchPlan {
  source: Source;
  sourceReason: string;
  streams: string[];
  timeframe: string;
  from: number;
  to: number;
  asOf: number;
  feeds: string[];
  horizonBars: number;
  lookBack: number;
  maxEpochs: number;
  seed: number;
  trainer: Trainer;
  trainerReason: string;
  feeBps: number;
  slippageBps: number;
}

export interface BarsReport {
  stream: string;
  stored: number;
  expected: number;
  missing: number;
  /** Proved: the venue was asked, and has bars before and after but not these. */
  exchangeClosed: number;
  quarantined: number;
  digest: string;
}

export interface NewsReport {
  fetched: number;
  stored: number;
  /** Stored articles that came with another text; both are kept. Not told of by runs from before. */
  changed?: number;
  duplicates: number;
  rejected: number;
  /** Feeds that could not be read, with the reason; the rest of the run goes on. */
  failures: { feed: string; reason: string }[];
  /** Feeds that have more pages than one collection may read: the next one goes on. Left out where there is none. */
  unfinished?: string[];
}

export interface SentimentReport {
  model: string;
  scored: number;
  abstained: number;
}

export interface TrainingReport {
  model: string;
  version: string;
  trainer: Trainer;
  rows: number;
  dataset: string;
  onnxSha256: string;
  parityMaxAbs: number;
  epochs: number;
  seconds: number;
  /** True where the same spec and data had been trained before. */
  reused: boolean;
  /** What follows is not told of models from before. */
  weightsSha256?: string;
  bestEpoch?: number;
  /** Of the best epoch, as its trainer measures it. */
  validationLoss?: number;
  stopped?: 'finished' | 'early' | 'diverged';
  /** What went otherwise than asked for. */
  notes?: string[];
}

export interface EvaluationReport {
  id: string;
  model: string;
  version: string;
  stream: string;
  horizonBars: number;
  n: number;
  mae: number;
  directionalAccuracy: number;
  wilson95: [number, number];
  baselines: SkillFigures[];
}

/** What finds an evaluation, and the held-out window [from, to) that it measured, epoch ms. */
export interface EvaluationRef {
  id: string;
  stream: string;
  from: number;
  to: number;
}

export interface DeploymentReport {
  model: string;
  version: string;
  decision: 'promoted' | 'rejected' | 'kept';
  reasons: string[];
}

export interface BacktestReport {
  id: string;
  strategy: string;
  stream: string;
  from: number;
  to: number;
  metrics: BacktestMetrics;
  benchmark: { totalReturn: number; sharpe: number; maxDrawdown: number };
  costs: { feeBps: number; slippageBps: number };
  /** What has to be said of this run; absent where there is nothing. */
  notes?: string[];
  digest: string;
}

/**
 * What the story `research` answers: the report itself may outgrow a payload, so it lies in the objects as
 * JSON under `key`. API and CLI show the report in its place.
 */
export interface ReportRef {
  runId: string;
  key: string;
  sha256: string;
}

/** The main job's result: one JSON object, also the CLI's last line. */
export interface ResearchReport {
  runId: string;
  workflowId: string;
  source: Source & { reason: string };
  asOf: string;
  bars: BarsReport[];
  news: NewsReport;
  sentiment: SentimentReport;
  training: TrainingReport[];
  evaluation: EvaluationReport[];
  deployment: DeploymentReport[];
  predictions: Prediction[];
  backtests: BacktestReport[];
  report: string;
  seconds: number;
}

/** Stored in `runs`: enough to explain a result after Temporal's retention. */
export interface Run {
  /** `run_` and the hex digits of the workflow's first run id. */
  id: string;
  kind: string;
  workflowId: string;
  status: 'running' | 'completed' | 'failed' | 'cancelled';
  input: Record<string, unknown>;
  output: Record<string, unknown> | null;
  error: string | null;
  startedAt: number;
  finishedAt: number | null;
  source: Source;
}
