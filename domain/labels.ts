/** What a story is about, as people search for it in Temporal; each value is one Keyword. */
export interface StoryLabels {
  Symbol?: string;
  Timeframe?: string;
  ModelName?: string;
  ModelVersion?: string;
  Source?: string;
}

type Input = Record<string, unknown>;

/** SQL visibility stores of Temporal cut off at 255 characters. */
const KEYWORD_CHARACTERS = 255;
/** Temporal takes 200 bytes of summary. */
const SUMMARY_CHARACTERS = 160;
const DETAILS_CHARACTERS = 4000;

const TITLES: Record<string, string> = {
  research: 'Research',
  collectBars: 'Bars',
  collectStreams: 'Bars',
  moveBars: 'Move',
  pruneBars: 'Pruning',
  cleanObjects: 'Cleaning',
  measureBars: 'Coverage',
  healBars: 'Heal',
  breakBars: 'Drill',
  maintainCoverage: 'Coverage',
  streamBars: 'Live',
  collectFunding: 'Funding',
  transformBars: 'Transformation',
  collectNews: 'News',
  enrichSentiment: 'Sentiment',
  rescoreNews: 'Rescoring',
  compareSentiment: 'Comparison',
  buildDataset: 'Dataset',
  trainModel: 'Training',
  tuneModel: 'Tuning',
  reproduceModel: 'Reproduction',
  evaluateModel: 'Evaluation',
  walkForward: 'Walk-forward',
  deployModel: 'Deployment',
  manageDeployment: 'Rollout',
  syncRegistry: 'Registry',
  watchDrift: 'Drift',
  retrainModel: 'Retraining',
  predict: 'Prediction',
  settlePredictions: 'Settlement',
  runBacktest: 'Backtest',
  backtestPortfolio: 'Portfolio',
  sweepBacktest: 'Sweep',
  searchBacktest: 'Search',
  compareStrategies: 'Comparison',
  verifyBacktest: 'Verification',
  auditLookahead: 'Audit',
};

/** Labels that a story's (or step's) argument tells; the others become known on the way. */
export function labelsOf(input: Input): StoryLabels {
  const streams = streamsOf(input);
  const symbols = symbolsOf(input, streams);
  const timeframe = streams[0]?.split('/')[2] ?? textOf(input['timeframe']);
  const source = sourceOf(input['source']);
  return {
    ...(symbols.length > 0 ? { Symbol: joined(symbols) } : {}),
    ...(timeframe ? { Timeframe: timeframe } : {}),
    ...modelLabels(textOf(input['model']) || textOf(input['name'])),
    ...(source ? { Source: source.split(':')[0] ?? source } : {}),
  };
}

/** Labels of `<name>@<version>`, or of a name alone. */
export function modelLabels(model: string): Pick<StoryLabels, 'ModelName' | 'ModelVersion'> {
  if (!model) return {};
  const at = model.lastIndexOf('@');
  return at < 0 ? { ModelName: model } : { ModelName: model.slice(0, at), ModelVersion: model.slice(at + 1) };
}

/** One line for the Web UI: `Bars: binance/BTC-USDT/1h, 2024-01-01 to 2024-02-01, simulated`. */
export function summaryOf(kind: string, input: Input): string {
  const subject = subjectOf(input);
  const text = [`${TITLES[kind] ?? kind}${subject ? `: ${subject}` : ''}`, windowOf(input)]
    .concat(upkeepOf(input), sourceOf(input['source']))
    .filter(Boolean)
    .join(', ');
  return cut(text, SUMMARY_CHARACTERS);
}

/** The whole argument, readable: one line a member. */
export function detailsOf(input: Input): string {
  const lines = Object.entries(input)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `- **${name}**: ${TIMES.has(name) ? instantOf(value) : plain(value)}`);
  return cut(lines.join('\n'), DETAILS_CHARACTERS);
}

const TIMES = new Set(['from', 'to', 'asOf', 'cursor']);

function subjectOf(input: Input): string {
  const strategy = textOf(input['strategy']);
  const streams = streamsOf(input);
  const symbols = symbolsOf(input, []);
  const what = streams.length > 0 ? streams : symbols;
  const several = what.length > 3 ? `${what.slice(0, 3).join(', ')} and ${what.length - 3} more` : '';
  const about =
    several ||
    what.join(', ') ||
    textOf(input['market']) ||
    textOf(input['feed']) ||
    textsOf(input['sources']).slice(0, 5).join(', ') ||
    textOf(input['dataset']);
  const model = textOf(input['model']) || textOf(input['name']) || textsOf(input['models']).join(' against ');
  return [model, strategy, about].filter(Boolean).join(' on ');
}

function windowOf(input: Input): string {
  const from = input['from'] === undefined ? '' : instantOf(input['from']);
  const to = input['to'] === undefined ? '' : instantOf(input['to']);
  return from || to ? `${from || '…'} to ${to || 'now'}` : '';
}

/** What the stories that keep the stores in order are about. */
const upkeepOf = ({ days, dryRun }: Input): string[] => [
  ...(typeof days === 'number' ? [`older than ${days} days`] : []),
  ...(dryRun === true ? ['dry run'] : []),
];

const streamsOf = (input: Input): string[] =>
  typeof input['stream'] === 'string' ? [input['stream']] : textsOf(input['streams']);

const symbolsOf = (input: Input, streams: string[]): string[] =>
  streams.length > 0
    ? [...new Set(streams.map((stream) => stream.split('/')[1] ?? stream))]
    : textsOf(input['symbols']).map((symbol) => symbol.toUpperCase().replaceAll('/', '-'));

/** `BTC-USDT+ETH-USDT`, as in the business ids; what does not fit is counted. */
function joined(symbols: string[]): string {
  for (let count = symbols.length; count > 0; count--) {
    const rest = symbols.length - count;
    const text = symbols
      .slice(0, count)
      .concat(rest > 0 ? [`${rest} more`] : [])
      .join('+');
    if (text.length <= KEYWORD_CHARACTERS) return text;
  }
  return `${symbols.length} symbols`;
}

/** `simulated:7`, `recorded`: a directory says nothing to a reader of a list. */
function sourceOf(source: unknown): string {
  if (typeof source === 'string') return source.startsWith('recorded') ? 'recorded' : source;
  const kind = (source as { kind?: unknown } | null | undefined)?.kind;
  return textOf(kind);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : [];

function instantOf(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return plain(value);
  const text = new Date(value).toISOString();
  return text.endsWith('T00:00:00.000Z') ? text.slice(0, 10) : text.replace('.000Z', 'Z');
}

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const cut = (text: string, characters: number): string =>
  text.length > characters ? `${text.slice(0, characters - 1)}…` : text;
