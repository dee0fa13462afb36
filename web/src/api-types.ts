// Written by infra/openapi.ts from the OpenAPI document: change api/ and run `npm run openapi`.

export interface paths {
  '/runs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listRuns'];
    put?: never;
    post: operations['startRun'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{workflowId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getRun'];
    put?: never;
    post?: never;
    delete: operations['cancelRun'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{workflowId}/events': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['followRun'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/{workflowId}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/runs/bulk': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['startRuns'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/streams': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listStreams'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readBars'];
    put?: never;
    post?: never;
    delete: operations['removeBars'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/latest': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readLatestBar'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/download': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['downloadBars'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['downloadManyBars'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/stats': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readBarStats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/quality': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readBarQuality'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/cleanup': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['cleanBars'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/exchanges': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listExchanges'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/exchanges/{exchange}/symbols': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSymbols'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/coverage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readCoverage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/bars/{exchange}/{symbol}/{timeframe}/gaps': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readGaps'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/timeframes': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTimeframes'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/funding/{exchange}/{symbol}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listFunding'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/uploads/{name}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getUpload'];
    put: operations['putUpload'];
    post?: never;
    delete: operations['removeUpload'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/uploads': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listUploads'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/uploads/{name}/download': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['downloadUpload'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/aggregates': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listNewsAggregates'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listNews'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/search': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['searchNews'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/stats': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readNewsStats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/cache': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readNewsCache'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/stories': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listNewsStories'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/stories/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getNewsStory'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/searches': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listNewsSearches'];
    put?: never;
    post: operations['createNewsSearch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/searches/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getNewsSearch'];
    put?: never;
    post?: never;
    delete: operations['deleteNewsSearch'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/articles': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listArticles'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/articles/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getArticle'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/articles/{id}/scores': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listScores'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/news/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getNews'];
    put?: never;
    post?: never;
    delete: operations['deleteNews'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSources'];
    put?: never;
    post: operations['createSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/source-kinds': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSourceKinds'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources/discover': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['discoverSources'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSource'];
    put?: never;
    post?: never;
    delete: operations['removeSource'];
    options?: never;
    head?: never;
    patch: operations['changeSource'];
    trace?: never;
  };
  '/sources/{id}/pause': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['pauseSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources/{id}/resume': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['resumeSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources/{id}/test': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['testSource'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sources/{id}/health': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSourceHealth'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listEvents'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events/consumers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listEventConsumers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events/dead-letters': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listDeadLetters'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events/dead-letters/{id}/requeue': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['requeueDeadLetter'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/events/outbox': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['eventOutbox'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notifications': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSubscriptions'];
    put?: never;
    post: operations['createSubscription'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notifications/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSubscription'];
    put: operations['changeSubscription'];
    post?: never;
    delete: operations['removeSubscription'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notifications/{id}/test': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['testSubscription'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notifications/{id}/deliveries': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listDeliveries'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/notifications/{id}/deliveries/{delivery}/retry': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['retryDelivery'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/figures': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readSentimentFigures'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/models': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSentimentModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/rules': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put: operations['setSentimentRules'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/experiment': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put: operations['setSentimentExperiment'];
    post?: never;
    delete: operations['endSentimentExperiment'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/explanation': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['explainByLexicon'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/models/{model}/alias': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put: operations['setSentimentAlias'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/aliases': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSentimentAliases'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/aliases/{alias}/rollback': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['rollBackSentimentAlias'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/aliases/{alias}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['removeSentimentAlias'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/comparisons': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSentimentComparisons'];
    put?: never;
    post: operations['startSentimentComparison'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/comparisons/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSentimentComparison'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/comparisons/{id}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readSentimentComparisonPage'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/rescores': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSentimentRescores'];
    put?: never;
    post: operations['startSentimentRescore'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/rescores/{workflowId}/pause': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['pauseSentimentRescore'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/rescores/{workflowId}/resume': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['resumeSentimentRescore'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/{asset}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readSentiment'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/{asset}/index': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readSentimentIndex'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/{asset}/index/articles': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readSentimentIndexArticles'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sentiment/score': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['scoreTexts'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getModel'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listEvaluations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/artifacts': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listArtifacts'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/artifacts/{path}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['downloadArtifact'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/archive': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['archiveModel'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['registryState'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry/publications': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listPublications'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry/models': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listRegisteredModels'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry/users': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listRegistryUsers'];
    put?: never;
    post: operations['createRegistryUser'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry/permissions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put: operations['grantPermission'];
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/registry/permissions/revoke': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['revokePermission'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/training/trainers': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTrainers'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/training': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTrainings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/training/{workflowId}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getTraining'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tunings': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTunings'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tunings/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getTuning'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/datasets': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listDatasets'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/datasets/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getDataset'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getEvaluation'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/evaluations/{id}/against/{other}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['compareEvaluations'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/models/{id}/card': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getModelCard'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predictions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listPredictions'];
    put?: never;
    post: operations['predictNow'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predictions/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getPrediction'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/drift': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listDriftReports'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/drift/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getDriftReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listDeployments'];
    put?: never;
    post: operations['startDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getDeployment'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments/{id}/approval-code': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['issueApprovalCode'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments/{id}/approve': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['approveDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments/{id}/reject': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['rejectDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/deployments/{id}/rollback': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['rollbackDeployment'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/scorecard': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getScorecard'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/settlements': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSettlements'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/open-predictions': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listOpenPredictions'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predictions/batch': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['predictBatch'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/predictions/{id}/replay': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['replayPrediction'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/prediction-policies': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listPredictionPolicies'];
    put?: never;
    post: operations['createPredictionPolicy'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/prediction-policies/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['removePredictionPolicy'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listBacktests'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests/stats': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readBacktestStats'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getBacktest'];
    put?: never;
    post?: never;
    delete: operations['removeBacktest'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests/{id}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getTearSheet'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests/{id}/trades': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['exportTrades'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/backtests/{id}/equity': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['exportEquity'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sweeps': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSweeps'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sweeps/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSweep'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/sweeps/{id}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSweepReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/searches': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSearches'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/searches/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSearch'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/searches/{id}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSearchReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/comparisons': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listComparisons'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/comparisons/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getComparison'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/comparisons/{id}/report': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getComparisonReport'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/tracking/runs': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTrackedRuns'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/lineage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['explain'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/verification': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['verify'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/strategies': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listStrategies'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/engines': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listEngines'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listSchedules'];
    put?: never;
    post: operations['createSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/apply': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['applyTimetable'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getSchedule'];
    put: operations['changeSchedule'];
    post?: never;
    delete: operations['removeSchedule'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/pause': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['pauseSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/resume': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['resumeSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/schedules/{id}/trigger': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['triggerSchedule'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/principals': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listPrincipals'];
    put?: never;
    post: operations['createPrincipal'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/principals/{id}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post?: never;
    delete: operations['removePrincipal'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/me': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getMe'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/audit': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listAudit'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/storage': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['storageInfo'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/storage/ensure': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put?: never;
    post: operations['ensureStorage'];
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/admin/config': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['readConfig'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/resources': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getResources'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/resources/weights': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['listTenantWeights'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/resources/weights/{tenant}': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get?: never;
    put: operations['setTenantWeight'];
    post?: never;
    delete: operations['unsetTenantWeight'];
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/serving': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['getServing'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/livez': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['live'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/readyz': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['ready'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/health': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['health'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
  '/metrics': {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    get: operations['metrics'];
    put?: never;
    post?: never;
    delete?: never;
    options?: never;
    head?: never;
    patch?: never;
    trace?: never;
  };
}

export interface components {
  schemas: {
    DeploymentRequest: {
      model: string;
      /** Of its data; a version has one, so that this only checks it */ source?:
        string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** Its evidence; left out: the latest evaluation of each stream */ evaluations?: string[];
      /** Members of the policy that differ from the usual ones, such as {"canary":{"steps":[10,50]}} */ policy?: {
        [name: string]: unknown;
      };
    };
    ApprovalCodeRequest: { action?: 'decide' | 'rollback' };
    DeploymentDecisionRequest: {
      /** Of the evidence that you have seen */ evidenceSha256: string;
      comment?: string;
    };
    RollbackRequest: { reason: string };
    SavedSearchRequest: {
      name: string;
      filter: {
        /** Words, "phrases", AND, OR, NOT or -word, (groups), prefixes such as regulat* */ text?: string;
        tickers?: string[];
        topics?: string[];
        feeds?: string[];
        languages?: string[];
        /** live, recorded or simulated-<seed> */ source?: string;
        /** What the model made of it: a match is told when it is scored */ sentiment?:
          'negative' | 'neutral' | 'positive' | 'abstained';
        /** Of the sentiment; default the shipped model */ model?: string;
      };
    };
    SubscriptionRequest: {
      name: string;
      types: string[];
      /** Members that are given must all hold, each with any of its values */ filters?: {
        tickers?: string[];
        sources?: string[];
        streams?: string[];
      };
      /** Nothing is sent then; it is sent at the end of them */ quietHours?: {
        from: string;
        to: string;
        timeZone: string;
      } | null;
      /** Notifications an hour; those above wait */ perHour?: number | null;
      state?: 'active' | 'paused';
      channel:
        | {
            kind: 'webhook';
            url: string;
            /** Signs each request; left out: one is made and shown once */ secret?: string;
          }
        | { kind: 'slack'; url: string }
        | { kind: 'email'; to: string[] };
    };
    SubscriptionChange: {
      name: string;
      types: string[];
      /** Members that are given must all hold, each with any of its values */ filters?: {
        tickers?: string[];
        sources?: string[];
        streams?: string[];
      };
      /** Nothing is sent then; it is sent at the end of them */ quietHours?: {
        from: string;
        to: string;
        timeZone: string;
      } | null;
      /** Notifications an hour; those above wait */ perHour?: number | null;
      state?: 'active' | 'paused';
      /** Left out: the channel stays; a webhook without `secret` keeps its own */ channel?:
        | {
            kind: 'webhook';
            url: string;
            /** Signs each request; left out: one is made and shown once */ secret?: string;
          }
        | { kind: 'slack'; url: string }
        | { kind: 'email'; to: string[] };
    };
    PredictInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      /** Bars ahead; left out: those of the named model, else 1 */ horizonBars?: number;
      /** Model name whose champion answers; left out: the best by past skill on the stream */ name?: string;
      /** This very version */ model?: string;
      /** All champions of the stream and horizon together */ ensemble?:
        'mean' | 'inverse-error' | 'stacking';
      /** Abstain where the larger of P(up) and P(down) is below this */ minConfidence?: number;
      /** Of whoever asks: while a version is rolled out, the same key always meets the same one */ stickyKey?: string;
      /** What asked, told in the record */ trigger?: string;
    };
    PredictBatch: { requests: components['schemas']['PredictInput'][] };
    PredictionPolicyRequest: {
      streams: string[];
      /** Bars ahead */ horizons?: number[];
      /** bar: one of the stream has closed; sentiment: a story about its base was scored; cron: by the clock */ on:
        'bar' | 'sentiment' | 'cron';
      /** Name of a model; null: the best by past skill */ model?: string | null;
      /** live, recorded:<directory>, simulated:<seed>; null: that of the event, or of the newest bars */ source?:
        string | null;
      /** Stories scored within this stretch of the clock are one trigger, at its end */ debounceSeconds?: number;
      /** Five fields, where on is cron */ cron?: string | null;
      timeZone?: string;
    };
    PrincipalRequest: { name: string; roles: ('viewer' | 'operator' | 'admin')[]; tenant?: string };
    RegistryUserRequest: { name: string; password: string };
    PermissionRequest: { user: string; on: string; permission: 'READ' | 'EDIT' | 'MANAGE' };
    PermissionRevocation: { user: string; on: string };
    CleanupRequest: {
      /** Bars that closed longer ago */ olderThanDays: number;
      /** Default: all */ streams?: string[];
      /** Only bars from there; default: every source */ source?: string;
      dryRun?: boolean;
    };
    RunBacktestInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      strategy: string;
      /** Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before */ code?:
        string | { [name: string]: string };
      params?: { [name: string]: number };
      feeBps?: number;
      slippageBps?: number;
      /** bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps */ slippage?: string;
      cash?: number;
      /** units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps; default equity:1 */ size?: string;
      closeAtEnd?: boolean;
      /** 365 (default), or 252 where the market has holidays */ periodsPerYear?: 365 | 252;
      /** Pay the stored funding rates; default: where a venue has perpetuals only */ funding?: boolean;
      engine?: 'vectorised' | 'event-driven';
      /** Orders beside each entry, basis points of its price; event-driven only */ exits?: {
        stopBps?: number;
        targetBps?: number;
        trailBps?: number;
      };
      /** Most of the volume of a bar that one order takes; event-driven only */ fillShare?: number;
      evaluation?: string;
    };
    BacktestPortfolioInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      streams: string[];
      /** Shares of the equity in the order of the streams; alike where left out */ weights?: number[];
      /** Of all streams */ strategy?: string;
      /** Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before */ code?:
        string | { [name: string]: string };
      params?: { [name: string]: number };
      /** In the place of strategy: one for each stream, in their order */ strategies?: {
        strategy: string;
        /** Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before */ code?:
          string | { [name: string]: string };
        params?: { [name: string]: number };
      }[];
      /** signals (default), a period such as 1d, or drift:0.05 */ rebalance?: string;
      /** same refuses different spans; common: what all have; all: where any has bars */ span?:
        'same' | 'common' | 'all';
      /** 365 (default), or 252 where the market has holidays */ periodsPerYear?: 365 | 252;
      feeBps?: number;
      slippageBps?: number;
      /** bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps */ slippage?: string;
      cash?: number;
      closeAtEnd?: boolean;
      /** Pay the stored funding rates; default: where a venue has perpetuals only */ funding?: boolean;
    };
    SweepBacktestInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      strategy: string;
      /** Values by parameter: a list, a range from:to:step with both ends, or one value */ grid: {
        [name: string]: number | number[] | string;
      };
      spec?: {
        costs?: { feeBps: number; slippageBps: number; halfSpread?: number; impactBps?: number };
        cash?: number;
        /** units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps */ size?: string;
        closeAtEnd?: boolean;
        periodsPerYear?: 365 | 252;
      };
    };
    SearchBacktestInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      strategy: string;
      /** Values, a range from:to:step, or {min, max, step?, log?} by parameter */ space: {
        [name: string]:
          (number | number[] | string) | { min: number; max: number; step?: number; log?: boolean };
      };
      /** Left out: random */ method?: 'grid' | 'random' | 'bayesian';
      /** Left out: sharpe */ objective?: 'sharpe' | 'sortino' | 'calmar' | 'totalReturn';
      trials?: number;
      seed?: number;
      /** Ends after so many trials without such a gain */ patience?: { trials: number; gain: number };
      /** How the choice is judged on days that it has not seen; lengths in days */ validation?:
        | { kind: 'none' }
        | {
            kind: 'walk-forward';
            train: number;
            test: number;
            purge: number;
            embargo: number;
            anchored: boolean;
          }
        | { kind: 'combinatorial'; groups: number; tested: number; purge: number; embargo: number };
      spec?: {
        costs?: { feeBps: number; slippageBps: number; halfSpread?: number; impactBps?: number };
        cash?: number;
        /** units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps */ size?: string;
        closeAtEnd?: boolean;
        periodsPerYear?: 365 | 252;
      };
    };
    CompareStrategiesInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      strategies: {
        strategy: string;
        /** Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before */ code?:
          string | { [name: string]: string };
        params?: { [name: string]: number };
      }[];
      feeBps?: number;
      slippageBps?: number;
      /** bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps */ slippage?: string;
      cash?: number;
      /** units:1, cash:1000, equity:0.5, volatility:0.2/168 or risk:0.01/200bps; default equity:1 */ size?: string;
      closeAtEnd?: boolean;
      /** 365 (default), or 252 where the market has holidays */ periodsPerYear?: 365 | 252;
      /** Pay the stored funding rates; default: where a venue has perpetuals only */ funding?: boolean;
      engine?: 'vectorised' | 'event-driven';
      /** Orders beside each entry, basis points of its price; event-driven only */ exits?: {
        stopBps?: number;
        targetBps?: number;
        trailBps?: number;
      };
      /** Most of the volume of a bar that one order takes; event-driven only */ fillShare?: number;
    };
    VerifyBacktestInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      strategy: string;
      params?: { [name: string]: number };
      /** By their own indicators, or our decisions */ decide?: 'rule' | 'replay';
      feeBps?: number;
      slippageBps?: number;
      /** bps:2, spread:0.5, volume:100 or several joined by +, in the place of slippageBps */ slippage?: string;
      closeAtEnd?: boolean;
      periodsPerYear?: 365 | 252;
      cash?: number;
      size?: { kind: 'units'; units: number } | { kind: 'equity'; fraction: number };
      /** All of them where it is left out */ engines?: (
        'event-driven' | 'backtrader' | 'vectorbt' | 'backtesting.py' | 'ta4j'
      )[];
    };
    AuditLookaheadInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      /** A strategy of the list, a file such as my.ts, or features */ strategy?: string;
      /** Where strategy is the name of a file such as my.ts: its text, the texts of it and of the files beside it by their names, or the digest of a source that was sent before */ code?:
        string | { [name: string]: string };
      /** In the place of a strategy: a registered forecaster */ model?: string;
      params?: { [name: string]: number };
      /** How often the future is cut off; left out: 24 */ points?: number;
    };
    WalkForwardInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      streams: string[];
      name?: string;
      trainer?: 'patchtst' | 'patchtsmixer' | 'transformer' | 'dlinear' | 'lightgbm' | 'ridge';
      params?: { [name: string]: number | string | boolean };
      training?: {
        maxEpochs?: number;
        patience?: number;
        batchSize?: number;
        learningRate?: number;
        seed?: number;
        precision?: 'auto' | 'float32' | 'bfloat16';
        gradientClip?: number;
        compile?: boolean;
        quantiles?: number[];
      };
      lookBack?: number;
      horizonBars?: number;
      horizons?: number[];
      /** With the sentiment index and the width of its interval among the features */ sentimentIndex?: boolean;
      scheme?: 'expanding' | 'rolling';
      folds?: number;
      testBars?: number;
      validationBars?: number;
      embargoBars?: number;
      feeBps?: number;
      slippageBps?: number;
      /** Why a directional accuracy of more than 60 % is no leak; recorded with the audit */ explanation?: string;
    };
    WatchDriftInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      /** Left out: the one whose bars are newest */ source?:
        string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** Only the champion of this name */ name?: string;
      /** Epoch ms; left out: now */ asOf?: number;
      /** Left out: thirty days */ recentBars?: number;
      /** False alarms per look; left out: 0.03 */ level?: number;
      /** Left out: alert */ policy?: 'off' | 'alert' | 'retrain';
      /** Left out: 72 */ coolDownHours?: number;
    };
    RetrainModelInput: {
      name: string;
      source: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** Left out: as long as the champion's window */ days?: number;
      /** Epoch ms; left out: now */ asOf?: number;
      /** The drift report that asks for it */ report?: string;
    };
    RescoreNewsInput: {
      /** Name, <name>@<version> or alias */ model: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      feeds?: string[];
      languages?: string[];
      tickers?: string[];
      /** Articles a second at most */ perSecond?: number;
    };
    CompareSentimentInput: {
      models: string[];
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      /** Texts to score now; left out: articles that both have scored */ texts?: {
        key: string;
        sha256: string;
        name: string;
      };
      resamples?: number;
      seed?: string;
    };
    BuildDatasetInput: {
      /** Of the stored bars */ source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      streams: string[];
      /** Left out: the first stored bar */ from?: number | string;
      /** Left out: behind the last stored bar */ to?: number | string;
      /** What was known then; left out: all that is stored of the window */ asOf?: number;
      /** <name>@<version>; left out: the served one */ sentimentModel?: string;
      lookBack?: number;
      horizonBars?: number;
      horizons?: number[];
      /** With the sentiment index and the width of its interval among the features */ sentimentIndex?: boolean;
    };
    TrainModelInput:
      | {
          task: 'sentiment';
          name: string;
          sets: {
            name: string;
            /** An uploaded CSV file with the columns text, label and maybe entities */ object: {
              key: string;
              sha256: string;
            };
            /** measure: nothing of it trains */ role?: 'train' | 'measure';
            /** Labelled by a model: trains with less weight and measures nothing */ weak?: boolean;
          }[];
          /** minilm (the default), a directory of the training machine, or a hub's name */ base?: string;
          weakWeight?: number;
          /** Each label of a set trains with the same weight */ balance?: boolean;
          /** Share of texts that train once more with other names */ renamed?: number;
          maxTokens?: number;
          recipe?: {
            epochs?: number;
            batchSize?: number;
            microBatchSize?: number;
            learningRate?: number;
            layerDecay?: number;
            labelSmoothing?: number;
            dropout?: number;
            frozenLayers?: number;
            precision?: 'auto' | '32-true' | 'bf16-mixed' | '16-mixed';
            checkpointSeconds?: number;
            seed?: number;
          };
        }
      | {
          name: string;
          dataset: string;
          /** Left out: what the platform has */ trainer?:
            'patchtst' | 'patchtsmixer' | 'transformer' | 'dlinear' | 'lightgbm' | 'ridge';
          /** By the model's own names; see GET /training/trainers */ params?: {
            [name: string]: number | string | boolean;
          };
          /** Left out: {"maxEpochs":6,"patience":3,"batchSize":256,"learningRate":0.001,"seed":1,"precision":"auto","gradientClip":1,"compile":false,"quantiles":[0.05,0.1,0.25,0.5,0.75,0.9,0.95]} */ training?: {
            maxEpochs?: number;
            /** Epochs without a gain after which it ends */ patience?: number;
            batchSize?: number;
            learningRate?: number;
            seed?: number;
            precision?: 'auto' | 'float32' | 'bfloat16';
            gradientClip?: number;
            compile?: boolean;
            quantiles?: number[];
            /** Several processes share each batch of batchSize rows; gradients are averaged */ distributed?: {
              /** torchrun: on this machine or on nodes; ray: on a Ray cluster */ engine: 'torchrun' | 'ray';
              /** On each machine; with Ray, in the whole cluster */ processes: number;
              /** Machines, by the names that their workers were started with; the first holds the rendezvous */ nodes?: string[];
              /** Of the first of nodes, as the others reach it */ rendezvous?: string;
              /** Of the Ray cluster; left out: the training worker's RAY_ADDRESS */ address?: string;
            };
          };
          maxEpochs?: number;
          seed?: number;
        };
    TuneModelInput: {
      name: string;
      /** The input of trainModel without the name: what all trials have in common */ base:
        | {
            task: 'sentiment';
            sets: {
              name: string;
              /** An uploaded CSV file with the columns text, label and maybe entities */ object: {
                key: string;
                sha256: string;
              };
              /** measure: nothing of it trains */ role?: 'train' | 'measure';
              /** Labelled by a model: trains with less weight and measures nothing */ weak?: boolean;
            }[];
            /** minilm (the default), a directory of the training machine, or a hub's name */ base?: string;
            weakWeight?: number;
            /** Each label of a set trains with the same weight */ balance?: boolean;
            /** Share of texts that train once more with other names */ renamed?: number;
            maxTokens?: number;
            recipe?: {
              epochs?: number;
              batchSize?: number;
              microBatchSize?: number;
              learningRate?: number;
              layerDecay?: number;
              labelSmoothing?: number;
              dropout?: number;
              frozenLayers?: number;
              precision?: 'auto' | '32-true' | 'bf16-mixed' | '16-mixed';
              checkpointSeconds?: number;
              seed?: number;
            };
          }
        | {
            dataset: string;
            /** Left out: what the platform has */ trainer?:
              'patchtst' | 'patchtsmixer' | 'transformer' | 'dlinear' | 'lightgbm' | 'ridge';
            /** By the model's own names; see GET /training/trainers */ params?: {
              [name: string]: number | string | boolean;
            };
            /** Left out: {"maxEpochs":6,"patience":3,"batchSize":256,"learningRate":0.001,"seed":1,"precision":"auto","gradientClip":1,"compile":false,"quantiles":[0.05,0.1,0.25,0.5,0.75,0.9,0.95]} */ training?: {
              maxEpochs?: number;
              /** Epochs without a gain after which it ends */ patience?: number;
              batchSize?: number;
              learningRate?: number;
              seed?: number;
              precision?: 'auto' | 'float32' | 'bfloat16';
              gradientClip?: number;
              compile?: boolean;
              quantiles?: number[];
              /** Several processes share each batch of batchSize rows; gradients are averaged */ distributed?: {
                /** torchrun: on this machine or on nodes; ray: on a Ray cluster */ engine:
                  'torchrun' | 'ray';
                /** On each machine; with Ray, in the whole cluster */ processes: number;
                /** Machines, by the names that their workers were started with; the first holds the rendezvous */ nodes?: string[];
                /** Of the first of nodes, as the others reach it */ rendezvous?: string;
                /** Of the Ray cluster; left out: the training worker's RAY_ADDRESS */ address?: string;
              };
            };
            maxEpochs?: number;
            seed?: number;
          };
      /** Left out: the trainer's own */ space?: {
        [name: string]:
          | { values: (number | string | boolean)[] }
          | { min: number; max: number; step?: number; log?: boolean };
      };
      /** Of a sentiment model */ objective?: 'accuracy' | 'macroF1';
      trials?: number;
      /** Trials side by side */ parallel?: number;
      /** End poor trials early; left out: true */ prune?: boolean;
      /** One trial in so many goes on from each rung */ reduction?: number;
      seed?: number;
    };
    InferDatasetInput: {
      model: string;
      /** ds_…, on whose samples the model answers */ dataset: string;
      /** Samples computed together; 256 if left out */ batchSize?: number;
    };
    ReproduceModelInput: { model: string };
    MoveBarsInput: {
      /** How old a bar must be; left out: as SERIES_URL says */ days?: number;
      /** True: only says what would be moved */ dryRun?: boolean;
    };
    PruneBarsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** Bars that are older are removed */ days: number;
      /** False removes; left out: only says what would be removed */ dryRun?: boolean;
    };
    CleanObjectsInput: {
      /** Drafts and uploads that are younger stay; left out: 7 */ days?: number;
      /** Versions of models and their files that are younger stay; left out: 30 */ modelDays?: number;
      /** Versions of models and their files, nothing else */ only?: 'artifacts';
      /** False removes; left out: only says what would be removed */ dryRun?: boolean;
    };
    ResearchInput: {
      source?: string;
      symbols: string[];
      timeframe?: string;
      exchange?: string;
      from?: number | string;
      to?: number | string;
      horizonBars?: number;
      maxEpochs?: number;
      seed?: number;
      trainer?: 'patchtst' | 'patchtsmixer' | 'transformer' | 'dlinear' | 'lightgbm' | 'ridge';
      feeBps?: number;
      slippageBps?: number;
    };
    CollectBarsInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** Without from: begins at the newest stored bar */ append?: boolean;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
    };
    CollectStreamsInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      /** Without from: begins at the newest stored bar */ append?: boolean;
      streams: string[];
    };
    MeasureBarsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      calendar?: 'always' | 'nyse' | 'lse' | 'forex' | 'weekdays';
      /** True: up to the venue's last closed bar */ follow?: boolean;
    };
    HealBarsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      calendar?: 'always' | 'nyse' | 'lse' | 'forex' | 'weekdays';
      /** True: up to the venue's last closed bar */ follow?: boolean;
      /** Also ask again for what is quarantined or exchange-closed */ recheck?: boolean;
    };
    BreakBarsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** Stored bars to lose */ drop: number;
      seed?: string;
    };
    MaintainCoverageInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      calendar?: 'always' | 'nyse' | 'lse' | 'forex' | 'weekdays';
      /** True: up to the venue's last closed bar */ follow?: boolean;
      /** Also ask again for what is quarantined or exchange-closed */ recheck?: boolean;
      everyMs?: number;
    };
    StreamBarsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** First bar to have; left out: behind the newest stored one */ from?: number | string;
      /** Where to end; left out: never */ until?: number | string;
    };
    CollectFundingInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      market: string;
    };
    TransformBarsInput:
      | {
          source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
          /** ISO 8601 or epoch milliseconds */ from?: number | string;
          /** ISO 8601 or epoch milliseconds */ to?: number | string;
          /** ISO 8601 or epoch milliseconds */ asOf?: number | string;
          /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
          /** Of the longer bars */ timeframe: string;
          incomplete?: 'drop' | 'mark';
        }
      | {
          /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
          object: { key: string; sha256: string };
          /** What the file was called */ name?: string;
          /** When a file of corrections was known */ knownAt?: number | string;
          columns?: string;
          timeUnit?: 's' | 'ms' | 'us' | 'ns';
          dates?: 'ymd' | 'dmy' | 'mdy';
          decimal?: 'point' | 'comma';
          adjusted?: boolean;
        };
    CollectNewsInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
      feeds?: string[];
      /** Ids of news sources, in the place of source and feeds */ sources?: string[];
    };
    EnrichSentimentInput: {
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      asOf?: number;
    };
    EvaluateModelInput: {
      model: string;
      dataset: string;
      streams: string[];
      costs: { feeBps: number; slippageBps: number };
      /** Why a directional accuracy of more than 60 % is no leak; recorded with the audit */ explanation?: string;
    };
    DeployModelInput: { model: string; evaluations: string[] };
    ManageDeploymentInput: { name: string };
    SyncRegistryInput: { /** Only this model; left out: all */ name?: string };
    SettlePredictionsInput: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      horizonBars: number;
      source: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
    };
    RunRequest:
      | { kind: 'research'; input: components['schemas']['ResearchInput'] }
      | { kind: 'collectBars'; input: components['schemas']['CollectBarsInput'] }
      | { kind: 'collectStreams'; input: components['schemas']['CollectStreamsInput'] }
      | { kind: 'moveBars'; input: components['schemas']['MoveBarsInput'] }
      | { kind: 'pruneBars'; input: components['schemas']['PruneBarsInput'] }
      | { kind: 'cleanObjects'; input: components['schemas']['CleanObjectsInput'] }
      | { kind: 'measureBars'; input: components['schemas']['MeasureBarsInput'] }
      | { kind: 'healBars'; input: components['schemas']['HealBarsInput'] }
      | { kind: 'breakBars'; input: components['schemas']['BreakBarsInput'] }
      | { kind: 'maintainCoverage'; input: components['schemas']['MaintainCoverageInput'] }
      | { kind: 'streamBars'; input: components['schemas']['StreamBarsInput'] }
      | { kind: 'collectFunding'; input: components['schemas']['CollectFundingInput'] }
      | { kind: 'transformBars'; input: components['schemas']['TransformBarsInput'] }
      | { kind: 'collectNews'; input: components['schemas']['CollectNewsInput'] }
      | { kind: 'enrichSentiment'; input: components['schemas']['EnrichSentimentInput'] }
      | { kind: 'rescoreNews'; input: components['schemas']['RescoreNewsInput'] }
      | { kind: 'compareSentiment'; input: components['schemas']['CompareSentimentInput'] }
      | { kind: 'buildDataset'; input: components['schemas']['BuildDatasetInput'] }
      | { kind: 'trainModel'; input: components['schemas']['TrainModelInput'] }
      | { kind: 'tuneModel'; input: components['schemas']['TuneModelInput'] }
      | { kind: 'inferDataset'; input: components['schemas']['InferDatasetInput'] }
      | { kind: 'reproduceModel'; input: components['schemas']['ReproduceModelInput'] }
      | { kind: 'evaluateModel'; input: components['schemas']['EvaluateModelInput'] }
      | { kind: 'walkForward'; input: components['schemas']['WalkForwardInput'] }
      | { kind: 'deployModel'; input: components['schemas']['DeployModelInput'] }
      | { kind: 'manageDeployment'; input: components['schemas']['ManageDeploymentInput'] }
      | { kind: 'syncRegistry'; input: components['schemas']['SyncRegistryInput'] }
      | { kind: 'watchDrift'; input: components['schemas']['WatchDriftInput'] }
      | { kind: 'retrainModel'; input: components['schemas']['RetrainModelInput'] }
      | { kind: 'predict'; input: components['schemas']['PredictInput'] }
      | { kind: 'settlePredictions'; input: components['schemas']['SettlePredictionsInput'] }
      | { kind: 'runBacktest'; input: components['schemas']['RunBacktestInput'] }
      | { kind: 'backtestPortfolio'; input: components['schemas']['BacktestPortfolioInput'] }
      | { kind: 'sweepBacktest'; input: components['schemas']['SweepBacktestInput'] }
      | { kind: 'searchBacktest'; input: components['schemas']['SearchBacktestInput'] }
      | { kind: 'compareStrategies'; input: components['schemas']['CompareStrategiesInput'] }
      | { kind: 'verifyBacktest'; input: components['schemas']['VerifyBacktestInput'] }
      | { kind: 'auditLookahead'; input: components['schemas']['AuditLookaheadInput'] };
    RunsRequest: { runs: components['schemas']['RunRequest'][] };
    TimetableRequest: { /** True: only says what would change */ dryRun?: boolean };
    ScheduleRequest: {
      id: string;
      kind:
        | 'research'
        | 'collectBars'
        | 'collectStreams'
        | 'moveBars'
        | 'pruneBars'
        | 'cleanObjects'
        | 'measureBars'
        | 'healBars'
        | 'breakBars'
        | 'maintainCoverage'
        | 'streamBars'
        | 'collectFunding'
        | 'transformBars'
        | 'collectNews'
        | 'enrichSentiment'
        | 'rescoreNews'
        | 'compareSentiment'
        | 'buildDataset'
        | 'trainModel'
        | 'tuneModel'
        | 'inferDataset'
        | 'reproduceModel'
        | 'evaluateModel'
        | 'walkForward'
        | 'deployModel'
        | 'manageDeployment'
        | 'syncRegistry'
        | 'watchDrift'
        | 'retrainModel'
        | 'predict'
        | 'settlePredictions'
        | 'runBacktest'
        | 'backtestPortfolio'
        | 'sweepBacktest'
        | 'searchBacktest'
        | 'compareStrategies'
        | 'verifyBacktest'
        | 'auditLookahead';
      /** The story's input, as in POST /runs */ input: { [name: string]: unknown };
      /** Five fields, or @hourly and its like */ cron: string;
      timeZone?: string;
      overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      jitterSeconds?: number;
      catchUpSeconds?: number;
      note?: string;
    };
    ScheduleChange: {
      kind:
        | 'research'
        | 'collectBars'
        | 'collectStreams'
        | 'moveBars'
        | 'pruneBars'
        | 'cleanObjects'
        | 'measureBars'
        | 'healBars'
        | 'breakBars'
        | 'maintainCoverage'
        | 'streamBars'
        | 'collectFunding'
        | 'transformBars'
        | 'collectNews'
        | 'enrichSentiment'
        | 'rescoreNews'
        | 'compareSentiment'
        | 'buildDataset'
        | 'trainModel'
        | 'tuneModel'
        | 'inferDataset'
        | 'reproduceModel'
        | 'evaluateModel'
        | 'walkForward'
        | 'deployModel'
        | 'manageDeployment'
        | 'syncRegistry'
        | 'watchDrift'
        | 'retrainModel'
        | 'predict'
        | 'settlePredictions'
        | 'runBacktest'
        | 'backtestPortfolio'
        | 'sweepBacktest'
        | 'searchBacktest'
        | 'compareStrategies'
        | 'verifyBacktest'
        | 'auditLookahead';
      /** The story's input, as in POST /runs */ input: { [name: string]: unknown };
      /** Five fields, or @hourly and its like */ cron: string;
      timeZone?: string;
      overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      jitterSeconds?: number;
      catchUpSeconds?: number;
      note?: string;
    };
    SentimentAliasRequest: { alias: string; /** For those who read the history */ reason?: string };
    SentimentComparisonRequest: {
      models: string[];
      source?: string | { kind: 'live' | 'recorded' | 'simulated'; detail: string };
      /** ISO 8601 or epoch milliseconds */ from?: number | string;
      /** ISO 8601 or epoch milliseconds */ to?: number | string;
      resamples?: number;
      seed?: string;
      texts?: {
        text: string;
        label?: ('negative' | 'neutral' | 'positive') | null;
        source?: string;
        language?: string;
      }[];
      /** What the texts are called in the report */ name?: string;
      /** Name of an uploaded CSV with the columns text, label, source and language, in the place of texts */ upload?: string;
    };
    SentimentRulesRequest: {
      rules: {
        /** ISO 639; left out: any */ language?: string;
        /** Feed; left out: any */ source?: string;
        model: string;
      }[];
    };
    SentimentExperimentRequest: { kind: 'shadow' | 'ab'; challenger: string; share: number };
    ScoreTexts: {
      texts: {
        text: string;
        /** ISO 639-1; else it is found out */ language?: string;
        /** What the text is asked about */ target?: string;
      }[];
      /** <name>@<version>, a name or an alias */ model?: string;
    };
    TenantWeightChange: { weight: number };
    NewsSourceRequest: {
      id: string;
      name?: string;
      /** rss, rest, graphql, or the kind of an adapter of your own */ kind: string;
      /** As the kind wants them; GET /source-kinds has their schemas */ settings: {
        [name: string]: unknown;
      };
      language?: string | null;
      licence?: string | null;
      /** How long text is kept; null: for ever */ retentionDays?: number | null;
      /** What its items must be to become articles, the others are put aside; null: all are taken */ relevance?: {
        text?: string;
        tickers?: string[];
        topics?: string[];
        languages?: string[];
        instrument?: boolean;
        leastCharacters?: number;
      } | null;
      cadence?: {
        /** Five fields, or @hourly and its like */ cron: string;
        timeZone?: string;
        jitterSeconds?: number;
        overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      };
      state?: 'enabled' | 'paused';
    };
    NewsSourceChange: {
      name?: string;
      /** As the kind wants them; GET /source-kinds has their schemas */ settings?: {
        [name: string]: unknown;
      };
      language?: string | null;
      licence?: string | null;
      /** How long text is kept; null: for ever */ retentionDays?: number | null;
      /** What its items must be to become articles, the others are put aside; null: all are taken */ relevance?: {
        text?: string;
        tickers?: string[];
        topics?: string[];
        languages?: string[];
        instrument?: boolean;
        leastCharacters?: number;
      } | null;
      cadence?: {
        /** Five fields, or @hourly and its like */ cron: string;
        timeZone?: string;
        jitterSeconds?: number;
        overlap?: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      };
      state?: 'enabled' | 'paused';
    };
    DiscoverRequest: { url: string };
    Source: {
      kind: 'live' | 'recorded' | 'simulated';
      /** Empty for live, the directory for recorded, the seed for simulated */ detail: string;
    };
    Problem: {
      type: string;
      title: string;
      status: number;
      detail: string;
      instance: string;
      requestId: string;
      errors?: { path: string; message: string }[];
    };
    AuditEntry: {
      id: string;
      /** Epoch milliseconds, UTC */ at: number;
      principal: string;
      tenant: string;
      action: string;
      target: string;
      outcome: 'done' | 'refused';
      status: number;
      requestId: string;
      detail: { [name: string]: unknown };
    };
    AuditPage: {
      items: components['schemas']['AuditEntry'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Sweep: {
      id: string;
      stream: string;
      source?: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ createdAt: number;
      strategy: string;
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      /** Epoch milliseconds, UTC */ asOf: number;
      bars: number;
      barsSha256: string;
      digest: string;
      grid: { [name: string]: unknown };
      combinations: number;
      skipped: number;
      /** By Sharpe ratio */ best: {
        params: { [name: string]: number };
        metrics: { [name: string]: number | null };
      }[];
      /** All rows as Parquet */ results: { key: string; sha256: string; [name: string]: unknown };
      [name: string]: unknown;
    };
    Search: {
      id: string;
      stream: string;
      source?: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ createdAt: number;
      strategy: string;
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      /** Epoch milliseconds, UTC */ asOf: number;
      bars: number;
      barsSha256: string;
      digest: string;
      method: string;
      objective: string;
      tried: number;
      trials: number;
      best: {
        params: { [name: string]: number };
        score: number | null;
        metrics: { [name: string]: number | null } | null;
        [name: string]: unknown;
      };
      outOfSample: {
        kind: string;
        sharpe: number | null;
        interval: (number | null)[];
        inSampleSharpe: number | null;
        days: number;
        [name: string]: unknown;
      } | null;
      [name: string]: unknown;
    };
    Comparison: {
      id: string;
      stream: string;
      source?: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ createdAt: number;
      /** Epoch milliseconds, UTC */ from?: number;
      /** Epoch milliseconds, UTC */ to?: number;
      /** The best by Sharpe ratio first */ ranking: {
        backtest: string;
        strategy: string;
        params: { [name: string]: number };
        totalReturn: number | null;
        sharpe: number | null;
        maxDrawdown: number | null;
        deflatedSharpe: number | null;
      }[];
      realityCheck: number | null;
      superior: number | null;
      overfitting: number | null;
      days: number;
      sentence: string;
      [name: string]: unknown;
    };
    SweepPage: {
      items: components['schemas']['Sweep'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    SearchPage: {
      items: components['schemas']['Search'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    ComparisonPage: {
      items: components['schemas']['Comparison'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    BacktestMetrics: {
      entries: number | null;
      exits: number | null;
      startEquity: number | null;
      finalEquity: number | null;
      totalReturn: number | null;
      annualReturn: number | null;
      annualVolatility: number | null;
      sharpe: number | null;
      sortino: number | null;
      calmar: number | null;
      maxDrawdown: number | null;
      valueAtRisk: number | null;
      conditionalValueAtRisk: number | null;
      winRate: number | null;
      profitFactor: number | null;
      exposure: number | null;
      fees: number | null;
      bars: number | null;
      /** Paid on balance; a receipt is negative */ funding?: number | null;
    };
    BacktestSpec: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe>; those of a portfolio joined by + */ stream: string;
      strategy: string;
      /** Of a user's own strategy: the digest of its source */ code?: string;
      params: { [name: string]: number };
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      /** Epoch milliseconds, UTC */ asOf: number;
      costs: {
        feeBps: number;
        slippageBps: number;
        /** Units of the price */ halfSpread?: number;
        /** For the whole volume of a bar, by the root of the share */ impactBps?: number;
      };
      cash: number;
      size:
        | { kind: 'units'; units: number }
        | { kind: 'cash'; amount: number }
        | { kind: 'equity'; fraction: number }
        | { kind: 'volatility'; target: number; lookback: number; maxLeverage: number }
        | {
            kind: 'risk';
            share: number;
            stop: { kind: 'bps'; bps: number } | { kind: 'atr'; multiple: number; bars: number };
            maxLeverage: number;
          };
      closeAtEnd: boolean;
      periodsPerYear: number;
      /** The stored rates of the perpetual were paid */ funding?: 'stored';
      /** Absent: vectorised */ engine?: 'vectorised' | 'event-driven';
      /** Orders beside each entry, basis points of its price */ exits?: {
        stopBps?: number;
        targetBps?: number;
        trailBps?: number;
      };
      /** Most of the volume of a bar that one order took */ fillShare?: number;
      /** Several streams on one account; `stream` names all of them, joined by + */ portfolio?: {
        rebalance:
          { kind: 'signals' } | { kind: 'period'; everyMs: number } | { kind: 'drift'; above: number };
        instruments: {
          /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
          weight: number;
          /** Where not all have the same one, as code and params */ strategy?: string;
          code?: string;
          params?: { [name: string]: number };
        }[];
      };
    };
    BacktestAnalysis: {
      /** 95 %, stationary bootstrap, a year */ sharpeInterval: (number | null)[];
      /** Probability of a Sharpe above 0 */ probabilisticSharpe: number | null;
      /** The same against the luckiest of all trials */ deflatedSharpe: number | null;
      /** Of that luckiest trial, a year */ expectedMaximumSharpe: number | null;
      /** Null where no number of days would do */ minimumTrackRecordDays: number | null;
      trials: number;
      verdict: {
        finding: 'no result' | 'no edge' | 'luck' | 'doubtful' | 'edge';
        sentence: string;
        against: string[];
      };
    };
    Trade: {
      side: 'long' | 'short';
      /** Epoch milliseconds, UTC */ entryTime: number;
      entryPrice: number;
      exitTime: number | null;
      exitPrice: number | null;
      units: number;
      fees: number;
      funding?: number;
      /** After fees and funding */ profit: number;
      /** Of a portfolio: what was traded */ instrument?: string;
    };
    BacktestDetail: {
      id: string;
      spec: components['schemas']['BacktestSpec'];
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe>; those of a portfolio joined by + */ stream: string;
      strategy: string;
      engine: string;
      metrics: components['schemas']['BacktestMetrics'];
      benchmark: components['schemas']['BacktestMetrics'];
      /** Different things tried on this window when it was run, this one included */ trials: number;
      analysis?: components['schemas']['BacktestAnalysis'];
      detail: { key: string; sha256: string };
      digest: string;
      barsSha256: string;
      /** What sizes, fills, costs and figures mean in this run */ conventions: string[];
      /** What has to be said of it: orders that waited, ruin */ notes?: string[];
      /** Of the funding rates that it paid */ fundingSha256?: string;
      /** Of a portfolio: what each stream was read as */ instruments?: {
        /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
        barsSha256: string;
        fundingSha256?: string;
      }[];
      run: string | null;
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ asOf: number;
      /** Open times of the points of `equity` */ time: number[];
      equity: (number | null)[];
      /** The first ones, at most `trades` of them */ trades: components['schemas']['Trade'][];
      totalTrades: number;
    };
    BacktestTrades: {
      id: string;
      /** Epoch milliseconds, UTC */ asOf: number;
      trades: components['schemas']['Trade'][];
    };
    BacktestEquity: {
      id: string;
      /** Epoch milliseconds, UTC */ asOf: number;
      time: number[];
      equity: (number | null)[];
    };
    BacktestStats: {
      /** Epoch milliseconds, UTC */ asOf: number;
      backtests: number;
      /** Only those with results */ byStrategy: { [name: string]: number };
      sweeps: number;
      searches: number;
      comparisons: number;
      /** Ways of trading ever tried on a window of a market */ trials: number;
      /** When the newest result was stored */ newest: number | null;
    };
    Backtest: {
      id: string;
      spec: components['schemas']['BacktestSpec'];
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe>; those of a portfolio joined by + */ stream: string;
      strategy: string;
      engine: string;
      metrics: components['schemas']['BacktestMetrics'];
      benchmark: components['schemas']['BacktestMetrics'];
      /** Different things tried on this window when it was run, this one included */ trials: number;
      analysis?: components['schemas']['BacktestAnalysis'];
      detail: { key: string; sha256: string };
      digest: string;
      barsSha256: string;
      /** What sizes, fills, costs and figures mean in this run */ conventions: string[];
      /** What has to be said of it: orders that waited, ruin */ notes?: string[];
      /** Of the funding rates that it paid */ fundingSha256?: string;
      /** Of a portfolio: what each stream was read as */ instruments?: {
        /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
        barsSha256: string;
        fundingSha256?: string;
      }[];
      run: string | null;
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
    };
    BacktestPage: {
      items: components['schemas']['Backtest'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Bar: {
      /** The bar's open, epoch milliseconds UTC */ time: number;
      open: number;
      high: number;
      low: number;
      close: number;
      /** Base asset units */ volume: number;
      /** When the platform could first know these values */ knownAt: number;
    };
    BarPage: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Only versions known at this instant were read */ asOf: number;
      bars: components['schemas']['Bar'][];
      cursor: string | null;
    };
    LatestBar: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Only versions known at this instant were read */ asOf: number;
      bar: components['schemas']['Bar'];
    };
    BarStats: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Only versions known at this instant were read */ asOf: number;
      bars: number;
      /** Open of the first bar */ first: number | null;
      /** Open of the last bar */ last: number | null;
      /** Bars that there should be from the first to the last one */ expected: number;
      missing: number;
      completeness: number;
      /** Bars without trades */ withoutVolume: number;
      /** Bars whose high is their low */ flat: number;
      /** Lowest low */ low: number | null;
      /** Highest high */ high: number | null;
      /** Of the first bar */ open: number | null;
      /** Of the last bar */ close: number | null;
      /** Sum, base asset units */ volume: number;
    };
    BarQuality: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Only versions known at this instant were read */ asOf: number;
      bars: number;
      /** Open of the first bar */ first: number | null;
      /** Open of the last bar */ last: number | null;
      /** Bars that there should be from the first to the last one */ expected: number;
      missing: number;
      completeness: number;
      /** Bars without trades */ withoutVolume: number;
      /** Bars whose high is their low */ flat: number;
      gapCount: number;
      gaps: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        bars: number;
      }[];
      flaggedCount: number;
      /** Stored bars that should be looked at: large moves, long wicks */ flagged: {
        /** Epoch milliseconds, UTC */ time: number;
        reason: string;
      }[];
      quarantinedCount: number;
      quarantined: {
        reason: string;
        /** Epoch milliseconds, UTC */ seenAt: number;
        bar: { [name: string]: unknown };
      }[];
    };
    ExchangeList: {
      items: {
        /** As in streams: the ccxt exchange id */ id: string;
        /** Can be asked over the network */ live: boolean;
        /** Recorded streams */ recorded: number;
        /** Stored streams */ stored: number;
      }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SymbolPage: {
      exchange: string;
      source: 'stored' | 'recorded' | 'live';
      items: { symbol: string; timeframes: string[] }[];
      cursor: string | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    Gap: {
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      bars: number;
    };
    Coverage: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** When the market trades */ calendar: 'always' | 'nyse' | 'lse' | 'forex' | 'weekdays';
      calendarReason: string;
      /** Epoch milliseconds, UTC */ from: number;
      /** End of the bar opens, exclusive */ to: number;
      /** The venue's first bar, where it was asked for earlier ones */ listedAt: number | null;
      delistedAt: number | null;
      expected: number;
      present: number;
      /** Proved: the venue was asked, has bars before and after, and not these */ exchangeClosed: number;
      quarantined: number;
      missing: number;
      /** Stored bars outside the sessions */ outside: number;
      /** present / (expected - exchangeClosed) */ coverage: number;
      gaps: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        bars: number;
        state: 'exchange-closed' | 'quarantined' | 'missing';
      }[];
      gapsLeftOut: number;
      /** Epoch milliseconds, UTC */ measuredAt: number;
    };
    GapPage: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Only versions known at this instant were read */ asOf: number;
      expected: number;
      present: number;
      missing: number;
      items: components['schemas']['Gap'][];
      cursor: string | null;
    };
    TimeframeList: { items: { name: string; milliseconds: number }[] };
    Deployment: {
      /** <name>:<source key> */ id: string;
      /** The model's name */ model: string;
      source: components['schemas']['Source'];
      sourceKey: string;
      /** deployment/<name> */ workflowId: string;
      stage: 'idle' | 'evidence' | 'shadow' | 'approval' | 'canary' | 'promoted' | 'rejected' | 'rolledBack';
      /** mdl_<name>@<version> */ champion: string | null;
      /** mdl_<name>@<version> */ candidate: string | null;
      /** What a rollback goes back to */ previous: string | null;
      rollout: string | null;
      /** Of requests to the candidate */ percent: number;
      evaluations: string[];
      championEvaluations: string[];
      previousEvaluations: string[];
      /** What an approval is given for */ evidenceSha256: string | null;
      checks: { name: string; passed: boolean; text: string }[];
      shadow: {
        requests: number;
        failures: number;
        /** Of the expected moves, in units of volatility·√horizon */ meanAbsDifference: number | null;
        maxAbsDifference: number | null;
        /** Of one inference */ p95Ms: number | null;
        championP95Ms: number | null;
      } | null;
      canary: {
        requests: number;
        /** Each was answered by the champion */ failures: number;
        p95Ms: number | null;
        championRequests: number;
        championFailures: number;
        championP95Ms: number | null;
      } | null;
      approval: {
        state: 'none' | 'waiting' | 'approved' | 'rejected' | 'expired';
        by: string | null;
        at: number | null;
        expiresAt: number | null;
        escalatedAt: number | null;
      };
      /** The principal who cannot approve */ trainedBy: string | null;
      proposedBy: string | null;
      policy: { [name: string]: unknown } | null;
      sticky: 'stream' | 'bar';
      watchedUntil: number | null;
      reasons: string[];
      /** Newest last; the latest twenty, reasons cut short */ history: {
        /** Epoch milliseconds, UTC */ at: number;
        stage:
          'idle' | 'evidence' | 'shadow' | 'approval' | 'canary' | 'promoted' | 'rejected' | 'rolledBack';
        by: string;
        reasons: string[];
      }[];
      /** Epoch milliseconds, UTC */ startedAt: number;
      /** Epoch milliseconds, UTC */ updatedAt: number;
    };
    DeploymentPage: {
      items: components['schemas']['Deployment'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    ApprovalCode: {
      /** For one use, by whoever holds it, in the name of the principal */ code: string;
      /** Epoch milliseconds, UTC */ expiresAt: number;
      principal: string;
      candidate: string;
      evidenceSha256: string | null;
    };
    DeploymentDecision: {
      deployment: string;
      candidate: string;
      decision: 'approved' | 'rejected';
      by: string;
    };
    DriftReport: {
      id: string;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      /** <name>@<version> */ model: string;
      dataset: string;
      evaluation: string;
      horizonBars: number;
      /** Close of the last bar that was looked at */ asOf: number;
      window: { from: number | null; to: number | null; rows: number; trainingRows: number };
      settled: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        n: number;
      } | null;
      /** unknown: too little to say; watch: certain, but not large */ verdict:
        'unknown' | 'stable' | 'watch' | 'drift';
      findings: {
        family: 'inputs' | 'residuals' | 'calibration';
        verdict: 'unknown' | 'stable' | 'watch' | 'drift';
        reasons: string[];
      }[];
      inputs:
        | {
            name: string;
            /** Population stability index against the training part */ psi: number | null;
            /** Kolmogorov–Smirnov */ distance: number | null;
            pValue: number | null;
            /** p among all inputs (Benjamini–Hochberg) */ qValue: number | null;
            /** Values that are worth one independent one */ effect: number | null;
            referenceMean: number | null;
            recentMean: number | null;
          }[]
        | null;
      residuals: {
        n: number;
        referenceN: number;
        /** In deviations of the evaluation's residuals */ meanShift: number | null;
        meanP: number | null;
        scaleRatio: number | null;
        scaleP: number | null;
        effects: { mean: number | null; scale: number | null };
        turn: number;
        /** When the errors likely moved */ since: number | null;
      } | null;
      calibration: {
        n: number;
        coverage: number | null;
        promised: number | null;
        coverageP: number | null;
        brier: number | null;
        referenceBrier: number | null;
        /** One-sided: worse than in the evaluation */ brierP: number | null;
        effect: number | null;
      } | null;
      /** False alarms per look */ level: number | null;
      /** Bars that open in [from, to), and scores, as known at asOf */ read: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        /** Epoch milliseconds, UTC */ asOf: number;
        sentimentModel: string;
      };
      digests: { [name: string]: string };
      /** The drift that goes on; told of once */ episode: {
        id: string;
        /** Epoch milliseconds, UTC */ since: number;
        reports: number;
        calm: number;
      } | null;
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
      /** live, recorded or simulated-<seed> */ sourceKey: string;
    };
    DriftReportPage: {
      items: components['schemas']['DriftReport'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Event: {
      id: string;
      type: string;
      /** Epoch milliseconds, UTC */ at: number;
      payload: { [name: string]: unknown };
    };
    EventList: { items: components['schemas']['Event'][]; /** Epoch milliseconds, UTC */ asOf: number };
    EventConsumer: {
      /** `relay` hands events to the broker, `sender` sends notifications */ consumer: string;
      /** Events, or notifications that are due, which wait for it */ lag: number;
      /** Time of the oldest event that waits */ oldestAt: number | null;
      handled: number;
      handledAt: number | null;
      /** In a row; 0 where it works */ failures: number;
      error: string | null;
      errorAt: number | null;
      deadLetters: number;
    };
    EventConsumerList: {
      items: components['schemas']['EventConsumer'][];
      /** The process that runs them */ leader: {
        owner: string;
        /** Epoch milliseconds, UTC */ until: number;
      } | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    DeadLetter: {
      id: string;
      consumer: string;
      type: string;
      event: components['schemas']['Event'];
      error: string;
      attempts: number;
      /** Of the last failure */ at: number;
      /** failing: it comes again and holds up what is behind it; dead: given up; requeued: to be tried again */ state:
        'failing' | 'dead' | 'requeued';
    };
    DeadLetterPage: {
      items: components['schemas']['DeadLetter'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Dataset: {
      id: string;
      sha256: string;
      object: { key: string; sha256: string; bytes: number };
      rows: number;
      streams: string[];
      features: string[];
      featureVersion: string;
      spec: { lookBack: number; horizonBars: number; horizons?: number[]; [name: string]: unknown };
      split: {
        /** Epoch milliseconds, UTC */ validationFrom: number;
        /** Epoch milliseconds, UTC */ testFrom: number;
        /** Epoch milliseconds, UTC */ testTo: number;
      };
      /** Epoch milliseconds, UTC */ from?: number;
      /** Epoch milliseconds, UTC */ to?: number;
      /** Epoch milliseconds, UTC */ asOf: number;
      /** Digests of the bars and scores that went in */ inputs: { [name: string]: string };
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
      [name: string]: unknown;
    };
    DatasetPage: {
      items: components['schemas']['Dataset'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    BacktestEngine: {
      name: string;
      version: string | null;
      licence: string;
      /** What it runs in; python on the queue verify */ home: 'typescript' | 'python' | 'java';
      /** On the machine of the API; a worker elsewhere may have more */ available: boolean;
      /** Why it is not available, and what would help */ reason: string | null;
    };
    EngineList: { items: components['schemas']['BacktestEngine'][] };
    FundingRate: {
      market: string;
      /** When it was paid */ time: number;
      /** Share of the position's value; above 0 the longs pay */ rate: number;
      /** Epoch milliseconds, UTC */ knownAt: number;
      source: components['schemas']['Source'];
    };
    FundingPage: {
      items: components['schemas']['FundingRate'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    EventOutbox: {
      /** That lie in the outbox */ events: number;
      /** Of these: not yet passed by all who follow it, the relay to a broker included */ pending: number;
      oldestPendingAt: number | null;
      /** Age of the oldest that is pending: how far the slowest follower is behind; 0: none is */ lagMs: number;
      /** Of these: passed by all, and kept for FINSIGHT_EVENT_DAYS */ delivered: number;
      oldestAt: number | null;
      /** The follower that is furthest behind */ heldBy: string | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    Readiness: { ready: boolean; checks: { name: string; ok: boolean; detail: string }[] };
    Liveness: { live: boolean };
    Health: {
      ready: boolean;
      version: string;
      /** Epoch milliseconds, UTC */ asOf: number;
      checks: { name: string; ok: boolean; detail: string }[];
      serving: { backend: string; provider: string; loaded: string[] } | null;
      trainer: { trainer: string; reason: string };
      /** Events that wait or are kept; null where it cannot be read */ outbox: {
        /** That lie in the outbox */ events: number;
        /** Of these: not yet passed by all who follow it, the relay to a broker included */ pending: number;
        oldestPendingAt: number | null;
        /** Age of the oldest that is pending: how far the slowest follower is behind; 0: none is */ lagMs: number;
        /** Of these: passed by all, and kept for FINSIGHT_EVENT_DAYS */ delivered: number;
        oldestAt: number | null;
        /** The follower that is furthest behind */ heldBy: string | null;
      } | null;
    };
    LineageNode: {
      id: string;
      kind:
        | 'run'
        | 'prediction'
        | 'backtest'
        | 'evaluation'
        | 'model'
        | 'dataset'
        | 'bars'
        | 'scores'
        | 'article'
        | 'fetch'
        | 'baseline'
        | 'drift';
      facts: { [name: string]: string | number | boolean | null };
      /** What it was made from */ parents: components['schemas']['LineageNode'][];
    };
    LineageCheck: { id: string; what: string; ok: boolean; expected: string; found: string };
    Verification: {
      id: string;
      ok: boolean;
      checks: number;
      /** The broken link nearest to the raw data */ firstBroken:
        components['schemas']['LineageCheck'] | null;
      broken: components['schemas']['LineageCheck'][];
    };
    QueueFigures: {
      name: 'finsight' | 'io' | 'live' | 'cpu' | 'gpu' | 'train' | 'torch' | 'verify';
      /** Workers that asked for work in the last five minutes */ pollers: number;
      /** Tasks that wait, about */ backlog: number;
      /** How long the oldest of them has waited; 0 where none waits */ oldestTaskAgeMs: number;
      /** Handed to workers, a mean of the last half minute */ tasksPerSecond: number;
      /** That came, likewise */ addedPerSecond: number;
      /** 1 live, 2 interactive, 3 usual, 4 training, 5 back-fill */ backlogByPriority: {
        [name: string]: number;
      };
      /** Tasks that workers do now, by their last heartbeat */ running: number;
      /** Tasks that living workers can do at a time */ capacity: number;
      /** How many workers would be right: the autoscaling signal */ desiredWorkers: number;
      /** Living ones; empty where the server keeps no heartbeats */ workers: {
        /** <process>@<host> */ identity: string;
        host: string;
        processId: string;
        running: number;
        capacity: number;
        /** Tasks since it started */ done: number;
        /** Of its host, 0 to 1 */ cpuUsage: number | null;
        /** Of its host, 0 to 1 */ memoryUsage: number | null;
        startedAt: number | null;
        heartbeatAt: number | null;
      }[];
    };
    Resources: {
      queues: components['schemas']['QueueFigures'][];
      /** The machine that the API runs on */ machine: {
        cores: number;
        memoryBytes: number;
        freeMemoryBytes: number;
        /** Processes that run or wait to, a mean of the last minute */ load: number;
        /** By nvidia-smi; empty where there is none */ gpus: {
          name: string;
          memoryBytes: number | null;
          usedBytes: number | null;
          /** 0 to 1; null where it is not told */ utilisation: number | null;
        }[];
      };
      training: {
        /** Models that a worker trains now */ running: {
          workflowId: string;
          step: string;
          tenant: string | null;
          worker: string;
          attempt: number;
          /** Of the attempt */ startedAt: number;
          epoch: number | null;
          maxEpochs: number | null;
        }[];
        /** Steps that wait for a worker of the queue train, about */ waiting: number;
      };
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SkillFigures: {
      name: string;
      n: number;
      mae: number | null;
      directionalAccuracy: number | null;
      wilson95: [number | null, number | null];
    };
    LeakAudit: {
      passed: boolean;
      checks: {
        check: string;
        verdict: 'pass' | 'leak' | 'skipped' | 'explained';
        text: string;
        figure: number | null;
        bound: number | null;
        explanation?: string;
      }[];
    };
    Evaluation: {
      id: string;
      model: string;
      stream: string;
      horizonBars: number;
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      n: number;
      mae: number | null;
      directionalAccuracy: number | null;
      /** Wilson interval of the directional accuracy */ wilson95: [number | null, number | null];
      baselines: components['schemas']['SkillFigures'][];
      against?: {
        baseline: string;
        /** Squared relative error, outcomes that do not overlap; negative: the model is better */ dieboldMariano: {
          statistic: number | null;
          pValue: number | null;
        };
        allRows: { n: number; statistic: number | null; pValue: number | null };
        /** McNemar; null where the baseline claims no direction */ direction: {
          onlyModel: number;
          onlyBaseline: number;
          pValue: number | null;
        } | null;
      }[];
      pesaranTimmermann: { statistic: number | null; pValue: number | null };
      dieboldMariano: { statistic: number | null; pValue: number | null };
      conformal: {
        coverage: number | null;
        scale: number | null;
        n: number;
        measuredCoverage: number | null;
      };
      distribution?: {
        n: number;
        levels: number[];
        from: 'model' | 'validation residuals';
        pinball: number | null;
        crps: number | null;
        baselines: { name: string; pinball: number | null; crps: number | null }[];
      };
      interval?: {
        coverage: number | null;
        measuredCoverage: number | null;
        n: number;
        /** In units of volatility·√horizon */ meanWidth: number | null;
        winkler: number | null;
        method: 'adaptive';
        persistence: {
          coverage: number | null;
          measuredCoverage: number | null;
          n: number;
          /** In units of volatility·√horizon */ meanWidth: number | null;
          winkler: number | null;
        };
      };
      calibration?: {
        n: number;
        brier: number | null;
        baselines: { name: string; brier: number | null }[];
        ece: number | null;
        bins: {
          from: number;
          to: number;
          n: number;
          meanProbability: number | null;
          shareUp: number | null;
          wilson95: [number | null, number | null];
        }[];
      };
      regimes?: {
        by: 'volatility' | 'trend';
        name: string;
        n: number;
        mae: number | null;
        directionalAccuracy: number | null;
        wilson95: [number | null, number | null];
        share: number | null;
        baselines: components['schemas']['SkillFigures'][];
      }[];
      byConfidence?: {
        from: number;
        to: number;
        name: string;
        n: number;
        mae: number | null;
        directionalAccuracy: number | null;
        wilson95: [number | null, number | null];
        share: number | null;
        baselines: components['schemas']['SkillFigures'][];
      }[];
      profitAfterCosts: {
        total: number | null;
        buyAndHold: number | null;
        feeBps: number;
        slippageBps: number;
      };
      /** The forecasts through the backtest engine */ traded?: {
        totalReturn: number | null;
        annualReturn: number | null;
        sharpe: number | null;
        maxDrawdown: number | null;
        entries: number;
        exposure: number | null;
        fees: number | null;
        bars: number;
        strategy: 'model-signal';
        engine: string;
        costs: { feeBps: number; slippageBps: number };
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        buyAndHold: {
          totalReturn: number | null;
          annualReturn: number | null;
          sharpe: number | null;
          maxDrawdown: number | null;
          entries: number;
          exposure: number | null;
          fees: number | null;
          bars: number;
        };
        beforeCosts: {
          totalReturn: number | null;
          annualReturn: number | null;
          sharpe: number | null;
          maxDrawdown: number | null;
          entries: number;
          exposure: number | null;
          fees: number | null;
          bars: number;
        };
        conventions: string[];
        notes: string[];
      };
      leakAudit?: components['schemas']['LeakAudit'];
      folds?: {
        fold: number;
        model: string;
        dataset: string;
        evaluation: string;
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        n: number;
        mae: number | null;
        directionalAccuracy: number | null;
        wilson95: [number | null, number | null];
        persistenceMae: number | null;
        measuredCoverage: number | null;
        meanWidth: number | null;
        crps: number | null;
        persistenceCrps: number | null;
      }[];
      walkForward?: {
        scheme: 'expanding' | 'rolling';
        folds: number;
        testBars: number;
        validationBars: number;
        purgeBars: number;
        embargoBars: number;
      };
      seeds?: number[];
      forecasts: { key: string; sha256: string };
      rows?: { key: string; sha256: string };
      dataset: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
    };
    EvaluationComparison: {
      stream: string;
      horizonBars: number;
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      rows: number;
      n: number;
      a: {
        evaluation: string;
        model: string;
        mae: number | null;
        directionalAccuracy: number | null;
        wilson95: [number | null, number | null];
        crps: number | null;
        pinball: number | null;
        measuredCoverage: number | null;
        meanWidth: number | null;
        brier: number | null;
      };
      b: {
        evaluation: string;
        model: string;
        mae: number | null;
        directionalAccuracy: number | null;
        wilson95: [number | null, number | null];
        crps: number | null;
        pinball: number | null;
        measuredCoverage: number | null;
        meanWidth: number | null;
        brier: number | null;
      };
      dieboldMariano: { statistic: number | null; pValue: number | null };
      dieboldMarianoCrps: { statistic: number | null; pValue: number | null };
      direction: { onlyA: number; onlyB: number; pValue: number | null } | null;
      sentence: string;
    };
    ObjectRef: { key: string; sha256: string; bytes: number };
    ModelVersion: {
      id: string;
      name: string;
      version: string;
      onnx: components['schemas']['ObjectRef'];
      task: 'forecast' | 'sentiment';
      kind: string;
      specSha256: string;
      spec: { [name: string]: unknown };
      dataset: string | null;
      training: { [name: string]: unknown };
      parityMaxAbs: number | null;
      seconds: number | null;
      stage: 'candidate' | 'champion' | 'rejected' | 'archived';
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
      featureVersion: string;
      /** The principal whose story trained it */ trainedBy?: string | null;
      /** Leak audits that failed: such a model is rejected and never served */ leaks?: {
        stream: string;
        evaluation: string;
        reasons: string[];
      }[];
      tags?: { [name: string]: string };
      /** Epoch milliseconds, UTC */ archivedAt?: number;
    };
    ModelPage: {
      items: components['schemas']['ModelVersion'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    EvaluationPage: {
      items: components['schemas']['Evaluation'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    NewsAggregate: {
      id: string;
      asset: string;
      /** live, recorded or simulated-<seed> */ sourceKey: string;
      /** Start of the hour or day, UTC, by the time of publication */ from: number;
      articles: number;
      feeds: { feed: string; articles: number }[];
      sentiment: {
        model: string;
        scored: number;
        abstained: number;
        negative: number;
        neutral: number;
        positive: number;
        /** Mean of P(positive) − P(negative); null where the model abstained from all */ mean: number | null;
      }[];
      /** Epoch milliseconds, UTC */ computedAt: number;
    };
    NewsAggregatePage: {
      items: components['schemas']['NewsAggregate'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Article: {
      id: string;
      url: string | null;
      title: string;
      feed: string;
      author: string | null;
      language: string;
      /** Epoch milliseconds, UTC */ publishedAt: number;
      /** When the platform could first know it */ firstSeenAt: number;
      tickers: string[];
      /** The feed's own */ categories: string[];
      source: components['schemas']['Source'];
      text: string;
      guid?: string | null;
      contentSha256?: string;
      storyId?: string;
      similar?: { articleId: string; similarity: number } | null;
      /** The platform's own */ topics?: string[];
      licence?: string | null;
      retainUntil?: number | null;
      revision?: number;
      /** When the present text could first be known */ contentSeenAt?: number;
      mentions?: {
        entity: string;
        kind: string;
        field: 'title' | 'text';
        from: number;
        to: number;
        surface: string;
        [name: string]: unknown;
      }[];
      [name: string]: unknown;
    };
    NewsHit: {
      id: string;
      url: string | null;
      title: string;
      feed: string;
      author: string | null;
      language: string;
      /** Epoch milliseconds, UTC */ publishedAt: number;
      /** When the platform could first know it */ firstSeenAt: number;
      tickers: string[];
      /** The feed's own */ categories: string[];
      source: components['schemas']['Source'];
      guid?: string | null;
      contentSha256?: string;
      storyId?: string;
      similar?: { articleId: string; similarity: number } | null;
      /** The platform's own */ topics?: string[];
      licence?: string | null;
      retainUntil?: number | null;
      revision?: number;
      /** When the present text could first be known */ contentSeenAt?: number;
      /** Places in the title that were asked for, [from, to) in UTF-16 units */ titleMarks: [
        number,
        number,
      ][];
      /** Plain text, not HTML */ snippet: { text: string; marks: [number, number][] };
      /** Only where ordered by relevance */ relevance: number | null;
      [name: string]: unknown;
    };
    Score: {
      id: string;
      articleId: string;
      model: string;
      label: 'negative' | 'neutral' | 'positive';
      probabilities: { negative: number; neutral: number; positive: number };
      abstained: boolean;
      reason: string | null;
      /** Of each asset, where the text speaks of several */ targets?: {
        asset: string;
        /** What the model was given: the text with the target, or its clause */ by: 'target' | 'clause';
        label: 'negative' | 'neutral' | 'positive';
        probabilities: { negative: number; neutral: number; positive: number };
        abstained: boolean;
        reason: string | null;
      }[];
      /** Epoch milliseconds, UTC */ scoredAt: number;
      /** Epoch milliseconds, UTC */ knownAt: number;
      tickers: string[];
      feed?: string;
      story?: string;
      source: components['schemas']['Source'] | null;
    };
    ArticlePage: {
      items: components['schemas']['Article'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    ScorePage: {
      items: components['schemas']['Score'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    NewsArticle: {
      id: string;
      url: string | null;
      title: string;
      feed: string;
      author: string | null;
      language: string;
      /** Epoch milliseconds, UTC */ publishedAt: number;
      /** When the platform could first know it */ firstSeenAt: number;
      tickers: string[];
      /** The feed's own */ categories: string[];
      source: components['schemas']['Source'];
      text: string;
      guid?: string | null;
      contentSha256?: string;
      storyId?: string;
      similar?: { articleId: string; similarity: number } | null;
      /** The platform's own */ topics?: string[];
      licence?: string | null;
      retainUntil?: number | null;
      revision?: number;
      /** When the present text could first be known */ contentSeenAt?: number;
      mentions?: {
        entity: string;
        kind: string;
        field: 'title' | 'text';
        from: number;
        to: number;
        surface: string;
        [name: string]: unknown;
      }[];
      /** Newest first */ scores: components['schemas']['Score'][];
      /** Whose score is served for this article now: by rule, A/B comparison or champion */ servedModel:
        string | null;
      /** Earlier revisions, newest first */ versions: {
        revision: number;
        /** When this text could first be known */ seenAt: number;
        title: string;
        text: string;
        [name: string]: unknown;
      }[];
      /** Epoch milliseconds, UTC */ asOf: number;
      [name: string]: unknown;
    };
    NewsPage: {
      items: components['schemas']['NewsHit'][];
      /** For the next page; a page may be short, even empty, and have one. Null at the end */ cursor:
        string | null;
      /** False while older articles are still being indexed */ complete: boolean;
      /** What was known when the articles were read */ asOf: number;
    };
    SavedSearch: {
      id: string;
      name: string;
      filter: { [name: string]: unknown };
      /** Who made it */ principal: string;
      tenant: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
    };
    SavedSearchPage: {
      items: components['schemas']['SavedSearch'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    NewsStats: {
      by: 'day' | 'hour' | 'feed' | 'ticker' | 'topic' | 'language' | 'sentiment';
      /** Most first; by time newest first */ items: {
        /** The value, or the start of the hour or day as ISO 8601 */ key: string;
        articles: number;
      }[];
      /** Articles of the window, each once */ total: number;
      /** Null: from the first on */ from: number | null;
      to: number | null;
      /** Values within another value count the newest 10,000 articles: back to here */ countedFrom:
        number | null;
      /** False while older articles are still being indexed */ complete: boolean;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    NewsCache: {
      hits: number;
      misses: number;
      /** Reads that waited for an answer that another was computing */ waits: number;
      /** Calls of the cache that failed; the reads were answered without it */ failures: number;
      hitRate: number | null;
      cachedMs: { p50: number; p95: number } | null;
      uncachedMs: { p50: number; p95: number } | null;
      /** Share of the time that the reads would have taken without it */ saved: number | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    NewsStory: {
      id: string;
      title: string | null;
      firstAt: number | null;
      /** When its newest article was published */ lastAt: number;
      tickers: string[];
      topics: string[];
      feeds: string[];
      source: components['schemas']['Source'] | null;
      [name: string]: unknown;
    };
    NewsStoryArticles: {
      id: string;
      title: string | null;
      firstAt: number | null;
      /** When its newest article was published */ lastAt: number;
      tickers: string[];
      topics: string[];
      feeds: string[];
      source: components['schemas']['Source'] | null;
      /** Oldest first */ articles: components['schemas']['NewsHit'][];
      /** For more of its articles: GET /news with story and this cursor */ cursor: string | null;
      /** Epoch milliseconds, UTC */ asOf: number;
      [name: string]: unknown;
    };
    NewsStoryPage: {
      items: components['schemas']['NewsStory'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Subscription: {
      id: string;
      name: string;
      types: string[];
      /** Members that are given must all hold, each with any of its values */ filters: {
        tickers?: string[];
        sources?: string[];
        streams?: string[];
      };
      /** Nothing is sent then; it is sent at the end of them */ quietHours: {
        from: string;
        to: string;
        timeZone: string;
      } | null;
      /** Notifications an hour; those above wait */ perHour: number | null;
      state: 'active' | 'paused';
      /** Secrets are never shown again */ channel: {
        kind: 'webhook' | 'slack' | 'email';
        /** Of the address, the rest of which may be a secret */ host: string | null;
        to: string[] | null;
        hasSecret: boolean;
      };
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
      /** Epoch milliseconds, UTC */ updatedAt: number;
    };
    SubscriptionCreated: {
      id: string;
      name: string;
      types: string[];
      /** Members that are given must all hold, each with any of its values */ filters: {
        tickers?: string[];
        sources?: string[];
        streams?: string[];
      };
      /** Nothing is sent then; it is sent at the end of them */ quietHours: {
        from: string;
        to: string;
        timeZone: string;
      } | null;
      /** Notifications an hour; those above wait */ perHour: number | null;
      state: 'active' | 'paused';
      /** Secrets are never shown again */ channel: {
        kind: 'webhook' | 'slack' | 'email';
        /** Of the address, the rest of which may be a secret */ host: string | null;
        to: string[] | null;
        hasSecret: boolean;
      };
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
      /** Epoch milliseconds, UTC */ updatedAt: number;
      /** Of a webhook whose key was made here; shown this once */ secret: string | null;
    };
    Delivery: {
      id: string;
      subscription: string;
      event: components['schemas']['Event'];
      state: 'waiting' | 'sent' | 'dead';
      /** Epoch milliseconds, UTC */ dueAt: number;
      /** Epoch milliseconds, UTC */ createdAt: number;
      attempts: number;
      error: string | null;
      log: {
        /** Epoch milliseconds, UTC */ at: number;
        outcome: 'sent' | 'failed' | 'quiet' | 'limited' | 'paused' | 'dead' | 'retried';
        detail: string;
      }[];
    };
    SubscriptionPage: {
      items: components['schemas']['Subscription'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    TestSent: { sent: boolean; detail: string };
    DeliveryPage: {
      items: components['schemas']['Delivery'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Prediction: {
      id: string;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      /** <name>@<version>, ensemble:<kind>, or baseline:<name> where no model is good enough */ model: string;
      /** Why this model or baseline answered */ reason: string;
      /** Close of the last known bar */ asOf: number;
      horizonBars: number;
      /** Epoch milliseconds, UTC */ targetTime: number;
      lastClose: number | null;
      /** Expected close, quote currency */ mean: number | null;
      interval: { lower: number | null; upper: number | null; coverage: number | null };
      probabilityUp: number | null;
      inputs: { [name: string]: string | number | null };
      /** What was looked at: bars that open in [from, to), and scores, as known at asOf */ read: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        /** Epoch milliseconds, UTC */ asOf: number;
      };
      /** Epoch milliseconds, UTC */ createdAt: number;
      source: components['schemas']['Source'];
      settledAt: number | null;
      realised: number | null;
      /** The fan: each horizon that the model forecasts */ path?: {
        horizonBars: number;
        /** Epoch milliseconds, UTC */ targetTime: number;
        mean: number | null;
        /** Ascending; quote currency */ quantiles: { level: number; price: number | null }[];
      }[];
      /** Why nobody should act on it; null where it is meant */ abstained?: string | null;
      /** Who was asked before, and why they did not answer */ chain?: { model: string; reason: string }[];
      /** While a version was on its way: which answered */ route?: {
        deployment: string;
        rollout: string;
        phase: string;
        percent: number;
        /** fallback: the version before, since the candidate failed */ answered:
          'candidate' | 'champion' | 'fallback';
      };
      /** What asked for it */ trigger?: string;
    };
    PredictionPage: {
      items: components['schemas']['Prediction'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    PredictionBatch: {
      /** One for each request, in their order */ items: {
        prediction: components['schemas']['Prediction'] | null;
        problem: components['schemas']['Problem'] | null;
      }[];
      made: number;
      failed: number;
    };
    PredictionReplay: {
      id: string;
      identical: boolean;
      /** sha256 of what the stored record decides */ expected: string;
      /** The same of what was computed; null where an input is broken */ found: string | null;
      /** The link nearest to the raw data that is not what it was */ broken: {
        id: string;
        what: string;
        expected: string;
        found: string;
      } | null;
      /** Digests that were compared */ checks: number;
    };
    PredictionPolicy: {
      id: string;
      streams: string[];
      horizons: number[];
      on: 'bar' | 'sentiment' | 'cron';
      model: string | null;
      source: string | null;
      debounceSeconds: number;
      cron: string | null;
      timeZone: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
      tenant: string;
    };
    PredictionPolicyPage: {
      items: components['schemas']['PredictionPolicy'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Principal: {
      id: string;
      name: string;
      roles: ('viewer' | 'operator' | 'admin')[];
      tenant: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
    };
    PrincipalCreated: {
      id: string;
      name: string;
      roles: ('viewer' | 'operator' | 'admin')[];
      tenant: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
      /** Shown this once; only its sha256 is kept */ key: string;
    };
    PrincipalPage: {
      items: components['schemas']['Principal'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Me: { id: string; roles: ('viewer' | 'operator' | 'admin')[]; tenant: string };
    ModelArtifacts: {
      id: string;
      items: { path: string; sha256: string; bytes: number; missing: boolean }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    ModelArchived: { id: string; /** Epoch milliseconds, UTC */ archivedAt: number };
    RegistryUsers: {
      users: { name: string; isAdmin: boolean; grants: { on: string; permission: string }[] }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    RegistryUser: { name: string };
    PermissionGranted: { user: string; on: string; permission: string };
    RegistryState: {
      /** documents or mlflow */ backend: string;
      /** Without user names and passwords */ address: string;
      reachable: boolean;
      error: string | null;
      /** Runs, versions and aliases that are still to be published */ waiting: number;
      oldestWaitingAt: number | null;
      /** What it will not have; see /registry/publications?state=refused */ refused: number;
      published: number;
      lastPublishedAt: number | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    Publication: {
      id: string;
      kind: 'run' | 'version' | 'aliases';
      /** Id of the run or version, or the name of the model */ subject: string;
      state: 'waiting' | 'published' | 'refused';
      attempts: number;
      error: string | null;
      /** Version and run there */ remote: { number: string; run: string } | null;
      publishedAt: number | null;
      /** Of the last change */ at: number;
    };
    PublicationPage: {
      items: components['schemas']['Publication'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    RegisteredModel: {
      name: string;
      versions: number;
      aliases: { /** With the source behind it where that is not live */ alias: string; version: string }[];
    };
    RegisteredModelPage: {
      items: components['schemas']['RegisteredModel'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    BarsRemoved: {
      dryRun: boolean;
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ from: number;
      /** Exclusive */ to: number;
      /** Stored versions of bars that are removed, or would be */ versions: number;
    };
    CleanupReport: {
      dryRun: boolean;
      /** Epoch milliseconds, UTC */ before: number;
      versions: number;
      items: {
        /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
        source: components['schemas']['Source'];
        /** Epoch milliseconds, UTC */ from: number;
        /** Exclusive */ to: number;
        /** Stored versions of bars that are removed, or would be */ versions: number;
      }[];
    };
    StrategyParameter: {
      default: number;
      min: number;
      max: number;
      integer: boolean;
      help: string;
      /** Left out of a result where it has its default */ later?: true;
    };
    StrategyList: {
      items: {
        name: string;
        summary: string;
        /** What it needs beside bars */ needs?: 'forecasts' | 'sentiment';
        params: { [name: string]: components['schemas']['StrategyParameter'] };
      }[];
    };
    RunsStarted: {
      started: number;
      items: {
        workflowId: string | null;
        runId: string | null;
        alreadyRunning: boolean;
        location: string | null;
        /** Why it could not be started */ error: string | null;
      }[];
    };
    TrainingEpoch: {
      epoch: number;
      trainLoss: number | null;
      validationLoss: number | null;
      seconds: number | null;
    };
    TrainingProgress: {
      /** Workflow id of the story whose step it is */ story: string;
      step: string;
      batch: number | null;
      batches: number | null;
      /** The one that is trained now, or the last */ epoch: number | null;
      maxEpochs: number | null;
      bestEpoch: number | null;
      /** Training windows or texts a second */ rowsPerSecond: number | null;
      /** Those that are done */ epochs: components['schemas']['TrainingEpoch'][];
      /** Training loss of a sentiment model, a mean of 50 steps each */ losses: (number | null)[];
    };
    Training: {
      /** Null for a model that was trained before runs were recorded */ workflowId: string | null;
      name: string;
      task: 'forecast' | 'sentiment';
      trainer: string | null;
      state: 'running' | 'finished' | 'failed' | 'cancelled';
      /** A trial of a tuning: nothing of it is registered */ trial: boolean;
      /** mdl_<name>@<version> */ model: string | null;
      dataset: string | null;
      /** Epoch milliseconds, UTC */ startedAt: number;
      finishedAt: number | null;
      /** The one that is trained now, or the last */ epoch: number | null;
      maxEpochs: number | null;
      bestEpoch: number | null;
      /** Training windows or texts a second */ rowsPerSecond: number | null;
      /** Those that are done */ epochs: components['schemas']['TrainingEpoch'][];
      /** Training loss of a sentiment model, a mean of 50 steps each */ losses: (number | null)[];
      stopped: ('finished' | 'early' | 'diverged') | null;
      /** What went otherwise than asked for */ notes: string[];
      failure: string | null;
    };
    TrainerList: {
      items: {
        kind: 'patchtst' | 'patchtsmixer' | 'transformer' | 'dlinear' | 'lightgbm' | 'ridge';
        title: string;
        /** Defaults by name */ params: { [name: string]: number | string | boolean };
        training: { [name: string]: (number | string | boolean) | number[] };
        /** Where tuneModel looks when it is told nothing */ space: {
          [name: string]: { [name: string]: unknown };
        };
      }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    RunProgress: {
      stage: string;
      steps: { name: string; state: 'waiting' | 'running' | 'done' | 'failed'; detail: string }[];
      /** Steps that failed for a reason that may pass and will be tried again */ retrying: {
        story: string;
        step: string;
        /** Which attempt runs or comes next */ attempt: number;
        /** How many there will be at most */ attempts: number | null;
        /** Why the attempt before failed */ failure: string;
      }[];
      /** Models that its steps train now */ training?: components['schemas']['TrainingProgress'][];
    };
    RunSummary: {
      workflowId: string;
      runId: string;
      kind: string;
      status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';
      /** Epoch milliseconds, UTC */ startedAt: number;
      closedAt: number | null;
      /** Who started it; null where it was started by hand or is a step */ principal: string | null;
      tenant: string | null;
      /** Workflow id of the story that this one is a step of */ parent: string | null;
    };
    Run: {
      workflowId: string;
      runId: string;
      kind: string;
      status: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';
      /** Epoch milliseconds, UTC */ startedAt: number;
      closedAt: number | null;
      /** Who started it; null where it was started by hand or is a step */ principal: string | null;
      tenant: string | null;
      /** Workflow id of the story that this one is a step of */ parent: string | null;
      input: unknown;
      /** Null where no worker answers */ progress: components['schemas']['RunProgress'] | null;
      /** Null until it has completed */ result: unknown;
      failure: { type: string | null; message: string } | null;
    };
    RunStarted: { workflowId: string; runId: string; alreadyRunning: boolean; location: string };
    RunPage: {
      items: components['schemas']['RunSummary'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    RunCancelled: { workflowId: string };
    TimetableApplied: {
      dryRun: boolean;
      schedules: { id: string; change: 'created' | 'changed' | 'unchanged' | 'skipped'; reason: string }[];
    };
    Schedule: {
      id: string;
      kind: string;
      input: { [name: string]: unknown };
      cron: string;
      timeZone: string;
      overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      jitterSeconds: number;
      catchUpSeconds: number;
      note: string;
      paused: boolean;
      /** Soonest first */ next: number[];
      recent: { /** Epoch milliseconds, UTC */ at: number; workflowId: string | null }[];
      createdBy: string | null;
    };
    SchedulePage: {
      items: components['schemas']['Schedule'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    DirectionShare: { n: number; share: number | null; wilson95: [number | null, number | null] };
    AgainstBacktest: {
      evaluation: string;
      n: number;
      directionalAccuracy: number | null;
      wilson95: [number | null, number | null];
      maeRatio: number | null;
      coverage: number | null;
      /** Live less backtest; two-sided p of the shares being equal */ difference: {
        directionalAccuracy: number | null;
        pValue: number | null;
        coverage: number | null;
        coveragePValue: number | null;
      };
    };
    ScorecardRow: {
      model?: string;
      stream?: string;
      horizonBars?: number;
      /** live, recorded or simulated-<seed> */ source?: string;
      trigger?: string;
      /** Settled, latest revisions, none made after its outcome */ n: number;
      /** Of these, rows whose horizons do not overlap */ independent: number;
      from: number | null;
      to: number | null;
      direction: components['schemas']['DirectionShare'];
      baselines: {
        /** The commoner side, in hindsight */ majority: components['schemas']['DirectionShare'];
        momentum: components['schemas']['DirectionShare'];
        reversal: components['schemas']['DirectionShare'];
      };
      /** Share of the last close */ mae: number | null;
      persistenceMae: number | null;
      maeRatio: number | null;
      /** Against persistence, squared errors of independent rows */ dieboldMariano: {
        statistic: number | null;
        pValue: number | null;
      };
      interval: {
        asked: number | null;
        coverage: number | null;
        wilson95: [number | null, number | null];
        /** Share of the last close */ meanWidth: number | null;
        /** Intervals without bounds */ open: number;
      };
      brier: number | null;
      /** Of the best constant P(up), in hindsight */ baseRateBrier: number | null;
      brierSkill: number | null;
      pnl: {
        gross: number | null;
        net: number | null;
        meanGross: number | null;
        meanNet: number | null;
        positions: number;
      };
      /** Wait to be settled */ open: number;
      abstained: number;
      /** Live predictions that were made after their outcome; they count for nothing */ late: number;
      unsettleable: number;
      revised: number;
      backtest: components['schemas']['AgainstBacktest'] | null;
    };
    Settlement: {
      id: string;
      predictionId: string;
      /** From 1; a bar that was corrected gives another */ revision: number;
      supersedes: string | null;
      status: 'settled' | 'unsettleable';
      reason: string | null;
      stream: string;
      model: string;
      horizonBars: number;
      /** Epoch milliseconds, UTC */ asOf: number;
      /** Epoch milliseconds, UTC */ targetTime: number;
      /** Epoch milliseconds, UTC */ settledAt: number;
      /** When the realised bar was known */ knownAt: number | null;
      lastClose: number | null;
      mean: number | null;
      /** Close of the bar that ends at targetTime */ realised: number | null;
      /** mean less realised */ error: number | null;
      absoluteError: number | null;
      persistenceError: number | null;
      directionRight: boolean | null;
      momentumRight: boolean | null;
      wentUp: boolean | null;
      inside: boolean | null;
      coverage: number | null;
      width: number | null;
      probabilityUp: number | null;
      brier: number | null;
      pnl: { gross: number | null; net: number | null; feeBps: number; slippageBps: number };
      abstained: string | null;
      late: boolean;
      trigger: string;
      source: components['schemas']['Source'];
    };
    OpenPrediction: {
      /** Of the prediction */ id: string;
      stream: string;
      model: string;
      horizonBars: number;
      trigger: string;
      /** Epoch milliseconds, UTC */ targetTime: number;
      /** When it is looked at next */ dueAt: number;
      /** When it was first due and could not be settled */ waitsSince: number | null;
      tries: number;
      reason: string | null;
    };
    Scorecard: {
      by: ('model' | 'stream' | 'horizonBars' | 'source' | 'trigger')[];
      rows: components['schemas']['ScorecardRow'][];
      costs: string;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SettlementPage: {
      items: components['schemas']['Settlement'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    OpenPredictionPage: {
      items: components['schemas']['OpenPrediction'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    SentimentFigures: {
      set: string;
      /** Which part of the set, such as the test fold */ part: string;
      n: number;
      accuracy: number | null;
      wilson95: [number | null, number | null];
      /** Accuracy of always saying the set's most frequent label */ majority: number | null;
      macroF1: number | null;
      /** Expected calibration error */ ece: number | null;
      /** Rows: the label; columns: the answer; in the order negative, neutral, positive */ confusion: number[][];
      /** Share of texts answered at the threshold */ answered: number | null;
      accuracyAnswered: number | null;
      /** How sure the answers were, and how many were right; older cards have none */ reliability?: {
        n: number;
        confidence: number;
        accuracy: number;
      }[];
      /** Accuracy of the surest answers by their share */ abstention?: {
        answered: number;
        accuracy: number;
      }[];
    };
    SentimentModelFigures: {
      items: {
        model: string;
        kind: string;
        served: boolean;
        threshold: number;
        languages: string[];
        /** Whether it reads a target beside the text */ targets: boolean;
        /** Scores of this model that are stored */ scored: number;
        /** As its card has them; empty where it has none */ figures: components['schemas']['SentimentFigures'][];
        /** Why the card cannot be read */ fault: string | null;
      }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SentimentIndexPoint: {
      /** Epoch milliseconds, UTC */ time: number;
      /** Weighted mean of P(positive) − P(negative), −1 … 1; null where nothing was answered */ index:
        number | null;
      /** Of 95 % */ interval: { lower: number; upper: number } | null;
      /** Known in the window, abstentions among them */ articles: number;
      abstained: number;
      stories: number;
      /** Known since the point before */ fresh: number;
      /** Articles of equal weight that would say as much: (Σw)² / Σw² */ effective: number;
      /** Sum of the weights; halves in each half-life without news */ weight: number;
    };
    SentimentIndex: {
      asset: string;
      /** Null where nothing was scored */ model: string | null;
      source: components['schemas']['Source'] | null;
      /** Epoch milliseconds, UTC */ asOf: number;
      halfLifeMs: number;
      windowMs: number;
      stepMs: number;
      repeat: number;
      weights: { [name: string]: number };
      from: number | null;
      to: number | null;
      counts: {
        /** Behind the points, each once */ articles: number;
        abstained: number;
        /** Of them with an opinion about this asset of its own */ ownOpinion: number;
      };
      /** Oldest first */ points: components['schemas']['SentimentIndexPoint'][];
    };
    SentimentIndexArticles: {
      asset: string;
      /** Null where nothing was scored */ model: string | null;
      source: components['schemas']['Source'] | null;
      /** Epoch milliseconds, UTC */ asOf: number;
      halfLifeMs: number;
      windowMs: number;
      stepMs: number;
      repeat: number;
      weights: { [name: string]: number };
      /** Epoch milliseconds, UTC */ at: number;
      point: components['schemas']['SentimentIndexPoint'];
      items: {
        weight: number;
        /** What the score says of this asset */ opinion: {
          label: 'negative' | 'neutral' | 'positive';
          probabilities: { negative: number; neutral: number; positive: number };
          abstained: boolean;
          reason: string | null;
        };
        score: components['schemas']['Score'];
        /** Null where it was deleted */ article: {
          id: string;
          title: string;
          url: string | null;
          feed: string;
          /** Epoch milliseconds, UTC */ publishedAt: number;
        } | null;
      }[];
    };
    SentimentAlias: {
      name: string;
      /** Null where it was removed */ model: string | null;
      /** Epoch milliseconds, UTC */ updatedAt: number;
      /** Newest last */ history: {
        /** Epoch milliseconds, UTC */ at: number;
        by: string;
        tenant: string;
        from: string | null;
        to: string | null;
        reason: string;
      }[];
    };
    SentimentAliases: {
      items: components['schemas']['SentimentAlias'][];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SentimentComparison: {
      id: string;
      basis: 'texts' | 'articles';
      data: string;
      source: components['schemas']['Source'];
      /** Differences are the first minus the second */ models: string[];
      n: number;
      labelled: number;
      agreement: number | null;
      kappa: number | null;
      /** Rows: the first model; columns: the second; negative, neutral, positive */ between: number[][];
      drift: { labels: number | null; scores: number | null; reading: string };
      /** Null without labels */ figures: {
        a: { accuracy: number | null; macroF1: number | null; ece: number | null; [name: string]: unknown };
        b: { accuracy: number | null; macroF1: number | null; ece: number | null; [name: string]: unknown };
      } | null;
      mcnemar: {
        onlyA: number;
        onlyB: number;
        method: string;
        statistic: number | null;
        pValue: number | null;
      } | null;
      difference: {
        accuracy: number | null;
        macroF1: number | null;
        accuracy95: (number | null)[];
        macroF195: (number | null)[];
        resamples: number;
        seed: string;
      } | null;
      subsets: {
        by: string;
        value: string;
        n: number;
        agreement: number | null;
        accuracyA: number | null;
        accuracyB: number | null;
        pValue: number | null;
        adjustedPValue: number | null;
      }[];
      verdict: string;
      /** Epoch milliseconds, UTC */ createdAt: number;
      [name: string]: unknown;
    };
    SentimentRunStarted: { workflowId: string; runId: string; alreadyRunning: boolean; location: string };
    SentimentComparisonPage: {
      items: components['schemas']['SentimentComparison'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    SentimentModel: {
      /** <name>@<version> */ model: string;
      name: string;
      version: string;
      kind: string;
      origin: 'shipped' | 'registered' | 'built-in' | 'configured';
      /** It scores every article and answers where no model is named */ served: boolean;
      aliases: string[];
      /** * for any */ languages: string[];
      /** Below this largest probability it abstains */ threshold: number;
      bytes: number;
      sha256: string;
    };
    SentimentExperiment: {
      id: string;
      kind: 'shadow' | 'ab';
      challenger: string;
      share: number;
      /** Epoch milliseconds, UTC */ startedAt: number;
      startedBy: string;
    };
    SentimentModels: {
      /** The served one first */ items: components['schemas']['SentimentModel'][];
      /** Which model is served by language and feed; the most specific decides */ rules: {
        /** ISO 639; left out: any */ language?: string;
        /** Feed; left out: any */ source?: string;
        model: string;
      }[];
      experiment: components['schemas']['SentimentExperiment'] | null;
      /** Of the LLM today; null where none is configured */ spending: {
        day: string;
        tokens: number;
        cost: number;
        requests: number;
        dailyTokens: number;
        dailyCost: number;
      } | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    SentimentRules: {
      rules: {
        /** ISO 639; left out: any */ language?: string;
        /** Feed; left out: any */ source?: string;
        model: string;
      }[];
    };
    LexiconReading: {
      counted: { word: string; weight: number | null; by: string[] }[];
      sum: number;
      probabilities: { negative: number; neutral: number; positive: number };
    };
    SentimentRescorePage: {
      items: {
        workflowId: string;
        status: string;
        /** Epoch milliseconds, UTC */ startedAt: number;
        [name: string]: unknown;
      }[];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    RescorePaused: { workflowId: string };
    RescoreResumed: { workflowId: string };
    TextScores: {
      /** Which was asked */ model: string;
      scores: {
        /** Neutral for an abstention */ label: 'negative' | 'neutral' | 'positive';
        probabilities: { negative: number; neutral: number; positive: number };
        abstained: boolean;
        /** Why the model abstains */ reason: string | null;
        /** Which answered */ model: string;
        /** Where another model answers than the one that was asked */ fallback?: {
          asked: string;
          reason: string;
        };
      }[];
    };
    SentimentDay: {
      day: string;
      /** Midnight UTC at which the day begins */ time: number;
      articles: number;
      abstained: number;
      /** Mean of P(positive) − P(negative); abstentions count as 0 */ mean: number;
      positive: number;
      neutral: number;
      negative: number;
    };
    SentimentPage: {
      asset: string;
      /** Null where nothing was scored */ model: string | null;
      source: components['schemas']['Source'] | null;
      /** Epoch milliseconds, UTC */ asOf: number;
      items: components['schemas']['SentimentDay'][];
      cursor: string | null;
    };
    ServingBackend: {
      /** As in SERVING_URL, without passwords */ address: string;
      backend: string;
      /** What computes; where it is not what was asked for, why */ provider: string;
      /** A fallback is asked where no primary one can answer */ role: 'primary' | 'fallback';
      /** open: it failed again and again and is left alone for a while; down: it does not answer */ state:
        'ready' | 'open' | 'down';
      /** Digests of the ONNX files that are ready */ loaded: string[];
      /** Batches that it was given and has not answered */ running: number;
      /** Of the last 512 batches of this process; null where there were none */ p50Ms: number | null;
      p95Ms: number | null;
      requests: number;
      failures: number;
      /** Why it is not ready */ reason: string | null;
    };
    Serving: {
      backends: components['schemas']['ServingBackend'][];
      /** Null where SERVING_URL names none */ fallback: {
        /** Whether the last batch was answered by a fallback */ active: boolean;
        address: string | null;
        /** Why the primary instances could not answer */ reason: string | null;
        since: number | null;
        /** Batches that fallbacks answered */ requests: number;
      } | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    StreamInfo: {
      /** <ccxt exchange id>/<BASE-QUOTE>/<timeframe> */ stream: string;
      source: components['schemas']['Source'];
      /** Epoch milliseconds, UTC */ from: number;
      /** Epoch milliseconds, UTC */ to: number;
      bars: number;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    StreamPage: {
      items: components['schemas']['StreamInfo'][];
      cursor: string | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    TenantWeights: {
      items: {
        /** * all others */ tenant: string;
        weight: number;
        /** FINSIGHT_TENANT_WEIGHTS, or PUT, which goes before it */ from: 'configured' | 'set';
      }[];
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    TenantWeight: { tenant: string; weight: number };
    TrackedRun: {
      /** Of the result that was logged */ id: string;
      experiment: string;
      name: string;
      params: { [name: string]: string | number | boolean };
      tags: { [name: string]: string };
      metrics: { [name: string]: number };
      status: 'running' | 'finished' | 'failed';
      /** Epoch milliseconds, UTC */ startedAt: number;
      finishedAt: number | null;
    };
    TrackedRunPage: {
      items: components['schemas']['TrackedRun'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    TrainingPage: {
      items: components['schemas']['Training'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Tuning: {
      id: string;
      name: string;
      /** Of the validation part; the test part is never looked at */ objective: string;
      trials: number;
      complete: number;
      pruned: number;
      failed: number;
      best: { trial: number; value: number | null; params: { [name: string]: unknown } };
      /** What trainModel answered */ model: { model: string; version: string; [name: string]: unknown };
      digest: string;
      /** All that decides what it finds */ plan: { [name: string]: unknown };
      /** Epoch milliseconds, UTC */ createdAt: number;
      [name: string]: unknown;
    };
    TuningWithTrials: {
      id: string;
      name: string;
      /** Of the validation part; the test part is never looked at */ objective: string;
      trials: number;
      complete: number;
      pruned: number;
      failed: number;
      best: { trial: number; value: number | null; params: { [name: string]: unknown } };
      /** What trainModel answered */ model: { model: string; version: string; [name: string]: unknown };
      digest: string;
      /** All that decides what it finds */ plan: { [name: string]: unknown };
      /** Epoch milliseconds, UTC */ createdAt: number;
      table: {
        trial: number;
        drawn: { [name: string]: number };
        value: number | null;
        epochs: number;
        state: 'complete' | 'pruned' | 'failed';
        reason?: string;
        score: number | null;
      }[];
      [name: string]: unknown;
    };
    TuningPage: {
      items: components['schemas']['Tuning'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    Upload: {
      name: string;
      /** What POST /runs with transformBars takes as `object` */ object: { key: string; sha256: string };
      bytes: number;
      /** By its name; null where that does not say it */ format: string | null;
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
    };
    UploadPage: {
      items: components['schemas']['Upload'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    NewsSource: {
      /** The `feed` of its articles */ id: string;
      name: string;
      kind: string;
      /** Without secrets: they are named, never held */ settings: { [name: string]: unknown };
      language: string | null;
      /** What may be done with its text; null: not known */ licence: string | null;
      retentionDays: number | null;
      /** What its items must be to become articles */ relevance?: { [name: string]: unknown } | null;
      cadence: {
        cron: string;
        timeZone: string;
        jitterSeconds: number;
        overlap: 'skip' | 'bufferOne' | 'bufferAll' | 'cancelOther' | 'terminateOther' | 'allowAll';
      };
      state: 'enabled' | 'paused';
      host: string;
      origin: 'default' | 'configured' | 'made';
      /** Epoch milliseconds, UTC */ createdAt: number;
      createdBy: string;
      /** Epoch milliseconds, UTC */ updatedAt: number;
    };
    NewsSourcePage: {
      items: components['schemas']['NewsSource'][];
      /** Pass it as `cursor` for the next page; null at the end */ cursor: string | null;
      /** When this page was read, epoch milliseconds */ asOf: number;
    };
    SourceKinds: {
      kinds: {
        kind: string;
        summary: string;
        /** JSON Schema of its settings */ settings: { [name: string]: unknown } | null;
        /** Of an adapter of your own */ file: string | null;
      }[];
    };
    SourceTest: {
      items: {
        feed: string;
        guid?: string;
        url?: string;
        title?: string;
        content?: string;
        author?: string;
        language?: string;
        categories?: string[];
        /** As written */ publishedAt?: string;
      }[];
      /** Items of the page; the first of them are shown */ found: number;
      /** Whether there is a page after it */ more: boolean;
      elapsedMs: number;
      /** What of the page is not as it should be */ problems: {
        total: number;
        /** How many of each kind, such as bad-date or no-address */ byKind: { [name: string]: number };
        /** The last few, oldest first */ last: {
          what: string;
          detail: string;
          /** Title or address of the item, where it is about one */ item?: string;
        }[];
      };
    };
    SourceHealth: {
      id: string;
      state: 'paused' | 'new' | 'healthy' | 'silent' | 'unreliable' | 'failing';
      lastSuccessAt: number | null;
      lastFailureAt: number | null;
      /** Why the last failed collection failed */ lastFailure: string | null;
      failuresInARow: number;
      collectedTo: number | null;
      /** What was not as it should be in what the last collection read; null: nothing was read yet */ problems: {
        total: number;
        /** How many of each kind, such as bad-date or no-address */ byKind: { [name: string]: number };
        /** The last few, oldest first */ last: {
          what: string;
          detail: string;
          /** Title or address of the item, where it is about one */ item?: string;
        }[];
        /** Epoch milliseconds, UTC */ at: number;
      } | null;
      /** Windows of more pages than one collection may read: the next ones go on */ pending: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
        /** Collections that read a part of it */ parts: number;
        failures: number;
        /** Epoch milliseconds, UTC */ since: number;
      }[];
      freshness: {
        newestPublishedAt: number | null;
        /** Between two items, usually; null: too few to tell */ medianMs: number | null;
        /** The longest silence that is nothing unusual */ patienceMs: number | null;
        /** Hours of the day, UTC, in which it never publishes */ quietHours: number[];
        /** Null: as fresh as usual */ silentSince: number | null;
      };
      errorBudget: {
        /** Of the last 24 hours */ collections: number;
        failed: number;
        share: number | null;
        allowed: number;
        spent: boolean;
      };
      /** Unusual silences of two weeks: perhaps holes */ silences: {
        /** Epoch milliseconds, UTC */ from: number;
        /** Epoch milliseconds, UTC */ to: number;
      }[];
      breaker: { state: 'closed' | 'open' | 'half-open'; until: number | null };
      /** Oldest first */ itemsPerDay: { day: string; items: number }[];
    };
    DiscoveredFeeds: {
      feeds: { /** As written */ href: string; url: string; type: string; title: string | null }[];
      canonical: string | null;
    };
    StorageInfo: {
      stores: {
        seam: 'documents' | 'events' | 'series' | 'objects' | 'cache';
        /** Scheme of the address */ backend: string;
        /** Without user names, passwords and keys */ address: string;
        version: string | null;
        /** Seams of one address share them */ bytes: number | null;
        freeBytes: number | null;
        error: string | null;
      }[];
      /** Collection → documents */ documents: { [name: string]: number } | null;
      series: { streams: number; bars: number; broken: string[] } | null;
      objects: { count: number } | null;
      /** Epoch milliseconds, UTC */ asOf: number;
    };
    StorageEnsured: { stores: string[]; collections: string[] };
    Settings: { settings: { [name: string]: unknown }; /** Epoch milliseconds, UTC */ asOf: number };
  };
}

export interface operations {
  listRuns: {
    parameters: {
      query?: {
        /** Only runs of this story */ kind?:
          | 'research'
          | 'collectBars'
          | 'collectStreams'
          | 'moveBars'
          | 'pruneBars'
          | 'cleanObjects'
          | 'measureBars'
          | 'healBars'
          | 'breakBars'
          | 'maintainCoverage'
          | 'streamBars'
          | 'collectFunding'
          | 'transformBars'
          | 'collectNews'
          | 'enrichSentiment'
          | 'rescoreNews'
          | 'compareSentiment'
          | 'buildDataset'
          | 'trainModel'
          | 'tuneModel'
          | 'inferDataset'
          | 'reproduceModel'
          | 'evaluateModel'
          | 'walkForward'
          | 'deployModel'
          | 'manageDeployment'
          | 'syncRegistry'
          | 'watchDrift'
          | 'retrainModel'
          | 'predict'
          | 'settlePredictions'
          | 'runBacktest'
          | 'backtestPortfolio'
          | 'sweepBacktest'
          | 'searchBacktest'
          | 'compareStrategies'
          | 'verifyBacktest'
          | 'auditLookahead';
        /** Only runs in this state */ status?:
          'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed-out';
        /** Also stories that are a step of another */ children?: boolean;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RunPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  startRun: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['RunRequest'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RunStarted'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getRun: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded; or run_… of a run */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Run'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  cancelRun: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded; or run_… of a run */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RunCancelled'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  followRun: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded; or run_… of a run */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/event-stream': string } };
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readReport: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded; or run_… of a run */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  startRuns: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['RunsRequest'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RunsStarted'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listStreams: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['StreamPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readBars: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** Read what was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Default newest */ order?: 'oldest' | 'newest';
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BarPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeBars: {
    parameters: {
      query?: {
        /** Whose bars: live, recorded, simulated:<seed>; never guessed */ source: string;
        /** First bar open; default all; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; default all; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only count */ dryRun?: boolean;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BarsRemoved'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readLatestBar: {
    parameters: {
      query?: {
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** Read what was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['LatestBar'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  downloadBars: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** Read what was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** Default csv */ format?: 'csv' | 'json' | 'ndjson' | 'parquet' | 'arrow' | 'arrows';
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': string } };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  downloadManyBars: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** Read what was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** Separated by commas */ streams: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/x-ndjson': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readBarStats: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** What was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BarStats'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readBarQuality: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End of the bar opens, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** What was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** How many of each kind are listed */ listed?: number;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BarQuality'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  cleanBars: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['CleanupRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['CleanupReport'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listExchanges: {
    parameters: {
      query?: { /** Only those that have this */ having?: 'live' | 'recorded' | 'stored' };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ExchangeList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSymbols: {
    parameters: {
      query?: {
        /** Default stored. `live` asks the exchange itself. Simulated bars exist for every symbol */ source?:
          'stored' | 'recorded' | 'live';
        /** Only symbols with this in their name */ contains?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: { /** ccxt exchange id */ exchange: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SymbolPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readCoverage: {
    parameters: {
      query?: {
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Coverage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readGaps: {
    parameters: {
      query?: {
        /** First bar open; ISO 8601 or epoch milliseconds */ from?: string;
        /** End, exclusive; ISO 8601 or epoch milliseconds */ to?: string;
        /** Kind of source, where a stream has several: live, recorded, simulated */ source?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: {
        /** ccxt exchange id */ exchange: string;
        /** BASE-QUOTE */ symbol: string;
        /** Bar length */ timeframe: string;
      };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['GapPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTimeframes: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TimeframeList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listFunding: {
    parameters: {
      query?: {
        /** Paid at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Paid before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: { /** ccxt exchange id */ exchange: string; /** BASE-QUOTE */ symbol: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['FundingPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getUpload: {
    parameters: { query?: never; header?: never; path: { /** File name */ name: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Upload'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  putUpload: {
    parameters: {
      query?: {
        /** Refused unless the file has this digest; a Content-Digest header does the same */ sha256?: string;
      };
      header?: never;
      path: { /** File name */ name: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/octet-stream': string } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Upload'] };
      };
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Upload'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeUpload: {
    parameters: { query?: never; header?: never; path: { /** File name */ name: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listUploads: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['UploadPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  downloadUpload: {
    parameters: {
      query?: {
        /** Convert: bars that cannot be believed are left out and counted in the headers x-finsight-* */ format?:
          'csv' | 'json' | 'ndjson' | 'parquet' | 'arrow' | 'arrows';
        /** Length of a bar; by the rows where it is not given */ timeframe?: string;
        /** time,open,high,low,close,volume by place (_ skips one), or time=<name>,… by name */ columns?: string;
        /** Of epoch times */ timeUnit?: 's' | 'ms' | 'us' | 'ns';
        /** Order of day, month and year */ dates?: 'ymd' | 'dmy' | 'mdy';
        /** Of numbers */ decimal?: 'point' | 'comma';
        /** Prices adjusted for splits and dividends (Adj Close) */ adjusted?: boolean;
      };
      header?: never;
      path: { /** File name */ name: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/json': string } };
      304: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listNewsAggregates: {
    parameters: {
      query?: {
        /** Base asset spoken of; left out: all */ asset?: string;
        /** Only from this source: live, recorded or simulated-<seed> */ source?: string;
        /** Length of a bucket; left out: hour */ bucket?: 'hour' | 'day';
        /** Published at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Published before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsAggregatePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listNews: {
    parameters: {
      query?: {
        /** Base assets spoken of, one of them */ ticker?: string;
        /** Topics, one of them */ topic?: string;
        /** Names of feeds, one of them */ feed?: string;
        /** Languages, one of them */ language?: string;
        /** Of this story */ story?: string;
        /** Only from this kind of source: live, recorded or simulated-<seed> */ source?: string;
        /** What the model made of it, with asOf by scores that were there then */ sentiment?:
          'negative' | 'neutral' | 'positive' | 'abstained';
        /** <name>@<version>; default the shipped model */ model?: string;
        /** Published at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Published before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only what was known then, as it was then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Relevance ranks the newest 300 matches; default newest */ order?:
          'newest' | 'oldest' | 'relevance';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  searchNews: {
    parameters: {
      query?: {
        /** Words, "phrases", AND, OR, NOT or -word, (groups) and prefixes such as regulat* */ q: string;
        /** Base assets spoken of, one of them */ ticker?: string;
        /** Topics, one of them */ topic?: string;
        /** Names of feeds, one of them */ feed?: string;
        /** Languages, one of them */ language?: string;
        /** Of this story */ story?: string;
        /** Only from this kind of source: live, recorded or simulated-<seed> */ source?: string;
        /** What the model made of it, with asOf by scores that were there then */ sentiment?:
          'negative' | 'neutral' | 'positive' | 'abstained';
        /** <name>@<version>; default the shipped model */ model?: string;
        /** Published at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Published before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only what was known then, as it was then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Relevance ranks the newest 300 matches; default newest */ order?:
          'newest' | 'oldest' | 'relevance';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readNewsStats: {
    parameters: {
      query?: {
        /** What is counted; default day */ by?:
          'day' | 'hour' | 'feed' | 'ticker' | 'topic' | 'language' | 'sentiment';
        /** Only this feed */ feed?: string;
        /** Only articles that speak of this base asset */ ticker?: string;
        /** Only this topic */ topic?: string;
        /** Only this language */ language?: string;
        /** Only this label, by day or hour */ sentiment?: 'negative' | 'neutral' | 'positive';
        /** <name>@<version>; default the shipped model */ model?: string;
        /** Only from this kind of source: live, recorded or simulated-<seed> */ source?: string;
        /** Published at or after; whole hours are counted; ISO 8601 or epoch milliseconds */ from?: string;
        /** Published before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsStats'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readNewsCache: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsCache'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listNewsStories: {
    parameters: {
      query?: {
        /** Base assets spoken of, one of them */ ticker?: string;
        /** Topics, one of them */ topic?: string;
        /** Names of feeds, one of them */ feed?: string;
        /** Only from this kind of source: live, recorded or simulated-<seed> */ source?: string;
        /** Newest article at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Newest article before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsStoryPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getNewsStory: {
    parameters: {
      query?: { /** Items of a page */ limit?: number };
      header?: never;
      path: { /** Story id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsStoryArticles'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listNewsSearches: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SavedSearchPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createNewsSearch: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['SavedSearchRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SavedSearch'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getNewsSearch: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Id of a saved search */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SavedSearch'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  deleteNewsSearch: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Id of a saved search */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listArticles: {
    parameters: {
      query?: {
        /** Base asset spoken of */ ticker?: string;
        /** Name of the feed */ feed?: string;
        /** Only from this source: live, recorded or simulated-<seed> */ source?: string;
        /** Published at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Published before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ArticlePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getArticle: {
    parameters: { query?: never; header?: never; path: { /** Article id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Article'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listScores: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path: { /** Article id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ScorePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getNews: {
    parameters: {
      query?: { /** As it was known then; default now; ISO 8601 or epoch milliseconds */ asOf?: string };
      header?: never;
      path: { /** Article id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsArticle'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  deleteNews: {
    parameters: { query?: never; header?: never; path: { /** Article id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSources: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSourcePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createSource: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewsSourceRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSource'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSourceKinds: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SourceKinds'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  discoverSources: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['DiscoverRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DiscoveredFeeds'] };
      };
      503: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSource'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  changeSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['NewsSourceChange'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSource'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  pauseSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSource'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  resumeSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['NewsSource'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  testSource: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SourceTest'] };
      };
      503: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSourceHealth: {
    parameters: { query?: never; header?: never; path: { /** Source id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SourceHealth'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listEvents: {
    parameters: {
      query?: { /** Only this type */ type?: string; /** Items of a page */ limit?: number };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EventList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listEventConsumers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EventConsumerList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listDeadLetters: {
    parameters: {
      query?: {
        /** Only of this consumer */ consumer?: string;
        /** Only in this state */ state?: 'failing' | 'dead' | 'requeued';
        /** Only events of this type */ type?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeadLetterPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  requeueDeadLetter: {
    parameters: { query?: never; header?: never; path: { /** Dead letter id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeadLetter'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  eventOutbox: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EventOutbox'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSubscriptions: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SubscriptionPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createSubscription: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['SubscriptionRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SubscriptionCreated'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Subscription id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Subscription'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  changeSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Subscription id */ id: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['SubscriptionChange'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SubscriptionCreated'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Subscription id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  testSubscription: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Subscription id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TestSent'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listDeliveries: {
    parameters: {
      query?: {
        /** Only in this state */ state?: 'waiting' | 'sent' | 'dead';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: { /** Subscription id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeliveryPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  retryDelivery: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Subscription id */ id: string; /** Delivery id */ delivery: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Delivery'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readSentimentFigures: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentModelFigures'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSentimentModels: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentModels'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  setSentimentRules: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['SentimentRulesRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentRules'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  setSentimentExperiment: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['SentimentExperimentRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentExperiment'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  endSentimentExperiment: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  explainByLexicon: {
    parameters: { query?: { /** A headline */ text: string }; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['LexiconReading'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  setSentimentAlias: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Name, <name>@<version> or alias */ model: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['SentimentAliasRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentAlias'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSentimentAliases: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentAliases'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  rollBackSentimentAlias: {
    parameters: { query?: never; header?: never; path: { /** Alias */ alias: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentAlias'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeSentimentAlias: {
    parameters: { query?: never; header?: never; path: { /** Alias */ alias: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentAlias'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSentimentComparisons: {
    parameters: {
      query?: {
        /** <name>@<version>, one of the two */ model?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentComparisonPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  startSentimentComparison: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['SentimentComparisonRequest'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentRunStarted'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSentimentComparison: {
    parameters: { query?: never; header?: never; path: { /** Comparison id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentComparison'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readSentimentComparisonPage: {
    parameters: { query?: never; header?: never; path: { /** Comparison id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSentimentRescores: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentRescorePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  startSentimentRescore: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['RescoreNewsInput'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentRunStarted'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  pauseSentimentRescore: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RescorePaused'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  resumeSentimentRescore: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RescoreResumed'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readSentiment: {
    parameters: {
      query?: {
        /** Known at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Known before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Name, <name>@<version> or alias; default the one that is served, or was at asOf */ model?: string;
        /** As it was known, and scored, then; default now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** live, recorded or simulated-<seed>; default the one of the newest score */ source?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path: { /** Base asset */ asset: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readSentimentIndex: {
    parameters: {
      query?: {
        /** How long an article counts: 90m, 24h, 7d, or hours; default 7d */ window?: string;
        /** After how long an article weighs half; default 24h */ halfLife?: string;
        /** What the next article of a story weighs relative to the one before, 0 to 1; default 0.5 */ repeat?: string;
        /** Weights of outlets over the configured ones; * is all others */ weights?: string;
        /** <name>@<version>, a name or an alias; default the served one, or that of the newest score where it has none */ model?: string;
        /** live, recorded or simulated-<seed>; default the one of the newest score */ source?: string;
        /** Only what was known, and scored, then; default what is known now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** Time between two points; default 1h */ step?: string;
        /** First point; default 30 days before the last; ISO 8601 or epoch milliseconds */ from?: string;
        /** Last point; default the newest score, in whole steps; ISO 8601 or epoch milliseconds */ to?: string;
      };
      header?: never;
      path: { /** Base asset */ asset: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentIndex'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readSentimentIndexArticles: {
    parameters: {
      query?: {
        /** How long an article counts: 90m, 24h, 7d, or hours; default 7d */ window?: string;
        /** After how long an article weighs half; default 24h */ halfLife?: string;
        /** What the next article of a story weighs relative to the one before, 0 to 1; default 0.5 */ repeat?: string;
        /** Weights of outlets over the configured ones; * is all others */ weights?: string;
        /** <name>@<version>, a name or an alias; default the served one, or that of the newest score where it has none */ model?: string;
        /** live, recorded or simulated-<seed>; default the one of the newest score */ source?: string;
        /** Only what was known, and scored, then; default what is known now; ISO 8601 or epoch milliseconds */ asOf?: string;
        /** The point; needed; ISO 8601 or epoch milliseconds */ at?: string;
        /** Items of a page */ limit?: number;
      };
      header?: never;
      path: { /** Base asset */ asset: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SentimentIndexArticles'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  scoreTexts: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['ScoreTexts'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TextScores'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listModels: {
    parameters: {
      query?: {
        /** Only models of this task */ task?: 'forecast' | 'sentiment';
        /** Only models in this stage */ stage?: 'candidate' | 'champion' | 'rejected' | 'archived';
        /** Only versions of this model */ name?: string;
        /** Created at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Created before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ModelPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getModel: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** mdl_<name>@<version> */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ModelVersion'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listEvaluations: {
    parameters: {
      query?: {
        /** <name>@<version> */ model?: string;
        /** Only of this stream */ stream?: string;
        /** Created at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Created before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EvaluationPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listArtifacts: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** mdl_<name>@<version> */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ModelArtifacts'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  downloadArtifact: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** mdl_<name>@<version> */ id: string; /** Name of the file */ path: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'application/octet-stream': string } };
      206: { headers: { [name: string]: unknown }; content: { 'application/octet-stream': string } };
      304: { headers: { [name: string]: unknown }; content?: never };
      307: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  archiveModel: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** mdl_<name>@<version> */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ModelArchived'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  registryState: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RegistryState'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listPublications: {
    parameters: {
      query?: {
        /** Only in this state */ state?: 'waiting' | 'published' | 'refused';
        /** Only of this kind */ kind?: 'run' | 'version' | 'aliases';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PublicationPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listRegisteredModels: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RegisteredModelPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listRegistryUsers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RegistryUsers'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createRegistryUser: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['RegistryUserRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['RegistryUser'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  grantPermission: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PermissionRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PermissionGranted'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  revokePermission: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PermissionRevocation'] } };
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTrainers: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TrainerList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTrainings: {
    parameters: {
      query?: {
        /** Only these */ state?: 'running' | 'finished';
        /** Only models of this name */ name?: string;
        /** Also trials of tunings that run */ trials?: boolean;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TrainingPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getTraining: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** Workflow id, URL-encoded; or mdl_… of a model */ workflowId: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Training'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTunings: {
    parameters: {
      query?: {
        /** Only of this model */ name?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TuningPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getTuning: {
    parameters: { query?: never; header?: never; path: { /** Tuning id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TuningWithTrials'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listDatasets: {
    parameters: {
      query?: {
        /** Only those with this stream */ stream?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DatasetPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getDataset: {
    parameters: { query?: never; header?: never; path: { /** Data set id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Dataset'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getEvaluation: {
    parameters: { query?: never; header?: never; path: { /** Evaluation id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Evaluation'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  compareEvaluations: {
    parameters: {
      query?: { /** Of model versions: the stream to compare them on */ stream?: string };
      header?: never;
      path: { /** evl_… or <name>@<version> */ id: string; /** The same of the other one */ other: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EvaluationComparison'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getModelCard: {
    parameters: {
      query?: { /** Markdown where left out */ format?: 'md' | 'html' };
      header?: never;
      path: { /** mdl_<name>@<version> */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/markdown': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listPredictions: {
    parameters: {
      query?: {
        /** Only of this stream */ stream?: string;
        /** Only by this model or baseline */ model?: string;
        /** Made at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Made before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only those whose outcome is recorded, or only those that wait for it */ settled?:
          'true' | 'false';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PredictionPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  predictNow: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PredictInput'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Prediction'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      422: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getPrediction: {
    parameters: { query?: never; header?: never; path: { /** Prediction id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Prediction'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listDriftReports: {
    parameters: {
      query?: {
        /** Only of this stream */ stream?: string;
        /** <name>@<version> */ model?: string;
        /** Only these */ verdict?: 'unknown' | 'stable' | 'watch' | 'drift';
        /** Looked at bars up to then or later; ISO 8601 or epoch milliseconds */ from?: string;
        /** Looked at bars before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DriftReportPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getDriftReport: {
    parameters: { query?: never; header?: never; path: { /** Report id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DriftReport'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listDeployments: {
    parameters: {
      query?: {
        /** Only of this model's name */ model?: string;
        /** Only in this stage */ stage?:
          'idle' | 'evidence' | 'shadow' | 'approval' | 'canary' | 'promoted' | 'rejected' | 'rolledBack';
        /** Changed at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Changed before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeploymentPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  startDeployment: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['DeploymentRequest'] } };
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Deployment'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getDeployment: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** <name>:<source key> */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Deployment'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  issueApprovalCode: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** <name>:<source key> */ id: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['ApprovalCodeRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ApprovalCode'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  approveDeployment: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** <name>:<source key> */ id: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['DeploymentDecisionRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeploymentDecision'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  rejectDeployment: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** <name>:<source key> */ id: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['DeploymentDecisionRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['DeploymentDecision'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  rollbackDeployment: {
    parameters: {
      query?: never;
      header?: never;
      path: { /** <name>:<source key> */ id: string };
      cookie?: never;
    };
    requestBody: { content: { 'application/json': components['schemas']['RollbackRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Deployment'] };
      };
      400: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      403: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      409: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getScorecard: {
    parameters: {
      query?: {
        /** Only of this stream */ stream?: string;
        /** Only by this model or baseline */ model?: string;
        /** Only from this source: live, recorded, simulated or simulated:<seed> */ source?: string;
        /** Only made for this: request, or policy:<id> */ trigger?: string;
        /** Targets at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Targets before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only of this horizon */ horizonBars?: string;
        /** What rows tell apart: some of model, stream, horizonBars, source, trigger */ by?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Scorecard'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSettlements: {
    parameters: {
      query?: {
        /** Only of this stream */ stream?: string;
        /** Only by this model or baseline */ model?: string;
        /** Only from this source: live, recorded, simulated or simulated:<seed> */ source?: string;
        /** Only made for this: request, or policy:<id> */ trigger?: string;
        /** Targets at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Targets before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Only of this prediction: all its revisions */ prediction?: string;
        /** Only these */ status?: 'settled' | 'unsettleable';
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SettlementPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listOpenPredictions: {
    parameters: {
      query?: {
        /** Only of this stream */ stream?: string;
        /** Only by this model or baseline */ model?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['OpenPredictionPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  predictBatch: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PredictBatch'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PredictionBatch'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  replayPrediction: {
    parameters: { query?: never; header?: never; path: { /** Prediction id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PredictionReplay'] };
      };
      404: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Problem'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listPredictionPolicies: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PredictionPolicyPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createPredictionPolicy: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PredictionPolicyRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PredictionPolicy'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removePredictionPolicy: {
    parameters: { query?: never; header?: never; path: { /** Policy id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listBacktests: {
    parameters: {
      query?: {
        /** Only on this stream */ stream?: string;
        /** Only of this strategy */ strategy?: string;
        /** Run at or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Run before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BacktestPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readBacktestStats: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BacktestStats'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getBacktest: {
    parameters: {
      query?: {
        /** Points of the equity curve, evenly thinned; first and last are kept */ points?: number;
        /** Trades shown */ trades?: number;
      };
      header?: never;
      path: { /** Backtest id */ id: string };
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BacktestDetail'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeBacktest: {
    parameters: { query?: never; header?: never; path: { /** Backtest id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getTearSheet: {
    parameters: { query?: never; header?: never; path: { /** Backtest id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  exportTrades: {
    parameters: { query?: never; header?: never; path: { /** Backtest id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BacktestTrades'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  exportEquity: {
    parameters: { query?: never; header?: never; path: { /** Backtest id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['BacktestEquity'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSweeps: {
    parameters: {
      query?: {
        /** Only on this stream */ stream?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SweepPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSweep: {
    parameters: { query?: never; header?: never; path: { /** Sweep id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Sweep'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSweepReport: {
    parameters: { query?: never; header?: never; path: { /** Sweep id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSearches: {
    parameters: {
      query?: {
        /** Only on this stream */ stream?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SearchPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSearch: {
    parameters: { query?: never; header?: never; path: { /** Search id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Search'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSearchReport: {
    parameters: { query?: never; header?: never; path: { /** Search id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listComparisons: {
    parameters: {
      query?: {
        /** Only on this stream */ stream?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['ComparisonPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getComparison: {
    parameters: { query?: never; header?: never; path: { /** Comparison id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Comparison'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getComparisonReport: {
    parameters: { query?: never; header?: never; path: { /** Comparison id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/html': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTrackedRuns: {
    parameters: {
      query?: {
        /** Only of this experiment */ experiment?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TrackedRunPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  explain: {
    parameters: {
      query?: { /** Id of anything stored */ id: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['LineageNode'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  verify: {
    parameters: {
      query?: { /** Id of anything stored */ id: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Verification'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listStrategies: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['StrategyList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listEngines: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['EngineList'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listSchedules: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['SchedulePage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createSchedule: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['ScheduleRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  applyTimetable: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['TimetableRequest'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TimetableApplied'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  changeSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['ScheduleChange'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removeSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  pauseSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  resumeSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  triggerSchedule: {
    parameters: { query?: never; header?: never; path: { /** Schedule id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      202: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Schedule'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listPrincipals: {
    parameters: {
      query?: { /** Items of a page */ limit?: number; /** From the page before */ cursor?: string };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PrincipalPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  createPrincipal: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['PrincipalRequest'] } };
    responses: {
      201: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['PrincipalCreated'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  removePrincipal: {
    parameters: { query?: never; header?: never; path: { /** Principal id */ id: string }; cookie?: never };
    requestBody?: never;
    responses: {
      204: { headers: { [name: string]: unknown }; content?: never };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getMe: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Me'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listAudit: {
    parameters: {
      query?: {
        /** Only changes by this principal */ principal?: string;
        /** Only this operation */ action?: string;
        /** Only changes of this thing */ target?: string;
        /** At or after; ISO 8601 or epoch milliseconds */ from?: string;
        /** Before; ISO 8601 or epoch milliseconds */ to?: string;
        /** Items of a page */ limit?: number;
        /** From the page before */ cursor?: string;
      };
      header?: never;
      path?: never;
      cookie?: never;
    };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['AuditPage'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  storageInfo: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['StorageInfo'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  ensureStorage: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['StorageEnsured'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  readConfig: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Settings'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getResources: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Resources'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  listTenantWeights: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TenantWeights'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  setTenantWeight: {
    parameters: { query?: never; header?: never; path: { tenant: string }; cookie?: never };
    requestBody: { content: { 'application/json': components['schemas']['TenantWeightChange'] } };
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TenantWeight'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  unsetTenantWeight: {
    parameters: { query?: never; header?: never; path: { tenant: string }; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['TenantWeight'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  getServing: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Serving'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  live: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Liveness'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  ready: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Readiness'] };
      };
      503: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Readiness'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  health: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: {
        headers: { [name: string]: unknown };
        content: { 'application/json': components['schemas']['Health'] };
      };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
  metrics: {
    parameters: { query?: never; header?: never; path?: never; cookie?: never };
    requestBody?: never;
    responses: {
      200: { headers: { [name: string]: unknown }; content: { 'text/plain': string } };
      default: {
        headers: { [name: string]: unknown };
        content: { 'application/problem+json': components['schemas']['Problem'] };
      };
    };
  };
}
