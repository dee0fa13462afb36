import type { BarColumns } from '../bars.js';
import { sourceOf } from './blocks.js';
import { checkBars, checkRates, checkSpec } from './checks.js';
import { backtest, type BacktestArgs } from './engine.js';
import { metricsOf } from './figures.js';
import { openGrid } from './grid.js';
import type { GridMetrics } from './grid-metrics.js';
import * as at from './grid-state.js';
import type { Outputs } from './grid-types.js';
import { columnOf, signalOfRule, type ColumnsCache, type Rule } from './rules.js';
import type { BacktestOutcome, Trade } from './spec.js';

export interface RuleArgs extends Omit<BacktestArgs, 'signal'> {
  rule: Rule;
}

/**
 * What `backtest` gives for the signal of a rule, to the last bit. Sizes and costs that a grid knows go through its
 * kernel, where decisions, fills and marks take one pass; the others, and runs that lost all they had, step their signal.
 * @throws InvalidInputError naming what is wrong with bars, rule or spec.
 */
export function backtestRule(args: RuleArgs): BacktestOutcome {
  const { rule, ...rest } = args;
  return throughKernel(args) ?? backtest({ ...rest, signal: signalOfRule(rule, args.bars) });
}

function throughKernel({ bars, rule, spec, funding }: RuleArgs): BacktestOutcome | null {
  if (!at.termsOf(spec, 1)) return null;
  checkBars(bars, false);
  checkSpec(spec);
  checkRates(spec, funding);
  const cache: ColumnsCache = new Map();
  const equity = new Float64Array(bars.close.length);
  const trades: Trade[] = [];
  const trade: Outputs['trade'] = (_, state, fill) =>
    void trades.push(tradeOf(bars, state, { time: bars.time[fill.bar] as number, price: fill.price }));
  const run = openGrid({
    // Without a tick sums run on as those of whole columns do.
    source: sourceOf(bars, 0),
    rules: [rule],
    spec,
    whole: (ref) => columnOf(ref, bars, cache),
    sameBits: true,
    outputs: { equity, bars: equity.length, trade },
  });
  while (run.step());
  const [figures] = run.metrics();
  // Whatever touched nothing has a note, and sizes that need money end there.
  if (!figures || !(figures.maxDrawdown < 1)) return null;
  const { state } = run.save();
  if (state[at.UNITS] !== 0) trades.push(tradeOf(bars, state, null));
  return { metrics: metrics({ bars, spec, equity, trades, figures, state }), trades, equity, notes: [] };
}

function metrics(args: {
  bars: BarColumns;
  spec: RuleArgs['spec'];
  equity: Float64Array;
  trades: Trade[];
  figures: GridMetrics;
  state: Float64Array;
}): BacktestOutcome['metrics'] {
  const { bars, state, figures, ...rest } = args;
  const account = { cash: state[at.CASH]!, fees: state[at.FEES]!, slippage: NaN, funding: 0 };
  const { entries, exits, maxDrawdown } = figures;
  const exposed = state[at.EXPOSED]!;
  return metricsOf({ ...rest, time: bars.time, account, entries, exits, exposed, maxDrawdown });
}

/** The trade that the kernel's state tells of at its exit; `exit` null: while it is open. */
function tradeOf(
  { time }: BarColumns,
  state: Float64Array,
  exit: { time: number; price: number } | null,
): Trade {
  const units = state[at.UNITS]!;
  const entryPrice = state[at.ENTRY_PRICE]!;
  const fees = state[at.TRADE_FEES]!;
  return {
    side: units > 0 ? 'long' : 'short',
    entryTime: time[state[at.ENTRY_BAR]!] as number,
    entryPrice,
    exitTime: exit && exit.time,
    exitPrice: exit && exit.price,
    units: Math.abs(units),
    fees,
    // From 0 on, as the book has it: no closed trade earns −0.
    profit: exit ? 0 + units * (exit.price - entryPrice) - fees : -fees,
  };
}
