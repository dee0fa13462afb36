import { InvalidInputError } from '../../errors.js';
import { checkInput } from '../checks.js';
import { checkFunding } from '../funding.js';
import type { RunSpec } from '../spec.js';
import { ROUNDING } from './plan.js';
import type { Instrument, PortfolioSpec } from './types.js';

/** @throws InvalidInputError naming the instrument and what no result could be right for. */
export function checkPortfolio(instruments: Instrument[], spec: PortfolioSpec): void {
  if (instruments.length === 0) throw new InvalidInputError('A portfolio needs at least one instrument');
  const names = instruments.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new InvalidInputError(`The instrument "${twice}" is there twice`);
  // An instrument without rates is a spot market beside perpetuals: it pays none.
  const { funding: _, ...unfunded } = spec;
  const run: RunSpec = { ...unfunded, size: { kind: 'equity', fraction: 1 } };
  for (const { name, bars, signal, weight, funding } of instruments) {
    if (!(weight > 0 && weight <= 1))
      throw new InvalidInputError(`${name} has weight ${weight}; it must be above 0 and at most 1`);
    try {
      checkInput({ bars, signal, spec: run });
      if (spec.funding && funding) checkFunding(funding);
    } catch (error) {
      if (!(error instanceof InvalidInputError)) throw error;
      throw new InvalidInputError(`${name}: ${error.message}`, { cause: error });
    }
  }
  const sum = instruments.reduce((total, { weight }) => total + weight, 0);
  if (sum > 1 + ROUNDING)
    throw new InvalidInputError(`The weights sum up to ${sum}; at most 1 is there to share`);
  const { rebalance } = spec;
  if (rebalance.kind === 'period' && !(rebalance.everyMs > 0 && rebalance.everyMs < Infinity))
    throw new InvalidInputError(`rebalance.everyMs is ${rebalance.everyMs}; it must be above 0`);
  if (rebalance.kind === 'drift' && !(rebalance.above > 0 && rebalance.above < 1))
    throw new InvalidInputError(`rebalance.above is ${rebalance.above}; it must be a share between 0 and 1`);
}
