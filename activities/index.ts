import type { Ports } from '../adapters/ports.js';
import type { SuggestRequest, SuggestResult, TrainRequest, TrainResult } from '../domain/ml.js';
import type { SentimentRequest, SentimentResult } from '../domain/ml/sentiment.js';
import type {
  SentimentTrialRequest,
  SentimentTrialResult,
  SuggestTrialsRequest,
  TrialRequest,
  TrialResult,
} from '../domain/ml/tuning.js';
import type { ExternalRequest, ExternalResult } from '../domain/backtest/external.js';
import { backtestSteps } from './backtest.js';
import { portfolioSteps } from './backtest/portfolio.js';
import { verifySteps } from './backtest/verify-steps.js';
import { barsSteps } from './bars.js';
import { cleaningSteps } from './cleaning.js';
import { coverageSteps } from './coverage.js';
import { transformSteps } from './bars/transform.js';
import { datasetSteps } from './dataset.js';
import { datasetPlanSteps } from './dataset-plan.js';
import { deploymentSteps } from './deployment.js';
import { probingSteps } from './deployment/probing.js';
import { rolloutSteps } from './deployment/rollout.js';
import { turningSteps } from './deployment/turning.js';
import { driftDecidingSteps, driftMeasuringSteps, driftSteps } from './drift.js';
import { drillSteps } from './drills.js';
import { evaluationSteps } from './evaluation.js';
import { poolingSteps, walkForwardSteps } from './evaluation/walk-forward.js';
import { fundingSteps } from './funding.js';
import { healingSteps } from './healing.js';
import { lookaheadSteps } from './lookahead.js';
import { newsSteps } from './news.js';
import { newsUpkeepSteps } from './news/upkeep.js';
import { predictionSteps } from './prediction.js';
import { reportSteps } from './report.js';
import { researchSteps } from './research.js';
import { modelComparisonSteps } from './model-comparison.js';
import { rescoringSteps } from './rescoring.js';
import { sentimentSteps } from './sentiment.js';
import { settlementSteps } from './settlement.js';
import { streamSteps } from './stream.js';
import { comparisonSteps } from './comparison.js';
import { searchSteps } from './search/planning.js';
import { validationSteps } from './search/validating.js';
import { sweepSteps } from './sweep.js';
import { upkeepSteps } from './upkeep.js';
import { recentComparisonSteps, retrainingSteps } from './retraining.js';
import { registryMirrorSteps } from './registry.js';
import { registrySteps, ridgeSteps, trainingSteps } from './training.js';
import { sentimentTrainingSteps } from './training/sentiment.js';
import { reproductionSteps } from './training/reproduction.js';
import { sentimentRegistrySteps } from './training/sentiment-registry.js';
import { tuningSteps } from './training/tuning.js';

/** On which queue each step runs: the one place that decides it. */
export const createActivities = (ports: Ports) => ({
  io: {
    ...researchSteps(ports),
    ...barsSteps(ports),
    ...coverageSteps(ports),
    ...healingSteps(ports),
    ...drillSteps(ports),
    ...fundingSteps(ports),
    ...upkeepSteps(ports),
    ...cleaningSteps(ports),
    ...transformSteps(ports),
    ...newsSteps(ports),
    ...newsUpkeepSteps(ports),
    ...datasetPlanSteps(ports),
    ...trainingSteps(ports),
    ...registrySteps(ports),
    ...sentimentRegistrySteps(ports),
    ...registryMirrorSteps(ports),
    ...tuningSteps(ports),
    ...reproductionSteps(ports),
    ...deploymentSteps(ports),
    ...rolloutSteps(ports),
    ...turningSteps(ports),
    ...driftSteps(ports),
    ...driftDecidingSteps(ports),
    ...retrainingSteps(ports),
    ...settlementSteps(ports),
    ...walkForwardSteps(ports),
  },
  /** Steps that last for hours and mostly wait: one a followed stream. */
  live: {
    ...streamSteps(ports),
  },
  cpu: {
    ...datasetSteps(ports),
    ...ridgeSteps(ports),
    ...driftMeasuringSteps(ports),
    ...sentimentTrainingSteps(ports),
    ...backtestSteps(ports),
    ...portfolioSteps(ports),
    ...sweepSteps(ports),
    ...searchSteps(ports),
    ...comparisonSteps(ports),
    ...validationSteps(ports),
    ...verifySteps(ports),
    ...lookaheadSteps(ports),
    ...reportSteps(ports),
  },
  gpu: {
    ...sentimentSteps(ports),
    ...rescoringSteps(ports),
    ...modelComparisonSteps(ports),
    ...evaluationSteps(ports),
    ...poolingSteps(ports),
    ...predictionSteps(ports),
    ...recentComparisonSteps(ports),
    ...probingSteps(ports),
  },
});

export type Activities = ReturnType<typeof createActivities>;
export type ActivityQueue = keyof Activities;

/** What the Python worker on the queue `train` answers. */
export interface MlActivities {
  trainForecaster(request: TrainRequest): Promise<TrainResult>;
  trainSentiment(request: SentimentRequest): Promise<SentimentResult>;
  suggestParameters(request: SuggestRequest): Promise<SuggestResult>;
  trainTrial(request: TrialRequest): Promise<TrialResult>;
  trainSentimentTrial(request: SentimentTrialRequest): Promise<SentimentTrialResult>;
  suggestTrials(request: SuggestTrialsRequest): Promise<SuggestResult>;
}

/** What the Python worker on the queue `verify` answers. */
export interface VerifyActivities {
  runExternalBacktest(request: ExternalRequest): Promise<ExternalResult>;
}
