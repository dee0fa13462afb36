import { fillUnits } from '../book.js';
import { noteWait } from '../notes.js';
import { layExits, removeWhere, settleGroup, type Order } from './book.js';
import { followExtreme, matchLimit, matchOpen, matchStop, type BarPrices, type Match } from './match.js';
import { capacityOf, lacksVolume, type EventRun } from './state.js';
import { fillTarget } from './targets.js';

/** All fills of the current bar: at its open, then stops, then limits; what a fill lays beside it is met at once. */
export function fillBar(run: EventRun): void {
  const { book, target, index } = run;
  if (target.isPending) noting(run, null, 'open', () => fillTarget(run));
  if (book.orders.length === 0) return;
  const bar = barAt(run);
  meet(run, 'open', (order) => matchOpen(order, bar));
  meet(run, 'inside', (order) => matchStop(order, bar));
  meet(run, 'inside', (order) => matchLimit(order, bar, run.options));
  // Stops that limits have laid: the pessimist's path goes on to them.
  meet(run, 'inside', (order) => matchStop(order, bar));
  for (const order of book.orders) followExtreme(order, bar);
  removeWhere(book, ({ lastBar }) => lastBar <= index);
}

const barAt = ({ bars, index }: EventRun): BarPrices => ({
  index,
  open: bars.open[index] as number,
  high: bars.high[index] as number,
  low: bars.low[index] as number,
  close: bars.close[index] as number,
});

/** By id, as fills lay and remove orders meanwhile: what is laid is met in the same pass. */
function meet(run: EventRun, by: 'open' | 'inside', match: (order: Order) => Match | null): void {
  let lastId = 0;
  for (let at = 0; ;) {
    const { orders } = run.book;
    at = Math.min(at, orders.length);
    while (at > 0 && (orders[at - 1]?.id ?? 0) > lastId) at--;
    while (at < orders.length && (orders[at]?.id ?? 0) <= lastId) at++;
    const order = orders[at];
    if (!order) return;
    lastId = order.id;
    const found = order.filledAt === run.index ? null : match(order);
    if (found) noting(run, order, by, () => fillOrder(run, order, found));
  }
}

function fillOrder(run: EventRun, order: Order, { price, slips, worst }: Match): void {
  const { spec, position, bars, index, book } = run;
  const time = bars.time[index] as number;
  if (lacksVolume(run, index)) return noteWait(run.notebook, 'volume', time);
  const room = order.request.reduceOnly ? Math.max(0, -order.sign * position.units) : Infinity;
  const units = Math.min(order.closes ? room : order.left, capacityOf(run, index), room);
  if (units > 0) {
    const volume = bars.volume[index] as number;
    fillUnits(position, order.sign * units, { costs: spec.costs, price, time, volume, slips, worst });
    order.left = order.closes ? room - units : order.left - units;
    order.filledAt = index;
  }
  if (!(order.left > 0) || room === 0) removeWhere(book, (each) => each === order);
  if (units > 0) settleGroup(book, order, units);
}

/** Carries out a fill and what follows from it: exits laid or dropped, the target given up. */
function noting(run: EventRun, order: Order | null, by: 'open' | 'inside', fill: () => void): void {
  const { position, book, index, fills, target, spec } = run;
  const { exits, entries, units } = position;
  const before = fills.length;
  run.filling = order?.id ?? null;
  fill();
  if (fills.length === before) return;
  if (position.exits !== exits) removeWhere(book, ({ request }) => request.reduceOnly === true);
  if (order) {
    // A position that orders have changed is no part of the size any more.
    position.held = position.units === 0 ? 0 : NaN;
    if (position.units === 0) Object.assign(target, { wanted: 0, isPending: false, left: NaN });
  }
  const bar = { bar: index, by, price: fills.at(-1)?.price ?? NaN };
  const laid = order ? order.request.exits : spec.exits;
  if (!laid || position.units === 0) return;
  // A part of an order's entry has exits of its own; those of a target close whatever it has grown to.
  const grown = position.exits === exits ? position.units - units : position.units;
  const hasGrown = order ? grown * position.units > 0 : position.entries !== entries;
  if (hasGrown) layExits(book, laid, { units: grown, closes: order === null, ...bar });
}
