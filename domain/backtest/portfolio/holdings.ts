import { fillUnits, type Account, type Fill, type Position } from '../book.js';
import type { PayDue } from '../funding.js';
import { unitsFor } from '../quantity.js';
import type { PortfolioSpec, Instrument } from './types.js';

/** One instrument while the times go by. */
export interface Holding {
  instrument: Instrument;
  position: Position;
  payDue: PayDue | null;
  /** The bar that is next, or current where `isHere`. */
  bar: number;
  isHere: boolean;
  /** Last price known: the open at an open, the close at a close. NaN before its first bar. */
  price: number;
  /** The part of its weight that is wanted. */
  wanted: number;
  /** It is to be brought to its weight at its next bar. */
  isDue: boolean;
  missed: number;
}

interface Filling {
  holdings: Holding[];
  account: Account;
  spec: PortfolioSpec;
}

export const equityOf = (holdings: Holding[], { cash }: Account): number =>
  holdings.reduce(
    (sum, { position, price }) => (position.units === 0 ? sum : sum + position.units * price),
    cash,
  );

/** Brings what is due to its weight. Says which had no volume to fill against: those stay due. */
export function fillDue(filling: Filling): Holding[] {
  const { holdings, spec } = filling;
  const here = holdings.filter(({ isDue, isHere }) => isDue && isHere);
  const isDry = ({ instrument, bar }: Holding): boolean =>
    Boolean(spec.costs.impactBps) && !((instrument.bars.volume[bar] as number) > 0);
  const [dry, due] = [here.filter(isDry), here.filter((each) => !isDry(each))];
  const reduced = reduceAll(filling, due);
  addAll(
    filling,
    due.filter((each) => !reduced.has(each)),
  );
  for (const each of due) each.isDue = false;
  return dry;
}

/** What is to get smaller, or to change its side. The first kind is done then. */
function reduceAll({ holdings, account, spec }: Filling, due: Holding[]): Set<Holding> {
  const equity = equityOf(holdings, account);
  const done = new Set<Holding>();
  for (const holding of due) {
    const { units } = holding.position;
    if (units === 0) continue;
    const aim = aimOf(holding, equity, spec);
    if (aim * units > 0 && Math.abs(aim) >= Math.abs(units)) continue;
    const stays = aim * units > 0 ? aim : 0;
    const fill = fillOf(holding, spec);
    fillUnits(holding.position, stays === 0 ? -units : stays - units, fill);
    if (aim * units >= 0) done.add(holding);
  }
  return done;
}

function addAll({ holdings, account, spec }: Filling, due: Holding[]): void {
  const equity = equityOf(holdings, account);
  const fee = 1 + spec.costs.feeBps / 10_000;
  const wishes = due.map((holding) => ({
    holding,
    units: aimOf(holding, equity, spec) - holding.position.units,
  }));
  const cost = wishes.reduce((sum, { holding, units }) => sum + Math.max(0, units) * holding.price * fee, 0);
  // Roundings of sums aside; slippage is part of what a share pays for, and lowers what it takes.
  const scale = cost > account.cash * (1 + 1e-12) ? Math.max(0, account.cash) / cost : 1;
  for (const { holding, units } of wishes) {
    const taken = units > 0 ? units * scale : units;
    const isWorthIt = Math.abs(taken) > Math.abs(holding.position.units) * 1e-12;
    if (isWorthIt) fillUnits(holding.position, taken, fillOf(holding, spec));
  }
}

/** Signed units of the weight that is wanted. */
function aimOf(
  { instrument, wanted, price, bar }: Holding,
  equity: number,
  { costs }: PortfolioSpec,
): number {
  if (wanted === 0) return 0;
  const size = { kind: 'equity' as const, fraction: instrument.weight };
  const volume = instrument.bars.volume[bar] as number;
  return Math.sign(wanted) * unitsFor({ size, costs, equity, wanted, price, volume, measure: NaN });
}

export const fillOf = ({ instrument, price, bar }: Holding, { costs }: PortfolioSpec): Fill => ({
  costs,
  price,
  time: instrument.bars.time[bar] as number,
  volume: instrument.bars.volume[bar] as number,
});
