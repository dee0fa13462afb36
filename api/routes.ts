import { auditRoutes } from './audit.js';
import { optimisationRoutes } from './backtest/optimisations.js';
import { backtestRoutes } from './backtest.js';
import { barFileRoutes } from './bars-files.js';
import { barStatsRoutes } from './bars-stats.js';
import { barRoutes } from './bars.js';
import { catalogueRoutes } from './catalogue.js';
import { coverageRoutes } from './coverage.js';
import { deploymentDecisionRoutes } from './deployment-decisions.js';
import { deploymentRoutes } from './deployments.js';
import { driftRoutes } from './drift.js';
import { eventRoutes } from './event-consumers.js';
import { datasetRoutes } from './datasets.js';
import { engineRoutes } from './engines.js';
import { fundingRoutes } from './funding.js';
import { healthRoutes } from './health.js';
import { lineageRoutes } from './lineage.js';
import { metricsRoutes } from './metrics.js';
import { evaluationRoutes } from './evaluations.js';
import { modelRoutes } from './models.js';
import { newsAggregateRoutes } from './news-aggregates.js';
import { newsRoutes } from './news.js';
import { newsSearchRoutes } from './news-search.js';
import { newsSearchesRoutes } from './news-searches.js';
import { newsStatsRoutes } from './news-stats.js';
import { newsStoryRoutes } from './news-stories.js';
import { deliveryRoutes } from './notifications/deliveries.js';
import { subscriptionRoutes } from './notifications/subscriptions.js';
import { outboxRoutes } from './outbox.js';
import { predictionNowRoutes } from './prediction-now.js';
import { predictionPolicyRoutes } from './prediction-policies.js';
import { predictionRoutes } from './prediction.js';
import { principalRoutes } from './principals.js';
import { resourceRoutes } from './resources.js';
import { modelArtifactRoutes } from './model-artifacts.js';
import { registryUserRoutes } from './registry-users.js';
import { registryRoutes } from './registry.js';
import { retentionRoutes } from './retention.js';
import type { Route } from './route.js';
import { bulkRunRoutes } from './runs-bulk.js';
import { runRoutes } from './runs.js';
import { scheduleRoutes } from './schedules.js';
import { scorecardRoutes } from './scorecard.js';
import { sentimentFiguresRoutes } from './sentiment/figures.js';
import { sentimentIndexRoutes } from './sentiment/asset-index.js';
import { sentimentAliasRoutes } from './sentiment/aliases.js';
import { sentimentComparisonRoutes } from './sentiment/comparisons.js';
import { sentimentModelRoutes } from './sentiment/models.js';
import { sentimentRescoreRoutes } from './sentiment/rescores.js';
import { sentimentScoreRoutes } from './sentiment/score.js';
import { sentimentRoutes } from './sentiment.js';
import { servingRoutes } from './serving.js';
import { streamRoutes } from './streams.js';
import { trackingRoutes } from './tracking.js';
import { trainingRoutes } from './training.js';
import { tuningRoutes } from './tunings.js';
import { uploadRoutes } from './uploads.js';
import { sourceRoutes } from './sources.js';
import { storageRoutes } from './storage.js';
import { strategyRoutes } from './strategies.js';

/** Every operation: the server mounts it, the document describes it, the tests call it. */
export const ROUTES: Route[] = [
  ...runRoutes,
  ...bulkRunRoutes,
  ...streamRoutes,
  ...barRoutes,
  ...barFileRoutes,
  ...barStatsRoutes,
  ...retentionRoutes,
  ...catalogueRoutes,
  ...coverageRoutes,
  ...fundingRoutes,
  ...uploadRoutes,
  // Before /news/{id}, which would take their names for ids.
  ...newsAggregateRoutes,
  ...newsSearchRoutes,
  ...newsStatsRoutes,
  ...newsStoryRoutes,
  ...newsSearchesRoutes,
  ...newsRoutes,
  ...sourceRoutes,
  ...eventRoutes,
  ...outboxRoutes,
  ...subscriptionRoutes,
  ...deliveryRoutes,
  // Before /sentiment/{asset}, which would take their names for assets.
  ...sentimentFiguresRoutes,
  ...sentimentModelRoutes,
  ...sentimentAliasRoutes,
  ...sentimentComparisonRoutes,
  ...sentimentRescoreRoutes,
  ...sentimentRoutes,
  ...sentimentIndexRoutes,
  ...sentimentScoreRoutes,
  ...modelRoutes,
  ...modelArtifactRoutes,
  ...registryRoutes,
  ...registryUserRoutes,
  ...trainingRoutes,
  ...tuningRoutes,
  ...datasetRoutes,
  ...evaluationRoutes,
  ...predictionRoutes,
  ...driftRoutes,
  ...deploymentRoutes,
  ...deploymentDecisionRoutes,
  ...scorecardRoutes,
  ...predictionNowRoutes,
  ...predictionPolicyRoutes,
  ...backtestRoutes,
  ...optimisationRoutes,
  ...trackingRoutes,
  ...lineageRoutes,
  ...strategyRoutes,
  ...engineRoutes,
  ...scheduleRoutes,
  ...principalRoutes,
  ...auditRoutes,
  ...storageRoutes,
  ...resourceRoutes,
  ...servingRoutes,
  ...healthRoutes,
  ...metricsRoutes,
];
