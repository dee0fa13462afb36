import { fillUnits, openAccount, openPosition, splitOpen, type Account } from '../book.js';
import { metricsOf } from '../figures.js';
import { fundingOf } from '../funding.js';
import { noteWait, notesOf, openNotebook, type Notebook } from '../notes.js';
import { checkPortfolio } from './checks.js';
import { equityOf, fillDue, fillOf, type Holding } from './holdings.js';
import type { Instrument, PortfolioOutcome, PortfolioSpec } from './types.js';

/**
 * Runs several instruments on one account, by the conventions of `PORTFOLIO_CONVENTIONS`. @throws InvalidInputError
 * naming the instrument and what is wrong.
 */
export function backtestPortfolio(instruments: Instrument[], spec: PortfolioSpec): PortfolioOutcome {
  checkPortfolio(instruments, spec);
  const account = openAccount(spec.cash);
  const run: Run = {
    spec,
    account,
    holdings: instruments.map((instrument) => openHolding(instrument, account, spec)),
    notebook: openNotebook(),
    isTrading: true,
    time: commonTimes(instruments),
  };
  const { time, holdings } = run;
  const equity = new Float64Array(time.length);
  let exposed = 0;
  for (let i = 0; i < time.length; i++) {
    equity[i] = step(run, { now: time[i] as number, before: i > 0 ? (time[i - 1] as number) : NaN });
    if (holdings.some(({ position }) => position.units !== 0)) exposed++;
  }
  if (spec.closeAtEnd) equity[time.length - 1] = closeAll(run);
  return outcomeOf(run, equity, exposed);
}

interface Run {
  spec: PortfolioSpec;
  account: Account;
  holdings: Holding[];
  notebook: Notebook;
  isTrading: boolean;
  time: Float64Array;
}

function openHolding(instrument: Instrument, account: Account, spec: PortfolioSpec): Holding {
  const position = openPosition(account);
  const payDue = spec.funding ? fundingOf(position, instrument.funding) : null;
  const start = { bar: 0, isHere: false, price: NaN, wanted: 0, isDue: false, missed: 0 };
  return { instrument, position, payDue, ...start };
}

function commonTimes(instruments: Instrument[]): Float64Array {
  const all = new Set<number>();
  for (const { bars } of instruments) for (const each of bars.time) all.add(each);
  return Float64Array.from(all).sort();
}

/** Funding, fills at the open, the mark at the close, and what the close decides. Gives the equity. */
function step(run: Run, { now, before }: { now: number; before: number }): number {
  const { holdings, account, notebook, spec } = run;
  for (const each of holdings) arrive(run, each, now);
  const { rebalance } = spec;
  if (
    rebalance.kind === 'period' &&
    Math.floor(now / rebalance.everyMs) > Math.floor(before / rebalance.everyMs)
  )
    demandAll(run);
  for (const _dry of fillDue(run)) noteWait(notebook, 'volume', now);
  for (const each of holdings) if (each.isHere) each.price = each.instrument.bars.close[each.bar] as number;
  const equity = equityOf(holdings, account);
  if (!(equity > 0) && run.isTrading) {
    notebook.ruinedAt = now;
    run.isTrading = false;
    for (const each of holdings) Object.assign(each, { wanted: 0, isDue: each.position.units !== 0 });
  }
  if (rebalance.kind === 'drift' && hasDrifted(holdings, equity, rebalance.above)) demandAll(run);
  for (const each of holdings) if (each.isHere) each.bar++;
  return equity;
}

/** The instrument at the open of this time, if it has a bar here: what its close before wanted is due. */
function arrive({ isTrading }: Run, holding: Holding, now: number): void {
  const { instrument, bar } = holding;
  const { time, open } = instrument.bars;
  holding.isHere = time[bar] === now;
  if (!holding.isHere) {
    if (bar > 0 && bar < time.length) holding.missed++;
    return;
  }
  holding.price = open[bar] as number;
  holding.payDue?.({ time: now, price: holding.price });
  const decided = bar > 0 && isTrading ? (instrument.signal[bar - 1] as number) : NaN;
  if (Number.isNaN(decided) || decided === holding.wanted) return;
  holding.wanted = decided;
  holding.isDue = true;
}

/** All that hold, or want to hold something, are brought back to their weights. */
function demandAll({ holdings, isTrading }: Run): void {
  if (!isTrading) return;
  for (const each of holdings) if (each.wanted !== 0) each.isDue = true;
}

const hasDrifted = (holdings: Holding[], equity: number, above: number): boolean =>
  holdings.some(({ position, price, wanted, instrument }) => {
    const share = position.units === 0 ? 0 : (position.units * price) / equity;
    return position.units !== 0 && Math.abs(share - wanted * instrument.weight) > above;
  });

/** Each at its own last close. */
function closeAll({ holdings, spec, account, notebook }: Run): number {
  for (const holding of holdings) {
    const { position, instrument } = holding;
    if (position.units === 0) continue;
    const last = { ...holding, bar: instrument.bars.time.length - 1 };
    const fill = fillOf(last, spec);
    if (spec.costs.impactBps && !(fill.volume > 0)) noteWait(notebook, 'volume', fill.time);
    else fillUnits(position, -position.units, fill);
  }
  return equityOf(holdings, account);
}

function outcomeOf(
  { holdings, spec, account, notebook, time }: Run,
  equity: Float64Array,
  exposed: number,
): PortfolioOutcome {
  for (const { position } of holdings) splitOpen(position);
  const sum = (of: (holding: Holding) => number): number =>
    holdings.reduce((total, each) => total + of(each), 0);
  const trades = holdings
    .flatMap(({ position, instrument: { name } }) =>
      position.trades.map((trade) => ({ instrument: name, ...trade })),
    )
    .sort((a, b) => a.entryTime - b.entryTime);
  const missing = holdings
    .filter(({ missed }) => missed > 0)
    .map(
      ({ instrument: { name }, missed }) =>
        `${name} has no bar at ${missed} of the common times: it was not filled there, and marked at its last close.`,
    );
  const counts = {
    entries: sum(({ position }) => position.entries),
    exits: sum(({ position }) => position.exits),
  };
  return {
    metrics: metricsOf({ time, equity, account, ...counts, trades, spec, exposed }),
    trades,
    time,
    equity,
    notes: [...notesOf(notebook, false), ...missing],
  };
}
