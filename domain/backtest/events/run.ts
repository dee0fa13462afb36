import type { BarColumns } from '../../bars.js';
import { InvalidInputError, messageOf } from '../../errors.js';
import { openAccount, openPosition, splitOpen } from '../book.js';
import { checkBars, checkRates, checkSpec } from '../checks.js';
import { metricsOf } from '../figures.js';
import { fundingOf } from '../funding.js';
import { notesOf, noteWait, openNotebook } from '../notes.js';
import { changePosition } from '../orders.js';
import { measureOf } from '../quantity.js';
import type { BacktestOutcome, FundingColumns, RunSpec } from '../spec.js';
import { openOrderBook } from './book.js';
import { contextOf } from './context.js';
import { fillBar } from './fills.js';
import { lacksVolume, type EventRun } from './state.js';
import { setTarget } from './targets.js';
import type { EventContext, EventOptions, EventStrategy } from './types.js';

export interface EventArgs {
  bars: BarColumns;
  strategy: EventStrategy;
  spec: RunSpec;
  funding?: FundingColumns;
  options?: EventOptions;
}

/**
 * Goes bar by bar: payments of funding, fills at the open, fills inside the bar, the mark at the close, then the
 * strategy's callbacks, whose orders are met from the next bar on. @throws InvalidInputError naming what is wrong with
 * the input, or the bar at which a callback threw or gave back what is no target.
 */
export function backtestEvents(args: EventArgs): BacktestOutcome {
  const { bars, strategy, spec } = args;
  checkArgs(args);
  const run = openRun(args);
  const { position, notebook, equity } = run;
  const context = contextOf(run);
  const payDue = spec.funding ? fundingOf(position, args.funding) : null;
  const { open, close, time } = bars;
  const { account } = position;
  let exposed = 0;
  for (let i = 0; i < equity.length; i++) {
    run.index = i;
    if (payDue) payDue({ time: time[i] as number, price: open[i] as number });
    if (run.target.isPending || run.book.orders.length > 0) fillBar(run);
    const value = account.cash + position.units * (close[i] as number);
    equity[i] = value;
    if (position.units !== 0) exposed++;
    if (!(value > 0) && Number.isNaN(notebook.ruinedAt)) ruin(run);
    if (run.fills.length > 0) tellFills(run, strategy, context);
    tellBar(run, strategy, context);
  }
  if (spec.closeAtEnd && position.units !== 0) closeAtEnd(run);
  splitOpen(position);
  const { entries, exits, trades } = position;
  return {
    metrics: metricsOf({ time, equity, account, entries, exits, trades, spec, exposed }),
    trades,
    equity,
    notes: notesOf(notebook, spec.size.kind === 'units'),
  };
}

function checkArgs({ bars, strategy, spec, funding, options = {} }: EventArgs): void {
  const asEvents: RunSpec = { ...spec, engine: 'event-driven' };
  checkSpec(asEvents);
  checkRates(spec, funding);
  checkBars(bars, Boolean(spec.costs.impactBps) || spec.fillShare !== undefined);
  checkRanges(bars);
  if (typeof strategy.onBar !== 'function')
    throw new InvalidInputError('The strategy has no function onBar(context)');
  const { tick = 0, limitFill = 'through' } = options;
  if (!(tick >= 0 && tick < Infinity)) throw new InvalidInputError(`tick is ${tick}; it must be 0 or more`);
  if (limitFill !== 'through' && limitFill !== 'touch')
    throw new InvalidInputError(`limitFill is "${limitFill as string}"; known: through, touch`);
}

/** Orders are met inside the range of a bar, so that it must be one. */
function checkRanges({ high, low }: BarColumns): void {
  for (let i = 0; i < high.length; i++)
    if ((high[i] as number) < (low[i] as number))
      throw new InvalidInputError(`Bar ${i} has high ${high[i]} below its low ${low[i]}`);
}

function openRun({ bars, spec, options = {} }: EventArgs): EventRun {
  const run: EventRun = {
    bars,
    spec,
    options,
    position: openPosition(openAccount(spec.cash)),
    notebook: openNotebook(),
    measure: measureOf(bars, spec.size),
    book: openOrderBook(),
    target: { wanted: 0, isPending: false, left: NaN },
    index: 0,
    fills: [],
    filling: null,
    equity: new Float64Array(bars.close.length),
    isTrading: true,
  };
  run.position.onFill = (units, price) => {
    const { filling: order, index: bar } = run;
    run.fills.push({ order, bar, time: bars.time[bar] as number, units, price });
  };
  return run;
}

/** Nothing is left: what is held goes at the next open, and nothing is traded after it; fixed units go on. */
function ruin(run: EventRun): void {
  run.notebook.ruinedAt = run.bars.time[run.index] as number;
  if (run.spec.size.kind === 'units') return;
  run.book.orders = [];
  setTarget(run, 0);
  run.isTrading = false;
}

function tellFills(run: EventRun, strategy: EventStrategy, context: EventContext): void {
  const { fills } = run;
  run.fills = [];
  if (!strategy.onFill) return;
  for (const fill of fills)
    try {
      strategy.onFill(context, fill);
    } catch (thrown) {
      throw blamed(run, 'onFill', thrown);
    }
}

function tellBar(run: EventRun, strategy: EventStrategy, context: EventContext): void {
  let wanted: unknown;
  try {
    wanted = strategy.onBar(context);
    if (wanted === undefined) return;
    if (typeof wanted !== 'number' || wanted < -1 || wanted > 1)
      throw new InvalidInputError(
        `it gave back ${describe(wanted)}; a target is a number from -1 to 1, NaN or nothing`,
      );
    if (!Number.isNaN(wanted)) context.target(wanted);
  } catch (thrown) {
    throw blamed(run, 'onBar', thrown);
  }
}

const describe = (value: unknown): string =>
  value instanceof Promise ? 'a Promise' : typeof value === 'object' ? 'an object' : String(value);

function blamed({ index, bars }: EventRun, callback: string, thrown: unknown): InvalidInputError {
  const time = new Date(bars.time[index] as number).toISOString();
  return new InvalidInputError(`${callback} failed at bar ${index} (${time}): ${messageOf(thrown)}`, {
    cause: thrown,
  });
}

/** At the last close, whatever the share of its volume. */
function closeAtEnd(run: EventRun): void {
  const { bars, spec, position, notebook, equity, index } = run;
  const time = bars.time[index] as number;
  if (lacksVolume(run, index)) return noteWait(notebook, 'volume', time);
  const price = bars.close[index] as number;
  const fill = { costs: spec.costs, size: spec.size, wanted: 0, measure: NaN, equity: NaN };
  changePosition(position, { ...fill, price, time, volume: bars.volume[index] as number });
  equity[index] = position.account.cash;
}
