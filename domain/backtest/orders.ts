import { fillUnits, type Fill, type Position } from './book.js';
import { unitsFor } from './quantity.js';
import type { Size } from './spec.js';

export interface TargetFill extends Fill {
  size: Size;
  /** Position wanted, −1 … 1 of the size. */
  wanted: number;
  /** See `Measure`; NaN where it is not defined yet. */
  measure: number;
}

export type Waiting = 'volume' | 'measure' | null;

/**
 * Closes what is held and opens what is wanted: a reversal, and a change of size, pay both sides. Says what the rest
 * waits for, if anything.
 */
export function changePosition(position: Position, fill: TargetFill): Waiting {
  const { wanted, size, measure, costs, price, volume } = fill;
  if (costs.impactBps && !(volume > 0)) return 'volume';
  if (position.units !== 0) fillUnits(position, -position.units, fill);
  position.held = 0;
  if (wanted === 0) return null;
  const equity = position.account.cash;
  const units = unitsFor({ size, costs, equity, wanted, price, volume, measure });
  if (Number.isNaN(units)) return 'measure';
  if (units > 0) fillUnits(position, Math.sign(wanted) * units, fill);
  position.held = wanted;
  return null;
}
