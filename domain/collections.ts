/**
 * Document collections: `time` is the member they are listed by (epoch ms), `fields` the members that
 * can be filtered on, `arrays` those whose elements can be. Adapters create their indexes from this.
 */
export interface CollectionSpec {
  time: string;
  fields: readonly string[];
  arrays: readonly string[];
}

export const COLLECTIONS = {
  articles: {
    time: 'publishedAt',
    fields: ['feed', 'language', 'sourceKey', 'storyId', 'contentSha256'],
    arrays: ['tickers', 'topics'],
  },
  /** Which article a feed's guid means, where it is not its address. */
  articleKeys: { time: 'seenAt', fields: [], arrays: [] },
  articleVersions: { time: 'seenAt', fields: ['articleId'], arrays: [] },
  stories: { time: 'lastAt', fields: ['sourceKey'], arrays: ['tickers', 'topics', 'feeds'] },
  sourceHealth: { time: 'updatedAt', fields: [], arrays: [] },
  newsSources: { time: 'createdAt', fields: ['kind', 'state', 'host'], arrays: [] },
  savedSearches: { time: 'createdAt', fields: ['principal'], arrays: [] },
  rejectedItems: { time: 'seenAt', fields: ['feed'], arrays: [] },
  scores: {
    time: 'knownAt',
    fields: ['articleId', 'model', 'label', 'sourceKey', 'abstained'],
    arrays: ['tickers'],
  },
  /** Aliases, rules and the running comparison of sentiment models; what the LLM has spent by day. */
  sentimentSettings: { time: 'updatedAt', fields: ['kind'], arrays: [] },
  sentimentBudgets: { time: 'updatedAt', fields: ['model'], arrays: [] },
  sentimentComparisons: { time: 'createdAt', fields: ['basis'], arrays: ['models'] },
  fetches: { time: 'at', fields: ['stream', 'sourceKey'], arrays: [] },
  quarantine: { time: 'seenAt', fields: ['stream'], arrays: [] },
  coverage: { time: 'measuredAt', fields: ['stream', 'sourceKey'], arrays: [] },
  funding: { time: 'time', fields: ['market', 'sourceKey'], arrays: [] },
  datasets: { time: 'createdAt', fields: ['sha256'], arrays: ['streams'] },
  models: { time: 'createdAt', fields: ['name', 'task', 'stage', 'specSha256'], arrays: [] },
  aliases: { time: 'updatedAt', fields: ['name', 'sourceKey'], arrays: [] },
  evaluations: { time: 'createdAt', fields: ['model', 'stream', 'sourceKey'], arrays: [] },
  predictions: { time: 'createdAt', fields: ['stream', 'model', 'settledAt'], arrays: [] },
  /** Predictions that wait to be settled, by when they are looked at next. */
  openPredictions: { time: 'dueAt', fields: ['group', 'stream', 'model'], arrays: [] },
  /** How predictions came out, by when their target was; append-only. */
  settlements: {
    time: 'targetTime',
    fields: ['group', 'stream', 'model', 'predictionId', 'status', 'isRevision', 'sourceKey', 'trigger'],
    arrays: [],
  },
  predictionPolicies: { time: 'createdAt', fields: ['on', 'tenant'], arrays: [] },
  /** What looks for drift found, by the last close that was looked at; append-only. */
  driftReports: { time: 'asOf', fields: ['stream', 'model', 'sourceKey', 'verdict'], arrays: [] },
  driftStates: { time: 'retrainedAt', fields: ['name', 'sourceKey'], arrays: [] },
  /** How each model's name is served, and what is on its way; how its versions fared, by process. */
  deployments: { time: 'updatedAt', fields: ['model', 'stage', 'sourceKey'], arrays: [] },
  deploymentTallies: { time: 'updatedAt', fields: ['rollout', 'phase'], arrays: [] },
  /** Public halves of the keys that sign approval codes. */
  approvalKeys: { time: 'usedAt', fields: [], arrays: [] },
  backtests: { time: 'createdAt', fields: ['stream', 'strategy'], arrays: [] },
  comparisons: { time: 'createdAt', fields: ['stream'], arrays: [] },
  searches: { time: 'createdAt', fields: ['stream', 'strategy'], arrays: [] },
  sweeps: { time: 'createdAt', fields: ['stream', 'strategy'], arrays: [] },
  reads: { time: 'at', fields: ['stream', 'sourceKey'], arrays: [] },
  tunings: { time: 'createdAt', fields: ['name'], arrays: [] },
  trackingRuns: { time: 'startedAt', fields: ['experiment', 'status'], arrays: [] },
  /** What is to be told to the registry beside the platform, and what was. */
  publications: { time: 'at', fields: ['state', 'kind'], arrays: [] },
  trials: { time: 'at', fields: ['market'], arrays: [] },
  runs: { time: 'startedAt', fields: ['kind', 'status'], arrays: [] },
  principals: { time: 'createdAt', fields: ['tenant', 'keySha256'], arrays: ['roles'] },
  uploads: { time: 'createdAt', fields: ['sha256'], arrays: [] },
  // Events and notifications.
  deadLetters: { time: 'at', fields: ['consumer', 'state', 'type'], arrays: [] },
  consumerStates: { time: 'at', fields: [], arrays: [] },
  leases: { time: 'at', fields: ['owner'], arrays: [] },
  handledEvents: { time: 'at', fields: ['consumer'], arrays: [] },
  newsAggregates: { time: 'from', fields: ['asset', 'sourceKey'], arrays: [] },
  subscriptions: { time: 'createdAt', fields: ['state', 'tenant'], arrays: [] },
  deliveries: { time: 'dueAt', fields: ['subscription', 'state'], arrays: [] },
  audit: { time: 'at', fields: ['principal', 'action', 'target'], arrays: [] },
  lineage: { time: 'at', fields: ['child', 'parent', 'run'], arrays: [] },
} as const satisfies Record<string, CollectionSpec>;

export type CollectionName = keyof typeof COLLECTIONS;
