import { InvalidInputError } from '../errors.js';
import type { Strategy } from './strategy.js';

export const modelSignal: Strategy = {
  name: 'model-signal',
  summary: "The sign of the model's forecast at each close, held until the next forecast",
  needs: 'forecasts',
  params: { longOnly: { default: 0, min: 0, max: 1, integer: true, help: '1: flat instead of short' } },
  warmUp: () => 0,
  signal({ bars, params, forecasts, timeframeMs }) {
    if (!forecasts) throw new InvalidInputError('model-signal needs forecasts: name the evaluation to trade');
    const byTime = new Map<number, number>();
    forecasts.time.forEach((time, i) => byTime.set(time, Math.sign(forecasts.direction[i] ?? NaN)));
    return Float64Array.from(bars.time, (open) => {
      const direction = byTime.get(open + timeframeMs);
      if (direction === undefined || Number.isNaN(direction)) return NaN;
      return params['longOnly'] === 1 ? Math.max(direction, 0) : direction;
    });
  },
};
