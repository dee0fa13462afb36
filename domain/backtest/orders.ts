import { fillUnits, type Fill, type Position } from './book.js';
import { unitsFor, type Entry } from './quantity.js';

/**
 * A position wanted, −1 … 1 of the size, and the fill that gets there. One object may serve a whole run: `equity` is
 * written by the change itself.
 */
export interface TargetFill extends Fill, Entry {}

export type Waiting = 'volume' | 'measure' | null;

/**
 * Closes what is held and opens what is wanted: a reversal, and a change of size, pay both sides. Says what the rest
 * waits for, if anything.
 */
export function changePosition(position: Position, fill: TargetFill): Waiting {
  const { wanted } = fill;
  if (fill.costs.impactBps && !(fill.volume > 0)) return 'volume';
  if (position.units !== 0) fillUnits(position, -position.units, fill);
  position.held = 0;
  if (wanted === 0) return null;
  fill.equity = position.account.cash;
  const units = unitsFor(fill);
  if (Number.isNaN(units)) return 'measure';
  if (units > 0) fillUnits(position, Math.sign(wanted) * units, fill);
  position.held = wanted;
  return null;
}
