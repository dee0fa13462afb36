import { fillUnits, type Fill } from '../book.js';
import { noteWait } from '../notes.js';
import { changePosition } from '../orders.js';
import { unitsFor } from '../quantity.js';
import { capacityOf, lacksVolume, type EventRun } from './state.js';

/** From the next open on. What is wanted already, or is in place, changes nothing. */
export function setTarget({ target, position }: EventRun, wanted: number): void {
  if (target.isPending && target.wanted === wanted) return;
  target.wanted = wanted;
  target.left = NaN;
  // −0 is flat, too.
  target.isPending = position.held !== wanted || (wanted === 0 && position.units !== 0);
}

/** At an open: the whole change, or as much of it as the volume lets through. */
export function fillTarget(run: EventRun): void {
  const { spec, position, notebook, index, target, bars, measure } = run;
  const fill: Fill = {
    costs: spec.costs,
    price: bars.open[index] as number,
    time: bars.time[index] as number,
    volume: bars.volume[index] as number,
  };
  if (lacksVolume(run, index)) return noteWait(notebook, 'volume', fill.time);
  const { wanted } = target;
  const known = measure && wanted !== 0 ? measure(index - 1) : NaN;
  if (spec.fillShare !== undefined) return fillPart(run, fill, known);
  const whole = { ...fill, size: spec.size, wanted, measure: known };
  const waiting = changePosition(position, whole);
  if (waiting) noteWait(notebook, waiting, fill.time);
  else target.isPending = false;
}

function fillPart(run: EventRun, fill: Fill, measure: number): void {
  const { spec, position, notebook, index, target } = run;
  let capacity = capacityOf(run, index);
  const { wanted } = target;
  if (Number.isNaN(target.left)) {
    const leaving = Math.min(Math.abs(position.units), capacity);
    if (leaving > 0) fillUnits(position, -Math.sign(position.units) * leaving, fill);
    if (position.units !== 0) return;
    position.held = 0;
    capacity -= leaving;
    if (wanted === 0) return void (target.isPending = false);
    const { size, costs } = spec;
    const equity = position.account.cash;
    target.left = unitsFor({ size, costs, equity, wanted, price: fill.price, volume: fill.volume, measure });
    if (Number.isNaN(target.left)) return noteWait(notebook, 'measure', fill.time);
  }
  const entering = Math.min(target.left, capacity, affordable(run, fill));
  if (entering > 0) fillUnits(position, Math.sign(wanted) * entering, fill);
  target.left = entering < capacity ? 0 : target.left - entering;
  if (target.left > 0) return;
  position.held = wanted;
  target.isPending = false;
}

/** Later parts may meet a higher price: a long share of the equity never takes more than the cash that is there. */
function affordable({ spec, position, target }: EventRun, { price, volume }: Fill): number {
  const { size, costs } = spec;
  const isLimited = size.kind === 'cash' || size.kind === 'equity';
  if (!isLimited || target.wanted < 0) return Infinity;
  const all = { kind: 'equity' as const, fraction: 1 };
  return unitsFor({
    size: all,
    costs,
    equity: position.account.cash,
    wanted: 1,
    price,
    volume,
    measure: NaN,
  });
}
