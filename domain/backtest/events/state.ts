import type { BarColumns } from '../../bars.js';
import type { Position } from '../book.js';
import type { Notebook } from '../notes.js';
import type { Measure } from '../quantity.js';
import type { RunSpec } from '../spec.js';
import type { OrderBook } from './book.js';
import type { EventOptions, FillEvent } from './types.js';

/** All that moves while a run goes over the bars. */
export interface EventRun {
  bars: BarColumns;
  spec: RunSpec;
  options: EventOptions;
  position: Position;
  notebook: Notebook;
  measure: Measure;
  book: OrderBook;
  target: Target;
  /** The current bar; what is later is shown to nobody. */
  index: number;
  /** Of the current bar, to be told after its close. */
  fills: FillEvent[];
  /** The order that is being filled; null for a target. */
  filling: number | null;
  equity: Float64Array;
  /** False once nothing is left. */
  isTrading: boolean;
}

/** The position that was asked for as a part of the spec's size. */
export interface Target {
  wanted: number;
  /** It is not in place yet. */
  isPending: boolean;
  /** Of an entry that is filled in parts: units still to come; NaN where it has not begun. */
  left: number;
}

export const capacityOf = ({ spec, bars }: EventRun, bar: number): number =>
  spec.fillShare === undefined ? Infinity : spec.fillShare * (bars.volume[bar] as number);

/** Some costs and limits need volume to fill against. */
export const lacksVolume = ({ spec, bars }: EventRun, bar: number): boolean =>
  (Boolean(spec.costs.impactBps) || spec.fillShare !== undefined) && !((bars.volume[bar] as number) > 0);
