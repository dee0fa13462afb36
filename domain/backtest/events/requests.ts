import { InvalidInputError } from '../../errors.js';
import { nearNames } from '../../near-names.js';
import { checkExits } from '../checks.js';
import type { OrderKind, OrderRequest } from './types.js';

const LEVELS: Record<OrderKind, ('limit' | 'stop' | 'trailBps')[]> = {
  market: [],
  limit: ['limit'],
  stop: ['stop'],
  'stop-limit': ['stop', 'limit'],
  trailing: ['trailBps'],
};

const MEMBERS: readonly string[] = [
  'side',
  'kind',
  'units',
  'limit',
  'stop',
  'trailBps',
  'goodForBars',
  'oco',
  'reduceOnly',
  'exits',
] satisfies (keyof OrderRequest)[];

/**
 * A copy of what a callback asks for, which it cannot change any more. A misspelt member is refused rather than passed
 * over: an order without the stop that was meant would be filled.
 * @throws InvalidInputError naming the member that is wrong.
 */
export function readRequest(asked: OrderRequest): OrderRequest {
  if (typeof asked !== 'object' || asked === null)
    throw new InvalidInputError(`An order is ${String(asked)}; it must be { side, kind, units, … }`);
  const request = { ...asked };
  for (const name of Object.keys(request))
    if (!MEMBERS.includes(name))
      throw new InvalidInputError(
        `An order has no member "${name}"; did you mean ${nearNames(name, MEMBERS, 1)[0]}?`,
      );
  const { side, kind } = request;
  if (side !== 'buy' && side !== 'sell')
    throw new InvalidInputError(`An order has side "${String(side)}"; known: buy, sell`);
  if (!Object.hasOwn(LEVELS, kind))
    throw new InvalidInputError(
      `Unknown kind of order "${String(kind)}"; known: ${Object.keys(LEVELS).join(', ')}`,
    );
  checkFigures(request);
  const { oco, reduceOnly, exits } = request;
  if (oco !== undefined && (typeof oco !== 'string' || oco === ''))
    throw new InvalidInputError(`A ${kind} order has oco ${shown(oco)}; it must be the name of a group`);
  if (reduceOnly !== undefined && typeof reduceOnly !== 'boolean')
    throw new InvalidInputError(
      `A ${kind} order has reduceOnly ${shown(reduceOnly)}; it must be true or false`,
    );
  if (exits === undefined) return request;
  checkExits(exits);
  return { ...request, exits: { ...exits } };
}

function checkFigures(request: OrderRequest): void {
  const { kind, units, goodForBars } = request;
  if (!isAmount(units))
    throw new InvalidInputError(`A ${kind} order has units ${shown(units)}; it must be above 0`);
  if (goodForBars !== undefined && !(isAmount(goodForBars) && Number.isInteger(goodForBars)))
    throw new InvalidInputError(
      `A ${kind} order has goodForBars ${shown(goodForBars)}; it must be a whole number above 0`,
    );
  for (const name of LEVELS[kind]) {
    const value = request[name];
    if (value === undefined || !isAmount(value) || (name === 'trailBps' && value >= 10_000))
      throw new InvalidInputError(
        `A ${kind} order needs ${name} above 0${name === 'trailBps' ? ' and below 10000' : ''}; it is ${shown(value ?? NaN)}`,
      );
  }
}

/** Texts and big integers compare like numbers, and would be added like texts or not at all. */
const isAmount = (value: unknown): boolean => typeof value === 'number' && value > 0 && value < Infinity;

const shown = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value));
