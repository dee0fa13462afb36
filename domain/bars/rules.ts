import { closesAt, floorToBar, type Timeframe } from '../streams.js';

/** What the rules look at. */
export interface BarValues {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

const PRICES = ['open', 'high', 'low', 'close'] as const;

/**
 * The first rule that a bar breaks, as a sentence, or null for a sound one: its time is the open of a bar, prices are
 * finite and above 0, high and low enclose open and close, volume is finite and from 0.
 */
export function faultOfValues(bar: BarValues, timeframe: Timeframe): string | null {
  if (!Number.isFinite(bar.time)) return `time ${bar.time} is not a number`;
  if (floorToBar(bar.time, timeframe) !== bar.time)
    return `time ${bar.time} is not the open of a ${timeframe} bar (${new Date(bar.time).toISOString()} is off its grid in UTC)`;
  for (const name of PRICES)
    if (!(Number.isFinite(bar[name]) && bar[name] > 0)) return `${name} ${bar[name]} is not a price above 0`;
  if (bar.high < Math.max(bar.open, bar.close, bar.low))
    return `high ${bar.high} is below open ${bar.open}, close ${bar.close} or low ${bar.low}`;
  if (bar.low > Math.min(bar.open, bar.close))
    return `low ${bar.low} is above open ${bar.open} or close ${bar.close}`;
  if (!(Number.isFinite(bar.volume) && bar.volume >= 0)) return `volume ${bar.volume} is not a number from 0`;
  return null;
}

/** A bar whose interval is not over is no bar yet: its values will change. */
export const openFault = (time: number, timeframe: Timeframe, now: number): string | null =>
  closesAt(time, timeframe) <= now
    ? null
    : `not closed yet: the bar ends at ${new Date(closesAt(time, timeframe)).toISOString()}`;
