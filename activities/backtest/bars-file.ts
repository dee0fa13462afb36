import type { Ports, ReadBarsOptions } from '../../adapters/ports.js';
import type { PriceName } from '../../domain/backtest/blocks.js';
import type { BarColumns } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';

export interface FileBars {
  bars: BarColumns;
  perUnit: number;
  timeframeMs: number;
  sha256: string;
  /** Holes between bars, the first ones, and how many there are. */
  gaps: { from: number; to: number; bars: number }[];
  gapsFound: number;
  zeroVolumeBars: number;
  /** Whose open or close lies outside of low to high. */
  inconsistentBars: number;
}

export interface FileBarsInput extends Omit<ReadBarsOptions, 'onLayout' | 'base' | 'typedTimes'> {
  path: string;
  /** Bars without any volume are a fault unless it is said that the file has none. */
  noVolume?: boolean;
  /** Columns of prices to hold; all where absent. */
  keep?: ReadonlySet<PriceName>;
}

const MOST_GAPS = 20;

/** A file of bars to test on, as it stands: a backtest leaves no row out in silence. @throws InvalidInputError naming the row */
export async function readFileBars(ports: Ports, input: FileBarsInput): Promise<FileBars> {
  const { path, noVolume, keep, ...options } = input;
  let zeroVolumeBars = 0;
  let inconsistentBars = 0;
  async function* sound(): AsyncGenerator<BarColumns> {
    let last = -Infinity;
    for await (const { columns, faults, rows } of ports.formats.read(path, options)) {
      const [fault] = faults;
      if (fault)
        throw new InvalidInputError(
          `Row ${fault.row} of ${path}: ${fault.reason}; "finsight bars check" lists all such rows, "bars convert" leaves them out`,
        );
      last = checkBatch(columns, { path, rows, last });
      for (const volume of columns.volume) if (!(volume > 0)) zeroVolumeBars++;
      inconsistentBars += inconsistentIn(columns);
      yield columns;
    }
  }
  const { bars, perUnit } = await ports.sweeps.share(sound(), keep).catch((error: unknown) => {
    // What a file holds is the caller's input here, not a store's integrity.
    if (error instanceof DataQualityError) throw new InvalidInputError(error.message);
    throw error;
  });
  const n = bars.time.length;
  if (n < 2)
    throw new InvalidInputError(
      `${path} has ${n === 1 ? 'one bar' : 'no bars'}; what is decided at a bar is filled at the next, so that at least 2 are needed`,
    );
  if (zeroVolumeBars === n && !noVolume)
    throw new InvalidInputError(
      `No bar of ${path} has a volume above 0: nothing was traded that could have filled an order; --no-volume takes the file all the same`,
    );
  const timeframeMs = usualStep(bars.time);
  const sha256 = await ports.formats.digest(path);
  return {
    bars,
    perUnit,
    timeframeMs,
    sha256,
    zeroVolumeBars,
    inconsistentBars,
    ...gapsOf(bars.time, timeframeMs),
  };
}

function checkBatch(
  columns: BarColumns,
  { path, rows, last }: { path: string; rows: Float64Array; last: number },
): number {
  const { time } = columns;
  let before = last;
  for (let i = 0; i < time.length; i++) {
    const at = time[i] ?? NaN;
    if (!(at > before))
      throw new InvalidInputError(
        `Row ${rows[i]} of ${path} is not later than the row before; bars must ascend, one a time ("finsight bars convert" puts them in order)`,
      );
    before = at;
    for (const name of ['open', 'high', 'low', 'close'] as const) {
      const price = columns[name][i] ?? NaN;
      if (!(price > 0 && price < Infinity))
        throw new InvalidInputError(`Row ${rows[i]} of ${path} has ${name} ${price}; prices must be above 0`);
    }
  }
  return before;
}

function inconsistentIn({ open, high, low, close }: BarColumns): number {
  let count = 0;
  for (let i = 0; i < close.length; i++) {
    const [o, h, l, c] = [open[i] as number, high[i] as number, low[i] as number, close[i] as number];
    if (!(h >= Math.max(o, c) && l <= Math.min(o, c))) count++;
  }
  return count;
}

/** The distance that most neighbours have; of a few bars, the smallest. */
function usualStep(time: Float64Array): number {
  const counts = new Map<number, number>();
  for (let i = 1; i < Math.min(time.length, 10_000); i++) {
    const step = (time[i] ?? NaN) - (time[i - 1] ?? NaN);
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  return [...counts].sort(([a, x], [b, y]) => y - x || a - b)[0]?.[0] ?? NaN;
}

function gapsOf(time: Float64Array, step: number): Pick<FileBars, 'gaps' | 'gapsFound'> {
  const gaps: FileBars['gaps'] = [];
  let gapsFound = 0;
  for (let i = 1; i < time.length; i++) {
    const [from, to] = [(time[i - 1] ?? NaN) + step, time[i] ?? NaN];
    if (!(to - from >= step)) continue;
    gapsFound++;
    if (gaps.length < MOST_GAPS) gaps.push({ from, to, bars: Math.round((to - from) / step) });
  }
  return { gaps, gapsFound };
}
