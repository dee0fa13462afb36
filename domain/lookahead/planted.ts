import type { BarColumns } from '../bars.js';
import { fadedMean } from '../features/context.js';
import { at, sma } from '../indicators/averages.js';
import { highest } from '../indicators/extremes.js';
import { standardDeviation } from '../indicators/volatility.js';
import { latestBars, type MarketData } from './data.js';
import { ridgeSubject } from './models.js';
import type { CheckName } from './audit.js';
import type { Subject } from './subject.js';
import { decisionsOf } from './subjects.js';

/** A leak that was put in on purpose, and the check that has to find it, whatever else does. */
export interface Planted {
  subject: Subject;
  foundBy: CheckName;
  /** Bars of the planted leak; what it is, for people. */
  text: string;
}

const HOUR = 3_600_000;

type Signal = (bars: BarColumns, data: MarketData) => ArrayLike<number>;

const strategy = (name: string, warmUp: number, signal: Signal): Subject => ({
  name,
  kind: 'strategy',
  warmUp,
  memory: 'window',
  horizonBars: 0,
  tolerance: 0,
  decide(data) {
    const bars = latestBars(data);
    return decisionsOf(bars, { signal: signal(bars, data) });
  },
});

const features = (name: string, warmUp: number, column: Signal): Subject => ({
  ...strategy(name, warmUp, column),
  kind: 'features',
});

const sign = (value: number): number => (Number.isNaN(value) ? 0 : Math.sign(value));

const meanOf = (values: Float64Array): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Every leak that an audit has to find. */
export const PLANTED: Planted[] = [
  {
    text: 'standardised by mean and deviation of the whole history',
    foundBy: 'truncate',
    subject: features('global scaling', 0, ({ close }) => {
      const mean = meanOf(close);
      const deviation = Math.sqrt(meanOf(close.map((value) => (value - mean) ** 2)));
      return close.map((value) => (value - mean) / deviation);
    }),
  },
  {
    text: 'an average whose window reaches as far ahead as back',
    foundBy: 'truncate',
    subject: strategy('centred window', 5, ({ close }) => {
      const mean = sma(close, 11);
      return close.map((value, i) => sign(value - (mean[i + 5] ?? mean.at(-1) ?? NaN)));
    }),
  },
  {
    text: "the next bar's move used as if it were known",
    foundBy: 'truncate',
    subject: strategy('next-bar label', 0, ({ close }) =>
      close.map((value, i) => sign((close[i + 1] ?? value) - value)),
    ),
  },
  {
    text: 'longer bars joined by their own time before they have closed',
    foundBy: 'truncate',
    subject: strategy('resampled before the close', 4, (bars, { timeframeMs }) => {
      const bucket = (i: number): number => Math.floor(at(bars.time, i) / (4 * timeframeMs));
      const closes = new Map<number, number>();
      bars.close.forEach((close, i) => closes.set(bucket(i), close));
      return bars.close.map((_, i) =>
        sign((closes.get(bucket(i)) ?? NaN) - (closes.get(bucket(i) - 1) ?? NaN)),
      );
    }),
  },
  {
    text: 'news read by when they were published, not by when they were known',
    foundBy: 'delay',
    subject: strategy('late news', 0, ({ time }, { news, timeframeMs }) => {
      const points = news.map(({ publishedAt, value }) => ({ knownAt: publishedAt, value }));
      points.sort((a, b) => a.knownAt - b.knownAt);
      const closes = time.map((open) => open + timeframeMs);
      return fadedMean({ time: closes, points, halfLife: 12 * HOUR }).map((mean) => (mean > 0 ? 1 : -1));
    }),
  },
  {
    text: 'bars that came, or were corrected, later read as if they had been there',
    foundBy: 'delay',
    subject: strategy('late bars', 5, ({ close }) =>
      close.map((value, i) => sign(value - (close[i - 5] ?? NaN))),
    ),
  },
  {
    text: 'a threshold that is a quantile of the whole history',
    foundBy: 'truncate',
    subject: strategy('quantile of all', 1, ({ close }) => {
      const moves = close.map((value, i) => (i === 0 ? 0 : value / at(close, i - 1) - 1));
      const threshold = moves.toSorted()[Math.floor(moves.length * 0.9)] ?? NaN;
      return moves.map((move) => (move > threshold ? 1 : 0));
    }),
  },
  {
    text: 'undefined values filled from what comes after them',
    foundBy: 'truncate',
    subject: features('backfill', 0, ({ close, volume }) => {
      const ratio = close.map((value, i) => (at(volume, i) < 1 ? NaN : value));
      for (let i = ratio.length - 2; i >= 0; i--) if (Number.isNaN(ratio[i])) ratio[i] = at(ratio, i + 1);
      return ratio;
    }),
  },
  {
    text: 'sold where the highest of the bars to come is near',
    foundBy: 'truncate',
    subject: strategy('future maximum', 0, ({ high, close }) => {
      const later = highest(high.toReversed(), 24).toReversed();
      return close.map((value, i) => (value * 1.01 > (later[i] ?? Infinity) ? -1 : 1));
    }),
  },
  {
    text: 'a smoothing that is run over the data in both directions',
    foundBy: 'perturb',
    subject: features('smoothed both ways', 0, ({ close }) => {
      const forth = close.slice();
      for (let i = 1; i < forth.length; i++) forth[i] = 0.3 * at(forth, i) + 0.7 * at(forth, i - 1);
      for (let i = forth.length - 2; i >= 0; i--) forth[i] = 0.3 * at(forth, i) + 0.7 * at(forth, i + 1);
      return forth;
    }),
  },
  {
    text: 'undefined where the history ends soon, so that only another future shows it',
    foundBy: 'perturb',
    subject: strategy('label without an edge', 0, ({ close }) =>
      close.map((value, i) => (i + 1 < close.length ? sign(at(close, i + 1) - value) : 0)),
    ),
  },
  {
    text: 'weights fitted on the bars that are forecast',
    foundBy: 'truncate',
    subject: ridgeSubject('1h', 'everything'),
  },
  {
    text: 'a warm-up of 10 bars stated for an average of 50',
    foundBy: 'warm-up',
    subject: {
      ...strategy('warm-up too short', 10, ({ close }) => {
        const mean = sma(close, 50);
        const deviation = standardDeviation(close, 50);
        return close.map((value, i) => sign(value - at(mean, i) - at(deviation, i)));
      }),
    },
  },
];
