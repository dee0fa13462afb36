import { InvalidInputError } from '../errors.js';
import type { Costs } from './spec.js';

export type Slippage = Omit<Costs, 'feeBps'>;

const KEYS = { bps: 'slippageBps', spread: 'halfSpread', volume: 'impactBps' } as const;

/**
 * The slippage that a text names: `bps:2` (of the price), `spread:0.5` (half the spread, in units of the price),
 * `volume:100` (basis points for the whole volume of a bar, by the root of the share), or several: `bps:2+volume:50`.
 * @throws InvalidInputError naming the part that is wrong.
 */
export function parseSlippage(text: string): Slippage {
  const slippage: Slippage = { slippageBps: 0 };
  const seen = new Set<string>();
  for (const part of text.split('+')) {
    const [kind = '', figure = '', ...rest] = part.trim().split(':');
    const value = /^\d*\.?\d+(e-?\d+)?$/i.test(figure.trim()) ? Number(figure) : NaN;
    if (!Object.hasOwn(KEYS, kind) || rest.length > 0 || Number.isNaN(value) || seen.has(kind))
      throw new InvalidInputError(
        `Slippage "${part}" is none; it is one of bps:2, spread:0.5, volume:100, or several joined by +, each once`,
      );
    seen.add(kind);
    slippage[KEYS[kind as keyof typeof KEYS]] = value;
  }
  checkSlippage(slippage);
  return slippage;
}

/** The text that `parseSlippage` reads back to the same slippage. */
export const printSlippage = ({ slippageBps, halfSpread, impactBps }: Slippage): string =>
  [
    `bps:${slippageBps}`,
    ...(halfSpread === undefined ? [] : [`spread:${halfSpread}`]),
    ...(impactBps === undefined ? [] : [`volume:${impactBps}`]),
  ].join('+');

/**
 * The price of buying (above 0) or selling so many units after what it costs to trade; nothing is sold below 0.
 * `volume` is that of the bar of the fill.
 */
export function slippedPrice(
  { costs, price, volume }: { costs: Costs; price: number; volume: number },
  units: number,
): number {
  const slipped = fixedPrice(costs, price, Math.sign(units));
  if (!costs.impactBps) return slipped;
  const impact = (costs.impactBps / 10_000) * Math.sqrt(Math.abs(units) / volume);
  return Math.max(0, slipped + Math.sign(units) * price * impact);
}

/** The part of it that does not depend on how much is traded. `side`: 1 buys, −1 sells. */
export function fixedPrice(costs: Costs, price: number, side: number): number {
  const slipped = price * (1 + (side * costs.slippageBps) / 10_000);
  return costs.halfSpread ? Math.max(0, slipped + side * costs.halfSpread) : slipped;
}

/** @throws InvalidInputError naming the first figure that is out of bounds. */
export function checkSlippage({ slippageBps, halfSpread = 0, impactBps = 0 }: Slippage): void {
  for (const [name, value] of Object.entries({ slippageBps, impactBps }))
    if (!(value >= 0 && value < 10_000))
      throw new InvalidInputError(`${name} is ${value}; it must be basis points from 0 to below 10000`);
  if (!(halfSpread >= 0 && halfSpread < Infinity))
    throw new InvalidInputError(`halfSpread is ${halfSpread}; it must be 0 or more, in units of the price`);
}
