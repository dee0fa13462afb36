import { InvalidInputError } from '../errors.js';
import type { SentimentPoint } from '../features.js';
import { fadedMean, indexAt } from '../features/context.js';
import { DEFAULT_INDEX } from '../sentiment/index-question.js';
import { MOST_HALF_LIVES } from '../sentiment/index-window.js';
import type { IndexPoint } from '../sentiment/sentiment-index.js';
import { DIRECTION, level } from './parameters.js';
import type { Strategy } from './strategy.js';

const HOUR = 3_600_000;
const WINDOW_HOURS = 168;

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
    basis: {
      default: 0,
      min: 0,
      max: 2,
      integer: true,
      later: true,
      help: '0: the faded mean, which shrinks to 0 as news grow old; 1: the sentiment index, a story told twice weighing less; 2: the end of its 95 % interval that is nearer to 0',
    },
    windowHours: {
      ...level(WINDOW_HOURS, [1, 10_000], 'hours for which an article counts in the index'),
      later: true,
    },
  },
  fault({ enter = 0, exit = 0, basis = 0, windowHours = WINDOW_HOURS, halfLifeHours = NaN }) {
    if (exit > enter) return `exit (${exit}) must not be above enter (${enter})`;
    return basis > 0 && windowHours > MOST_HALF_LIVES * halfLifeHours
      ? `windowHours (${windowHours}) must be at most ${MOST_HALF_LIVES} times halfLifeHours (${halfLifeHours})`
      : null;
  },
  warmUp: () => 0,
  signal({ bars, params, timeframeMs, sentiment }) {
    if (!sentiment)
      throw new InvalidInputError(
        'news-sentiment needs the sentiment of news: run it on a stored stream whose news have been scored',
      );
    const { enter = NaN, exit = NaN, direction = 1 } = params;
    const time = bars.time.map((open) => open + timeframeMs);
    const mean = moodAt({ time, points: sentiment, params });
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

interface Moods {
  /** Closes of bars, ascending. */
  time: Float64Array;
  points: readonly SentimentPoint[];
  params: Record<string, number>;
}

/** What the positions are decided by, at each close; 0 where nothing is known. */
function moodAt({ time, points, params }: Moods): Float64Array {
  const { halfLifeHours = NaN, windowHours = WINDOW_HOURS, basis = 0 } = params;
  const halfLifeMs = halfLifeHours * HOUR;
  if (basis === 0) return fadedMean({ time, points, halfLife: halfLifeMs });
  const { repeat } = DEFAULT_INDEX;
  // Outlets weigh alike: a weight that is configured elsewhere would make a result depend on more than its parameters.
  const settings = { halfLifeMs, windowMs: windowHours * HOUR, repeat, weights: {} };
  return Float64Array.from(indexAt({ time, points, settings }), (told) =>
    basis === 1 ? (told.index ?? 0) : cautious(told),
  );
}

function cautious({ interval }: IndexPoint): number {
  if (!interval) return 0;
  return interval.lower > 0 ? interval.lower : Math.min(0, interval.upper);
}
