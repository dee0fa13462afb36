import { InvalidInputError } from '../errors.js';
import { fadedMean } from '../features/context.js';
import { DIRECTION, level } from './parameters.js';
import type { Strategy } from './strategy.js';

const HOUR = 3_600_000;

export const newsSentiment: Strategy = {
  name: 'news-sentiment',
  summary:
    'Long once the faded mean of the sentiment known at the close is above `enter`, until it is below `exit`',
  needs: 'sentiment',
  params: {
    halfLifeHours: level(12, [0.1, 10_000], 'hours after which an article counts half'),
    enter: level(
      0.15,
      [0, 1],
      'mean sentiment above which a long position is entered; a short one below its negative',
    ),
    exit: level(
      0.05,
      [-1, 1],
      'mean sentiment below which a long position is left; a short one above its negative',
    ),
    direction: DIRECTION,
  },
  fault: ({ enter = 0, exit = 0 }) =>
    exit <= enter ? null : `exit (${exit}) must not be above enter (${enter})`,
  warmUp: () => 0,
  signal({ bars, params, timeframeMs, sentiment }) {
    if (!sentiment)
      throw new InvalidInputError(
        'news-sentiment needs the sentiment of news: run it on a stored stream whose news have been scored',
      );
    const { halfLifeHours = NaN, enter = NaN, exit = NaN, direction = 1 } = params;
    const time = bars.time.map((open) => open + timeframeMs);
    const mean = fadedMean({ time, points: sentiment, halfLife: halfLifeHours * HOUR });
    let held = 0;
    return mean.map((value) => {
      if (held === 1 && value < exit) held = 0;
      if (held === -1 && value > -exit) held = 0;
      if (held === 0 && value > enter && direction >= 0) held = 1;
      else if (held === 0 && value < -enter && direction <= 0) held = -1;
      return held;
    });
  },
};
