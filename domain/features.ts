import type { BarColumns } from './bars.js';
import { DataQualityError, InvalidInputError } from './errors.js';
import { calendarColumns, indexColumns, sentimentColumns } from './features/context.js';
import { priceColumns, trailingVolatility } from './features/prices.js';
import { at } from './indicators/averages.js';
import type { IndexedOpinion } from './sentiment/index-window.js';
import { timeframeMs } from './streams.js';
import type { Timeframe } from './streams.js';

/** One article's sentiment about the stream's base asset: `value` = P(positive) − P(negative), abstentions 0. */
export interface SentimentPoint {
  knownAt: number;
  value: number;
  /** What the value is made of; features look at the value alone. */
  opinion?: Pick<IndexedOpinion, 'positive' | 'negative' | 'abstained' | 'feed' | 'story'>;
}

export interface FeatureInput {
  bars: BarColumns;
  timeframe: Timeframe;
  /** Ascending by knownAt. */
  sentiment: SentimentPoint[];
  /** Nothing after this instant is looked at: bars that close later and later articles are left out. */
  asOf: number;
  /** Left out: `FEATURE_VERSION`. */
  version?: FeatureVersion;
}

/** Row i belongs to the bar that closes at time[i]; every value uses only what was known then. */
export interface FeatureMatrix {
  names: readonly string[];
  /** Close time of the row's bar, epoch ms. */
  time: Float64Array;
  close: Float64Array;
  /** Trailing standard deviation of one-bar log returns; NaN in the warm-up. */
  volatility: Float64Array;
  /** One column per name; NaN in the warm-up. */
  columns: Float32Array[];
}

/** Changes with any change of a feature's value: a model is served under the version that it was trained on. */
export const FEATURE_VERSION = 'f1-2026-11';
/** The same with the sentiment index and how wide its interval is behind them. */
export const INDEX_FEATURE_VERSION = 'f2-2026-11';
export type FeatureVersion = typeof FEATURE_VERSION | typeof INDEX_FEATURE_VERSION;

const NAMES = [
  'return_1',
  'return_4',
  'return_24',
  'volatility_ratio',
  'rsi_14',
  'macd_histogram',
  'bollinger_20',
  'atr_14',
  'volume_score',
  'range_1',
  'distance_20',
  'distance_100',
  'hour_sin',
  'hour_cos',
  'weekday_sin',
  'weekday_cos',
  'sentiment_6h',
  'sentiment_48h',
  'articles_48h',
] as const;

const INDEX_NAMES = ['sentiment_index', 'sentiment_index_width'] as const;

export type FeatureName = (typeof NAMES)[number] | (typeof INDEX_NAMES)[number];

const NAMES_OF: Record<FeatureVersion, readonly FeatureName[]> = {
  [FEATURE_VERSION]: NAMES,
  [INDEX_FEATURE_VERSION]: [...NAMES, ...INDEX_NAMES],
};

/** Of `FEATURE_VERSION`. */
export const FEATURES: readonly string[] = NAMES;

export const featuresOf = (version: FeatureVersion): readonly string[] => NAMES_OF[version];

export const isFeatureVersion = (text: unknown): text is FeatureVersion =>
  typeof text === 'string' && Object.hasOwn(NAMES_OF, text);

/** @param what has them, such as "Model x was trained on". @throws DataQualityError where this code does not compute them */
export function readFeatureVersion(text: string, what: string): FeatureVersion {
  if (isFeatureVersion(text)) return text;
  throw new DataQualityError(
    `${what} features ${text}; this code has ${Object.keys(NAMES_OF).join(' and ')}: make it again`,
  );
}

const WARM_UP_ROWS = 99;

/** Rows of a stream before the first whose features are all finite. */
export const describeWarmUp = (): number => WARM_UP_ROWS;

/** No feature goes beyond this, so that one broken day cannot rule a model. */
const LIMIT = 10;

/**
 * The feature matrix of one stream, one row per bar that has closed by `asOf`. Each value depends on its own
 * and earlier rows only, so a shorter history gives a bit-equal prefix. Bars missing in time are stepped over.
 * @throws InvalidInputError where `asOf` or the order of the input is wrong, DataQualityError where a bar or a
 * sentiment value is no number that it can be.
 */
export function buildFeatures(input: FeatureInput): FeatureMatrix {
  const step = timeframeMs(input.timeframe);
  const bars = knownBars(input, step);
  const time = bars.time.map((open) => open + step);
  const volatility = trailingVolatility(bars.close);
  const sentiment = knownSentiment(input);
  const { version = FEATURE_VERSION } = input;
  const columns: Partial<Record<FeatureName, Float64Array>> = {
    ...priceColumns(bars, volatility),
    ...calendarColumns(time, step),
    ...sentimentColumns(time, sentiment),
    ...(version === INDEX_FEATURE_VERSION && indexColumns(time, sentiment)),
  };
  return {
    names: NAMES_OF[version],
    time,
    close: bars.close,
    volatility,
    columns: NAMES_OF[version].map((name) => Float32Array.from(columns[name] ?? [], clip)),
  };
}

const clip = (value: number): number => Math.min(LIMIT, Math.max(-LIMIT, value));

/** Copies of the rows that had closed by `asOf`. */
function knownBars(input: FeatureInput, step: number): BarColumns {
  const { bars, asOf } = input;
  if (Number.isNaN(asOf)) throw new InvalidInputError('asOf is not a time; it must be epoch ms');
  const rows = bars.time.length;
  for (const [name, column] of Object.entries(bars) as [string, Float64Array][])
    if (column.length !== rows)
      throw new InvalidInputError(`Bar column ${name} has ${column.length} rows; time has ${rows}`);
  const known = (_: number, row: number): boolean => at(bars.time, row) + step <= asOf;
  const kept: BarColumns = {
    time: bars.time.filter(known),
    open: bars.open.filter(known),
    high: bars.high.filter(known),
    low: bars.low.filter(known),
    close: bars.close.filter(known),
    volume: bars.volume.filter(known),
  };
  kept.time.forEach((_, row) => checkBar(kept, row));
  return kept;
}

function checkBar(bars: BarColumns, row: number): void {
  const time = at(bars.time, row);
  if (row > 0 && !(time > at(bars.time, row - 1)))
    throw new InvalidInputError(`Bars must ascend by time; row ${row} (${time}) does not`);
  for (const name of ['high', 'low', 'close'] as const)
    if (!(at(bars[name], row) > 0 && at(bars[name], row) < Infinity))
      throw new DataQualityError(`Bar ${time} has ${name} ${at(bars[name], row)}; a price is above 0`);
  if (!(at(bars.volume, row) >= 0 && at(bars.volume, row) < Infinity))
    throw new DataQualityError(`Bar ${time} has volume ${at(bars.volume, row)}; a volume is 0 or more`);
}

function knownSentiment(input: FeatureInput): SentimentPoint[] {
  const known = input.sentiment.filter((point) => point.knownAt <= input.asOf);
  known.forEach((point, i) => {
    if (!Number.isFinite(point.value))
      throw new DataQualityError(`Sentiment known at ${point.knownAt} is ${point.value}; it lies in -1..1`);
    if (i > 0 && point.knownAt < (known[i - 1] as SentimentPoint).knownAt)
      throw new InvalidInputError(`Sentiment must ascend by knownAt; point ${i} (${point.knownAt}) does not`);
  });
  return known;
}
