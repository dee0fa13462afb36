import { InvalidInputError } from '../errors.js';
import { buyAndHold } from './buy-and-hold.js';
import { modelSignal } from './model-signal.js';
import { smaCross } from './sma-cross.js';
import type { Strategy } from './strategy.js';

/** One line a strategy. */
export const STRATEGIES: Record<string, Strategy> = {
  'buy-and-hold': buyAndHold,
  'sma-cross': smaCross,
  'model-signal': modelSignal,
};

/** @throws InvalidInputError naming the known ones. */
export function resolveStrategy(name: string): Strategy {
  const found = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (found) return found;
  throw new InvalidInputError(`Unknown strategy "${name}"${near(name, Object.keys(STRATEGIES))}`);
}

/** Parameters with defaults filled in. @throws InvalidInputError naming the offender and what would be right. */
export function resolveParams(strategy: Strategy, given: Record<string, number>): Record<string, number> {
  const known = Object.keys(strategy.params);
  const unknown = Object.keys(given).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new InvalidInputError(`Unknown parameter "${unknown}" of ${strategy.name}${near(unknown, known)}`);
  const params: Record<string, number> = {};
  for (const [name, rule] of Object.entries(strategy.params)) {
    const value = Object.hasOwn(given, name) ? given[name] : rule.default;
    const fits = typeof value === 'number' && value >= rule.min && value <= rule.max;
    if (!fits || (rule.integer && !Number.isInteger(value)))
      throw new InvalidInputError(
        `${name} of ${strategy.name} is ${value}; it must be ${rule.integer ? 'a whole number' : 'a number'} from ${rule.min} to ${rule.max}`,
      );
    params[name] = value;
  }
  const fault = strategy.fault?.(params);
  if (fault) throw new InvalidInputError(`${strategy.name}: ${fault}`);
  return params;
}

function near(name: string, known: string[]): string {
  if (known.length === 0) return '; it takes none';
  const close = known.find((each) => distance(each.toLowerCase(), name.toLowerCase()) <= 2);
  return `${close ? `; did you mean "${close}"?` : ';'} known: ${known.join(', ')}`;
}

/** Levenshtein's distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (next[j - 1] ?? 0) + 1,
          (row[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
        ),
      );
    row = next;
  }
  return row.at(-1) ?? 0;
}
