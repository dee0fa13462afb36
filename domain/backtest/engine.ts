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
  const { bars, signal, spec } = args;
  const { open, close, time } = bars;
  const n = close.length;
  const run: Run = { ...args, position: openPosition(openAccount(spec.cash)), notebook: openNotebook() };
  const { position, notebook } = run;
  const { account } = position;
  const payDue = spec.funding ? fundingOf(position, args.funding) : null;
  const measure = measureOf(bars, spec.size);
  const endsAtRuin = spec.size.kind !== 'units';
  const equity = new Float64Array(n);
  let [wanted, exposed, ruined] = [0, 0, false];
  for (let i = 0; i < n; i++) {
    if (payDue) payDue({ time: time[i] as number, price: open[i] as number });
    const decided = i > 0 && !ruined ? (signal[i - 1] as number) : NaN;
    if (decided === decided) wanted = decided;
    if (wanted !== position.held) change(run, { bar: i, wanted, measure });
    if (position.units !== 0) exposed++;
    const value = account.cash + position.units * (close[i] as number);
    equity[i] = value;
    if (!(value > 0) && Number.isNaN(notebook.ruinedAt)) {
      notebook.ruinedAt = time[i] as number;
      if (endsAtRuin) [ruined, wanted] = [true, 0];
    }
  }
  if (spec.closeAtEnd && position.units !== 0) {
    change(run, { bar: n - 1, wanted: 0, measure, atClose: true });
    equity[n - 1] = account.cash + position.units * (close[n - 1] as number);
  }
  const { entries, exits, trades } = position;
  return {
    metrics: metricsOf({ time, equity, account, entries, exits, trades, spec, exposed }),
    trades,
    equity,
    notes: notesOf(notebook, !endsAtRuin),
  };
}

interface Run {
  bars: BarColumns;
  spec: RunSpec;
  position: Position;
  notebook: Notebook;
}

function change(
  { bars, spec, position, notebook }: Run,
  { bar, wanted, measure, atClose }: { bar: number; wanted: number; measure: Measure; atClose?: boolean },
): void {
  const waiting = changePosition(position, {
    costs: spec.costs,
    size: spec.size,
    wanted,
    price: (atClose ? bars.close : bars.open)[bar] as number,
    time: bars.time[bar] as number,
    volume: bars.volume[bar] as number,
    measure: measure && wanted !== 0 ? measure(bar - 1) : NaN,
  });
  if (waiting) noteWait(notebook, waiting, bars.time[bar] as number);
}
