import type { Bar } from '../bars.js';
import { conformalScale } from '../evaluation.js';
import { InvalidInputError } from '../errors.js';
import { buildFeatures, type FeatureMatrix } from '../features.js';
import { baselineForecast, makePrediction, type Prediction } from '../prediction.js';
import { simulateBars } from '../simulation.js';
import type { Source } from '../sources.js';
import { streamId, timeframeMs, TIMEFRAMES, type Stream, type Timeframe } from '../streams.js';

/** Who forecasts in a made market, in turn. */
const FORECASTERS = ['drift', 'momentum', 'reversal'] as const;
const NAMED = ['BTC', 'ETH', 'BNB', 'SOL', 'LINK', 'DOGE'];
const COVERAGE = 0.9;
/** Bars before the present: warm-up of the features, and residuals for the intervals. */
const HISTORY_BARS = 1200;
const RESIDUALS = 500;
const MOST_HORIZON_BARS = 96;

export interface MadeStream {
  stream: Stream;
  horizonBars: number;
  bars: Bar[];
  predictions: Prediction[];
}

/**
 * Streams on which `n` predictions of one horizon are open at `now`, with the bars that will settle them: the end of a
 * simulated history, moved so that it goes on behind `now`. A bar is known when it has closed, so nobody can look at those
 * to come. Each stream has a prediction at each of its closes within the last horizon.
 * @param horizonMs a whole number of bars of at least one timeframe, at most 96 of them.
 * @throws InvalidInputError saying which horizons there are
 */
export function* makeMarket(args: {
  n: number;
  horizonMs: number;
  now: number;
  seed: string;
}): Generator<MadeStream> {
  const lengths = timeframesOf(args.horizonMs);
  let left = args.n;
  for (let i = 0; left > 0; i++) {
    const symbol = `${NAMED[i] ?? `MADE${i}`}-USDT`;
    for (const timeframe of lengths) {
      if (left <= 0) return;
      const made = makeStream({ ...args, n: left, stream: { exchange: 'binance', symbol, timeframe } });
      left -= made.predictions.length;
      yield made;
    }
  }
}

/** The three shortest that fit: most predictions a stream, and several horizons in bars. @throws InvalidInputError */
function timeframesOf(horizonMs: number): Timeframe[] {
  const fitting = (Object.keys(TIMEFRAMES) as Timeframe[])
    .filter((name) => name !== '1w' && Number.isInteger(horizonMs / timeframeMs(name)))
    .filter(
      (name) => horizonMs / timeframeMs(name) >= 4 && horizonMs / timeframeMs(name) <= MOST_HORIZON_BARS,
    )
    .sort((a, b) => timeframeMs(a) - timeframeMs(b))
    .slice(0, 3);
  if (fitting.length > 0) return fitting;
  throw new InvalidInputError(
    `A horizon of ${horizonMs / 60_000} minutes is not 4 to ${MOST_HORIZON_BARS} bars of any timeframe; take one such as 4h, 24h or 3d`,
  );
}

function makeStream(args: {
  n: number;
  horizonMs: number;
  now: number;
  seed: string;
  stream: Stream;
}): MadeStream {
  const { stream, horizonMs, now, seed } = args;
  const step = timeframeMs(stream.timeframe);
  const horizonBars = horizonMs / step;
  const bars = movedBars({ ...args, bars: HISTORY_BARS + 2 * horizonBars });
  const source: Source = { kind: 'simulated', detail: seed };
  const known = bars.filter(({ knownAt }) => knownAt <= now);
  const column = (name: keyof Bar): Float64Array => Float64Array.from(known, (bar) => bar[name]);
  const columns = {
    ...{ time: column('time'), open: column('open'), high: column('high') },
    ...{ low: column('low'), close: column('close'), volume: column('volume') },
  };
  const matrix = buildFeatures({ bars: columns, timeframe: stream.timeframe, sentiment: [], asOf: now });
  const last = matrix.time.length - 1;
  const predictions: Prediction[] = [];
  for (let row = last; row > last - horizonBars && predictions.length < args.n; row--) {
    const name = FORECASTERS[predictions.length % FORECASTERS.length] ?? 'drift';
    predictions.push(predictionAt({ stream, source, matrix, row, horizonBars, name, now }));
  }
  return { stream, horizonBars, bars, predictions };
}

/** The end of a simulated history as if it closed one horizon behind `now`. */
function movedBars(args: {
  bars: number;
  horizonMs: number;
  now: number;
  seed: string;
  stream: Stream;
}): Bar[] {
  const { now, horizonMs, stream } = args;
  const step = timeframeMs(stream.timeframe);
  const made = simulateBars({ seed: args.seed, ...stream });
  const first = made.time.length - args.bars;
  const end = Math.floor(now / step) * step + horizonMs;
  return Array.from({ length: args.bars }, (_, i) => {
    const time = end - (args.bars - i) * step;
    const at = (values: Float64Array): number => values[first + i] ?? NaN;
    return {
      ...{ time, open: at(made.open), high: at(made.high), low: at(made.low), close: at(made.close) },
      ...{ volume: at(made.volume), knownAt: time + step },
    };
  });
}

interface At {
  stream: Stream;
  source: Source;
  matrix: FeatureMatrix;
  row: number;
  horizonBars: number;
  name: string;
  now: number;
}

function predictionAt({ stream, source, matrix, row, horizonBars, name, now }: At): Prediction {
  const scaledAt = (at: number): number => baselineForecast(name, { matrix, row: at, horizonBars });
  const residuals = Float64Array.from({ length: RESIDUALS }, (_, i) => {
    const at = row - horizonBars - i;
    const move = Math.log((matrix.close[at + horizonBars] ?? NaN) / (matrix.close[at] ?? NaN));
    return move / ((matrix.volatility[at] ?? NaN) * Math.sqrt(horizonBars)) - scaledAt(at);
  }).filter(Number.isFinite);
  return makePrediction({
    stream: streamId(stream),
    model: `baseline:${name}`,
    reason: 'made for a demonstration',
    asOf: matrix.time[row] ?? NaN,
    horizonBars,
    timeframeMs: timeframeMs(stream.timeframe),
    lastClose: matrix.close[row] ?? NaN,
    volatility: matrix.volatility[row] ?? NaN,
    scaled: scaledAt(row),
    conformal: { ...conformalScale({ residuals, coverage: COVERAGE }), coverage: COVERAGE },
    residualQuantiles: Array.from(residuals).sort((a, b) => a - b),
    inputs: { baseline: name },
    read: { from: matrix.time[0] ?? NaN, to: matrix.time[row] ?? NaN, asOf: matrix.time[row] ?? NaN },
    createdAt: now,
    source,
  });
}
