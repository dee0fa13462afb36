/** Every story, in one list: Temporal starts them by these names. */
export { backtestPortfolio, runBacktest, sweepBacktest } from './backtest.js';
export { auditLookahead } from './lookahead.js';
export { breakBars, healBars, maintainCoverage, measureBars } from './coverage.js';
export { collectBars, transformBars } from './bars.js';
export { deployModel } from './deployment.js';
export { evaluateModel } from './evaluation.js';
export { collectFunding } from './funding.js';
export { collectNews } from './news.js';
export { predict } from './prediction.js';
export { research } from './research.js';
export { enrichSentiment } from './sentiment.js';
export { compareStrategies } from './comparison.js';
export { searchBacktest } from './search.js';
export { streamBars } from './stream.js';
export { collectStreams } from './streams.js';
export { buildDataset, trainModel } from './training.js';
export { cleanObjects, moveBars, pruneBars } from './upkeep.js';
export { verifyBacktest } from './verification.js';
