import { at, checkPeriod, undefinedColumn } from './averages.js';
import type { Column } from './averages.js';
import { isFlat, typicalPrice } from './momentum.js';
import type { RangeColumns } from './momentum.js';

export interface VolumeColumns extends RangeColumns {
  volume: Column;
}

/** On-balance volume; starts at the first bar's volume. */
export function obv(close: Column, volume: Column): Float64Array {
  const result = new Float64Array(close.length);
  let sum = 0;
  for (let i = 0; i < close.length; i++) {
    const direction = i === 0 ? 1 : Math.sign(at(close, i) - at(close, i - 1));
    sum += direction * at(volume, i);
    result[i] = sum;
  }
  return result;
}

/** Chaikin's accumulation/distribution line. */
export function accumulationDistribution(bars: VolumeColumns): Float64Array {
  let sum = 0;
  return Float64Array.from(bars.close, (close, i) => {
    const high = at(bars.high, i);
    const low = at(bars.low, i);
    if (high > low) sum += ((close - low - (high - close)) / (high - low)) * at(bars.volume, i);
    return sum;
  });
}

/** Money flow index, 0..100; 0 where no money flowed. */
export function mfi(bars: VolumeColumns, period: number): Float64Array {
  checkPeriod(period, 2);
  const typical = typicalPrice(bars);
  const result = undefinedColumn(typical.length);
  for (let i = period; i < typical.length; i++) {
    let up = 0;
    let down = 0;
    for (let k = i - period + 1; k <= i; k++) {
      const flow = at(typical, k) * at(bars.volume, k);
      if (isFlat(at(typical, k), at(typical, k - 1))) continue;
      if (at(typical, k) > at(typical, k - 1)) up += flow;
      else down += flow;
    }
    result[i] = up + down > 0 ? 100 * (up / (up + down)) : 0;
  }
  return result;
}
