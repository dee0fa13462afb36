import { InvalidInputError } from '../errors.js';
import { checkSettings, type IndexSettings } from './index-window.js';

/** What is asked of the index of an asset; lengths of time as text such as `24h`. */
export interface IndexQuestion {
  asset: string;
  /** `<name>@<version>`, a name or an alias; where absent, the served one, or that of the newest score. */
  model?: string | undefined;
  /** `live`, `recorded`, `simulated-<seed>`; where absent, that of the newest score. */
  source?: string | undefined;
  /** Points from, and up to, epoch ms; where absent, the 30 days up to the newest score. */
  from?: number | undefined;
  to?: number | undefined;
  /** Only what was known, and scored, then, epoch ms. */
  asOf?: number | undefined;
  window?: string | undefined;
  halfLife?: string | undefined;
  step?: string | undefined;
  repeat?: string | undefined;
  /** `<feed>=<weight>` with commas; `*` is all others. They go over the configured ones. */
  weights?: string | undefined;
}

export interface IndexOptions extends IndexSettings {
  stepMs: number;
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const LEAST_STEP = UNITS.m;
/** Points of one answer. */
const MOST_POINTS = 10_000;
/** Steps of one window: each point adds up as many. */
const MOST_STEPS = 10_000;
export const DEFAULT_RANGE = 30 * UNITS.d;

/** Of an index for which nothing else was asked. */
export const DEFAULT_INDEX = {
  halfLifeMs: 24 * UNITS.h,
  windowMs: 7 * UNITS.d,
  repeat: 0.5,
  stepMs: UNITS.h,
} as const;

/** Settings as they were asked for, defaults in place of others. @throws InvalidInputError naming the one that is wrong */
export function readIndexOptions(question: IndexQuestion, weights: Record<string, number>): IndexOptions {
  const { window, halfLife, step, repeat } = question;
  const options = {
    halfLifeMs: readLength('halfLife', halfLife) ?? DEFAULT_INDEX.halfLifeMs,
    windowMs: readLength('window', window) ?? DEFAULT_INDEX.windowMs,
    stepMs: readLength('step', step) ?? DEFAULT_INDEX.stepMs,
    repeat: readRepeat(repeat) ?? DEFAULT_INDEX.repeat,
    weights: { ...weights, ...readWeights(question.weights ?? '') },
  };
  if (options.stepMs < LEAST_STEP || !Number.isInteger(options.stepMs))
    throw new InvalidInputError(`step is ${step}; it is a minute (1m) or longer, in whole milliseconds`);
  if (options.windowMs / options.stepMs > MOST_STEPS)
    throw new InvalidInputError(
      `A window of ${options.windowMs / options.stepMs} steps is too fine; take at most ${MOST_STEPS}`,
    );
  checkSettings(options);
  const { from = -Infinity, to = Infinity } = question;
  if (from > to) throw new InvalidInputError(`The range is empty: from ${from} is after to ${to} (epoch ms)`);
  return options;
}

/** `90m`, `24h`, `7d`, or a number of hours, in ms. @throws InvalidInputError naming the setting */
function readLength(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, amount = '', unit = 'h'] = /^(\d{1,9}(?:\.\d{1,6})?)([mhd]?)$/.exec(text.trim()) ?? [];
  const length = Number(amount) * UNITS[(unit || 'h') as keyof typeof UNITS];
  if (amount !== '' && length > 0) return length;
  throw new InvalidInputError(
    `${name} is "${text.slice(0, 40)}"; a length of time is such as 90m, 24h or 7d (a plain number is hours)`,
  );
}

function readRepeat(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= 0 && value <= 1) return value;
  throw new InvalidInputError(`repeat is "${text.slice(0, 40)}"; it is a number from 0 to 1, such as 0.5`);
}

/** Reads `coindesk=2,reddit=0.3,*=1`. @throws InvalidInputError naming the pair */
export function readWeights(text: string): Record<string, number> {
  const pairs = text.split(',').flatMap((each) => each.trim() || []);
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, feed = '', weight = ''] = /^([^=\s]+)\s*=\s*(\d+(?:\.\d+)?)$/.exec(pair) ?? [];
      if (feed !== '' && Number(weight) <= 1e6) return [feed, Number(weight)];
      throw new InvalidInputError(
        `Unreadable weight "${pair.slice(0, 80)}"; a weight is <feed>=<number from 0>, such as coindesk=2 or *=0.5`,
      );
    }),
  );
}

/**
 * The instants at which the index is told: whole steps since 1970 (UTC) in the range and not after `asOf`; none where
 * there is none. @throws InvalidInputError where there are too many
 */
export function indexTimes(range: { from: number; to: number; asOf: number; stepMs: number }): number[] {
  const { from, to, asOf, stepMs } = range;
  const first = Math.ceil(from / stepMs);
  const count = Math.max(0, Math.floor(Math.min(to, asOf) / stepMs) - first + 1);
  if (count > MOST_POINTS)
    throw new InvalidInputError(
      `That are ${count} points; an answer has at most ${MOST_POINTS}: take a longer step or a shorter range`,
    );
  return Array.from({ length: count }, (_, i) => (first + i) * stepMs);
}
