import type { BarColumns } from '../bars.js';
import { openAccount, openPosition, type Position } from './book.js';
import { checkInput } from './checks.js';
import { metricsOf } from './figures.js';
import { fundingOf } from './funding.js';
import { notesOf, noteWait, openNotebook, type Notebook } from './notes.js';
import { changePosition } from './orders.js';
import { measureOf, type Measure } from './quantity.js';
import type { BacktestOutcome, FundingColumns, RunSpec } from './spec.js';

export interface BacktestArgs {
  bars: BarColumns;
  /** One value a bar: the position wanted after its close, −1 … 1 of the size; NaN keeps what is held. */
  signal: Float64Array;
  spec: RunSpec;
  /** Rates paid where the spec asks for funding. */
  funding?: FundingColumns;
}

/**
 * Runs a signal over bars: what is wanted after the close of bar t is filled at the open of bar t+1, so the last
 * bar's signal is never filled. @throws InvalidInputError naming what is wrong with bars, signal or spec.
 */
export function backtest(args: BacktestArgs): BacktestOutcome {
  checkInput(args);
  const { bars, spec } = args;
  const { close, time } = bars;
  const last = close.length - 1;
  const position = openPosition(openAccount(spec.cash));
  const { account } = position;
  const run: Run = { ...args, position, notebook: openNotebook(), measure: measureOf(bars, spec.size) };
  const equity = new Float64Array(close.length);
  const exposed = step(run, equity);
  if (spec.closeAtEnd && position.units !== 0) {
    change(run, { bar: last, wanted: 0, price: close[last] as number });
    equity[last] = account.cash + position.units * (close[last] as number);
  }
  const { entries, exits, trades } = position;
  return {
    metrics: metricsOf({ time, equity, account, entries, exits, trades, spec, exposed }),
    trades,
    equity,
    notes: notesOf(run.notebook, spec.size.kind === 'units'),
  };
}

interface Run extends BacktestArgs {
  position: Position;
  notebook: Notebook;
  measure: Measure;
}

/** Fills `equity` and counts the bars with a position. */
function step(run: Run, equity: Float64Array): number {
  const { bars, signal, spec, position } = run;
  const { open, time } = bars;
  const payDue = spec.funding ? fundingOf(position, run.funding) : null;
  const n = equity.length;
  let wanted = 0;
  let exposed = 0;
  for (let i = 0; i < n;) {
    payDue?.({ time: time[i] as number, price: open[i] as number });
    const decided = i > 0 && isTrading(run) ? (signal[i - 1] as number) : NaN;
    if (!Number.isNaN(decided)) wanted = decided;
    if (!isTrading(run)) wanted = 0;
    const { held } = position;
    if (wanted !== held) change(run, { bar: i, wanted, price: open[i] as number });
    // While nothing waits and no payment may fall due, only the mark moves until another position is wanted.
    const alone = payDue || wanted !== position.held;
    const next = alone ? i + 1 : nextChange(signal, i + 1, wanted);
    const until = mark(run, { equity, from: i, to: next });
    if (position.units !== 0) exposed += until - i;
    i = until;
  }
  return exposed;
}

const isTrading = ({ notebook, spec }: Run): boolean =>
  spec.size.kind === 'units' || Number.isNaN(notebook.ruinedAt);

/** First bar from `from` on whose open another position than the wanted one is asked for. */
function nextChange(signal: Float64Array, from: number, wanted: number): number {
  let i = from;
  for (; i < signal.length; i++) {
    const decided = signal[i - 1] as number;
    if (decided !== wanted && !Number.isNaN(decided)) return i;
  }
  return i;
}

/** Marks closes with what is held; ends after the first one that leaves no equity. Gives the bar after the last. */
function mark(
  { bars, position, notebook }: Run,
  { equity, from, to }: { equity: Float64Array; from: number; to: number },
): number {
  const { close } = bars;
  const { units } = position;
  const { cash } = position.account;
  const isSolvent = Number.isNaN(notebook.ruinedAt);
  for (let i = from; i < to; i++) {
    const value = cash + units * (close[i] as number);
    equity[i] = value;
    if (isSolvent && !(value > 0)) {
      notebook.ruinedAt = bars.time[i] as number;
      return i + 1;
    }
  }
  return to;
}

function change(run: Run, { bar, wanted, price }: { bar: number; wanted: number; price: number }): void {
  const { bars, spec, position, notebook, measure } = run;
  const time = bars.time[bar] as number;
  const waiting = changePosition(position, {
    costs: spec.costs,
    size: spec.size,
    wanted,
    price,
    time,
    volume: bars.volume[bar] as number,
    // What was known at the close before.
    measure: measure && wanted !== 0 ? measure(bar - 1) : NaN,
  });
  if (waiting) noteWait(notebook, waiting, time);
}
