import type { BarColumns } from '../bars.js';
import type { FeatureName } from '../features.js';
import { at, sma } from '../indicators/averages.js';
import { macd, rsi } from '../indicators/momentum.js';
import { atr, standardDeviation } from '../indicators/volatility.js';

/** Bars; the ratio of the short to the long window tells calm from storm. */
const VOLATILITY_ROWS = 48;
const SHORT_ROWS = 12;
const LONG_ROWS = 96;
const VOLUME_ROWS = 100;
const RECENT_ROWS = 20;

/** Relative moves below this are rounding: the price counts as standing still. */
const FLAT = 1e-12;

type PriceFeature = Exclude<FeatureName, `${'hour' | 'weekday' | 'sentiment' | 'articles'}_${string}`>;

/** Sample standard deviation of the last 48 one-bar log returns; 0 where the price stood still or grew evenly. */
export const trailingVolatility = (close: Float64Array): Float64Array =>
  deviationOf(logReturns(close, 1), VOLATILITY_ROWS);

/** Features of one stream's prices and volumes; moves are in units of the volatility known at the row. */
export function priceColumns(bars: BarColumns, volatility: Float64Array): Record<PriceFeature, Float64Array> {
  const { close } = bars;
  const returns = logReturns(close, 1);
  const long = deviationOf(returns, LONG_ROWS);
  const { histogram } = macd(close, { fast: 12, slow: 26, signal: 9 });
  const perClose = (values: Float64Array): Float64Array => values.map((value, i) => value / at(close, i));
  return {
    return_1: scaled(returns, volatility),
    return_4: scaled(logReturns(close, 4), volatility, 4),
    return_24: scaled(logReturns(close, 24), volatility, 24),
    volatility_ratio: scaled(deviationOf(returns, SHORT_ROWS), long).map((ratio) => ratio - 1),
    rsi_14: rsi(close, 14).map((value) => (value - 50) / 50),
    macd_histogram: scaled(perClose(histogram), volatility),
    bollinger_20: scaled(
      perClose(distance(close, RECENT_ROWS)),
      perClose(standardDeviation(close, RECENT_ROWS)),
      4,
    ),
    atr_14: perClose(atr(bars, 14)),
    volume_score: volumeScore(bars.volume),
    range_1: scaled(perClose(bars.high.map((high, i) => high - at(bars.low, i))), volatility),
    distance_20: scaled(perClose(distance(close, 20)), volatility, 20),
    distance_100: scaled(perClose(distance(close, 100)), volatility, 100),
  };
}

function logReturns(close: Float64Array, rows: number): Float64Array {
  return close.map((value, i) => (i < rows ? NaN : Math.log(value / at(close, i - rows))));
}

const deviationOf = (values: Float64Array, rows: number): Float64Array =>
  standardDeviation(values, rows, 1).map((value) => (value < FLAT ? 0 : value));

const distance = (close: Float64Array, rows: number): Float64Array =>
  sma(close, rows).map((average, i) => at(close, i) - average);

/** `values` in units of `unit`·√rows; 0 where the unit is 0, since nothing moved. */
function scaled(values: Float64Array, unit: Float64Array, rows = 1): Float64Array {
  return values.map((value, i) => {
    const scale = at(unit, i) * Math.sqrt(rows);
    if (scale < FLAT && !Number.isNaN(value)) return 0;
    return value / scale;
  });
}

/** How unusual the log volume is among the last 100 rows, in standard deviations. */
function volumeScore(volume: Float64Array): Float64Array {
  const logs = logVolume(volume);
  const mean = sma(logs, VOLUME_ROWS);
  return scaled(
    logs.map((value, i) => value - at(mean, i)),
    deviationOf(logs, VOLUME_ROWS),
  );
}

/**
 * Log volume that survives bars without a trade: a hundredth of the recent mean is added, whatever the asset's
 * unit; where nothing traded in all of the recent rows, the last value stands.
 */
function logVolume(volume: Float64Array): Float64Array {
  let last = 0;
  return volume.map((value, i) => {
    const from = Math.max(0, i - RECENT_ROWS + 1);
    let sum = 0;
    for (let k = from; k <= i; k++) sum += at(volume, k);
    if (sum > 0) last = Math.log(value + sum / (i - from + 1) / 100);
    return last;
  });
}
