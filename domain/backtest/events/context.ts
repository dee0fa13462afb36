import { InvalidInputError } from '../../errors.js';
import { lay, removeWhere, viewOf } from './book.js';
import type { EventRun } from './state.js';
import { setTarget } from './targets.js';
import type { EventContext } from './types.js';

/**
 * The one context of a run. Columns are reached through closures only and given out as numbers and copies, so that
 * neither a later bar nor the engine's own columns can be reached or written to.
 */
export function contextOf(run: EventRun): EventContext {
  const { bars, position, book } = run;
  const { account } = position;
  const reader = (column: Float64Array, name: string) => (back?: number) => {
    if (back === undefined) return column[run.index] as number;
    if (!(back >= 0) || !Number.isInteger(back)) throw pastOnly(name, back);
    return back > run.index ? NaN : (column[run.index - back] as number);
  };
  const context: EventContext = {
    get index() {
      return run.index;
    },
    get time() {
      return bars.time[run.index] as number;
    },
    open: reader(bars.open, 'open'),
    high: reader(bars.high, 'high'),
    low: reader(bars.low, 'low'),
    close: reader(bars.close, 'close'),
    volume: reader(bars.volume, 'volume'),
    history(column, count) {
      const values = Object.hasOwn(bars, column) ? bars[column] : null;
      if (!values) throw new InvalidInputError(`Unknown column "${column}" of the history`);
      if (!(count >= 0) || !Number.isInteger(count)) throw pastOnly('history', count);
      return values.slice(Math.max(0, run.index + 1 - count), run.index + 1);
    },
    get position() {
      return position.units;
    },
    get cash() {
      return account.cash;
    },
    get equity() {
      return run.equity[run.index] as number;
    },
    orders: () => book.orders.map(viewOf),
    ...commandsOf(run),
  };
  return Object.freeze(context);
}

/** What a strategy may ask for. After ruin nothing is taken any more. */
function commandsOf(run: EventRun): Pick<EventContext, 'order' | 'cancel' | 'target'> {
  const { bars, book } = run;
  return {
    order(request) {
      const price = bars.close[run.index] as number;
      const { id } = lay(book, request, { bar: run.index, by: 'close', price });
      if (!run.isTrading) removeWhere(book, (each) => each.id === id);
      return id;
    },
    cancel(id) {
      const before = book.orders.length;
      removeWhere(book, (order) => order.id === id);
      return book.orders.length < before;
    },
    target(wanted) {
      if (typeof wanted !== 'number' || !(wanted >= -1 && wanted <= 1))
        throw new InvalidInputError(`The target ${String(wanted)} is none; it must lie between -1 and 1`);
      if (run.isTrading) setTarget(run, wanted);
    },
  };
}

const pastOnly = (name: string, asked: unknown): InvalidInputError =>
  new InvalidInputError(
    `${name}(${String(asked)}) asks for what is not known; it takes whole numbers from 0 on, counted back from the current bar`,
  );
