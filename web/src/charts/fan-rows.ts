import type uPlot from 'uplot';

export interface FanPoint {
  /** Epoch ms. */
  time: number;
  mean: number | null;
  /** Ascending by level; prices. */
  quantiles: { level: number; price: number | null }[];
}

export interface Fan {
  /** Closes and the times at which they were known, epoch ms, ascending, past the forecast too where known. */
  closes: { time: number; close: number }[];
  asOf: number;
  lastClose: number;
  /** Ascending by time. */
  points: FanPoint[];
  /** Bounds at the target, which are calibrated apart from the quantiles. */
  target: { time: number; lower: number | null; upper: number | null };
  /** Close at the target, once it is known. */
  realised: number | null;
  quote: string;
}

export interface Rows {
  time: number[];
  close: (number | null)[];
  /** Closes after the forecast. */
  outcome: (number | null)[];
  mean: (number | null)[];
  /** The widest first; `share` of outcomes that it is made to hold. */
  bands: { share: number; lower: (number | null)[]; upper: (number | null)[] }[];
}

/** Columns over all times; the fan begins at the last close. */
export function rowsOf({ closes, asOf, lastClose, points, target, realised }: Fan): Rows {
  const known = new Map(closes.map((each) => [each.time, each.close]));
  known.set(asOf, lastClose);
  if (realised !== null) known.set(target.time, realised);
  const told = new Map(points.map((each) => [each.time, each]));
  const time = [...new Set([...known.keys(), ...told.keys(), target.time])].toSorted((a, b) => a - b);
  const fanned = (read: (point: FanPoint) => number | null): (number | null)[] =>
    time.map((each) => {
      const point = told.get(each);
      return point ? read(point) : each === asOf ? lastClose : null;
    });
  const levels = (points[0]?.quantiles ?? []).map((each) => each.level);
  const priceAt = (level: number) =>
    fanned((point) => point.quantiles.find((each) => Math.abs(each.level - level) < 1e-9)?.price ?? null);
  return {
    time,
    close: time.map((each) => (each <= asOf ? (known.get(each) ?? null) : null)),
    outcome: time.map((each) => (each >= asOf ? (known.get(each) ?? null) : null)),
    mean: fanned((point) => point.mean),
    bands: levels
      .filter((level) => level < 0.5 && levels.some((other) => Math.abs(other - (1 - level)) < 1e-9))
      .map((level) => ({ share: 1 - 2 * level, lower: priceAt(level), upper: priceAt(1 - level) })),
  };
}

export const dataOf = ({ time, close, outcome, mean, bands }: Rows): uPlot.AlignedData =>
  [
    time.map((each) => each / 1000),
    ...bands.flatMap(({ lower, upper }) => [upper, lower]),
    close,
    mean,
    outcome,
  ] as uPlot.AlignedData;
