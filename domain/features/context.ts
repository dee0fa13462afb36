import type { SentimentPoint } from '../features.js';
import { at } from '../indicators/averages.js';
import { DEFAULT_INDEX } from '../sentiment/index-question.js';
import type { IndexSettings } from '../sentiment/index-window.js';
import { openSentimentIndex, type IndexPoint } from '../sentiment/sentiment-index.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;
/** Epoch day 0 was a Thursday: three days after a Monday. */
const MONDAY_SHIFT = 3 * DAY;

type CalendarFeature = 'hour_sin' | 'hour_cos' | 'weekday_sin' | 'weekday_cos';
type SentimentFeature = 'sentiment_6h' | 'sentiment_48h' | 'articles_48h';

/** Where the close lies on the circles of the day and of the week, UTC; bars of a day and longer have no hour. */
export function calendarColumns(time: Float64Array, step: number): Record<CalendarFeature, Float64Array> {
  const hour = (close: number): number => (2 * Math.PI * (close % DAY)) / DAY;
  const weekday = (close: number): number =>
    (2 * Math.PI * Math.floor(((close + MONDAY_SHIFT) % WEEK) / DAY)) / 7;
  const ofDay = (value: number): number => (step >= DAY ? 0 : value);
  return {
    hour_sin: time.map((close) => ofDay(Math.sin(hour(close)))),
    hour_cos: time.map((close) => ofDay(Math.cos(hour(close)))),
    weekday_sin: time.map((close) => Math.sin(weekday(close))),
    weekday_cos: time.map((close) => Math.cos(weekday(close))),
  };
}

/**
 * Sentiment of the articles known at each close, older ones fading by half-life. It is the faded sum over one
 * plus the faded count: a mean in −1..1 that shrinks to 0 as the news grows old.
 * @param points ascending by knownAt
 */
export function sentimentColumns(
  time: Float64Array,
  points: SentimentPoint[],
): Record<SentimentFeature, Float64Array> {
  const short = fadingSums({ time, points, halfLife: 6 * HOUR });
  const long = fadingSums({ time, points, halfLife: 48 * HOUR });
  return {
    sentiment_6h: meanOf(short),
    sentiment_48h: meanOf(long),
    articles_48h: long.count.map((count) => Math.log1p(count)),
  };
}

/**
 * The sentiment index at each close by its usual half-life, window and repeat, all outlets alike, and half the width of its
 * interval: 0 and 1 where nothing is known.
 */
export function indexColumns(
  time: Float64Array,
  points: readonly SentimentPoint[],
): Record<'sentiment_index' | 'sentiment_index_width', Float64Array> {
  const columns = {
    sentiment_index: new Float64Array(time.length),
    sentiment_index_width: new Float64Array(time.length),
  };
  indexAt({ time, points, settings: { ...DEFAULT_INDEX, weights: {} } }).forEach(
    ({ index, interval }, row) => {
      columns.sentiment_index[row] = index ?? 0;
      columns.sentiment_index_width[row] = interval ? (interval.upper - interval.lower) / 2 : 1;
    },
  );
  return columns;
}

/** The index at each close from points that ascend by knownAt; those that were made have a value only. */
export function indexAt(args: {
  time: Float64Array;
  points: readonly SentimentPoint[];
  settings: IndexSettings;
}): IndexPoint[] {
  const { time, points } = args;
  const index = openSentimentIndex(args.settings);
  let next = 0;
  return Array.from(time, (close) => {
    for (let point = points[next]; point && point.knownAt <= close; point = points[++next])
      index.add({ id: `${next}`, knownAt: point.knownAt, ...opinionOf(point) });
    return index.at(close);
  });
}

const opinionOf = ({ value, opinion }: SentimentPoint) =>
  opinion ?? { positive: Math.max(0, value), negative: Math.max(0, -value), abstained: false };

/** One such column, with a half-life of the caller's choice in ms. */
export const fadedMean = (args: Fading): Float64Array => meanOf(fadingSums(args));

const meanOf = (sums: FadingSums): Float64Array => sums.value.map((sum, i) => sum / (1 + at(sums.count, i)));

interface Fading {
  time: Float64Array;
  points: readonly SentimentPoint[];
  halfLife: number;
}

interface FadingSums {
  value: Float64Array;
  count: Float64Array;
}

/** One pass over rows and points; wall-clock time fades, so gaps between bars count in full. */
function fadingSums(args: Fading): FadingSums {
  const { time, points, halfLife } = args;
  const sums = { value: new Float64Array(time.length), count: new Float64Array(time.length) };
  let [value, count, next] = [0, 0, 0];
  time.forEach((close, row) => {
    const fade = row === 0 ? 0 : 2 ** ((at(time, row - 1) - close) / halfLife);
    value *= fade;
    count *= fade;
    for (let point = points[next]; point && point.knownAt <= close; point = points[++next]) {
      const weight = 2 ** ((point.knownAt - close) / halfLife);
      value += weight * point.value;
      count += weight;
    }
    sums.value[row] = value;
    sums.count[row] = count;
  });
  return sums;
}
