import type { EventStrategy } from './types.js';

/**
 * A column of wanted positions as callbacks. Only a change is a wish: after a stop has closed a position, the same value
 * repeated does not open it again.
 */
export function strategyOfSignal(signal: Float64Array): EventStrategy {
  let asked = 0;
  return {
    onBar({ index }) {
      const wanted = signal[index] as number;
      if (Number.isNaN(wanted) || wanted === asked) return undefined;
      asked = wanted;
      return wanted;
    },
  };
}
