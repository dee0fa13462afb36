import { InvalidInputError } from '../errors.js';
import { nearNames, editDistance } from '../near-names.js';
import { bollingerReversal } from './bollinger.js';
import { buyAndHold } from './buy-and-hold.js';
import { donchianBreakout } from './donchian.js';
import { emaCross } from './ema-cross.js';
import { macdCross } from './macd.js';
import { meanReversion } from './mean-reversion.js';
import { modelSignal } from './model-signal.js';
import { momentumTrend } from './momentum.js';
import { newsSentiment } from './news-sentiment.js';
import { rsiReversal } from './rsi.js';
import { smaCross } from './sma-cross.js';
import type { Strategy } from './strategy.js';

/** One line a strategy. */
export const STRATEGIES: Record<string, Strategy> = {
  'buy-and-hold': buyAndHold,
  'sma-cross': smaCross,
  'ema-cross': emaCross,
  rsi: rsiReversal,
  bollinger: bollingerReversal,
  macd: macdCross,
  donchian: donchianBreakout,
  momentum: momentumTrend,
  'mean-reversion': meanReversion,
  'news-sentiment': newsSentiment,
  'model-signal': modelSignal,
};

/** @throws InvalidInputError naming the known ones. */
export function resolveStrategy(name: string): Strategy {
  const found = Object.hasOwn(STRATEGIES, name) ? STRATEGIES[name] : undefined;
  if (found) return found;
  throw new InvalidInputError(`Unknown strategy "${name}"${near(name, Object.keys(STRATEGIES))}`);
}

/** Parameters with defaults filled in. @throws InvalidInputError naming the offender and what would be right. */
export function resolveParams(
  strategy: Pick<Strategy, 'name' | 'params' | 'fault'>,
  given: Record<string, number>,
): Record<string, number> {
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
        `${name} of ${strategy.name} is ${typeof value === 'number' ? value : JSON.stringify(value)}; it must be ${rule.integer ? 'a whole number' : 'a number'} from ${rule.min} to ${rule.max}`,
      );
    if (!(rule.later && value === rule.default)) params[name] = value;
  }
  const fault = strategy.fault?.(params);
  if (fault) throw new InvalidInputError(`${strategy.name}: ${fault}`);
  return params;
}

function near(name: string, known: string[]): string {
  if (known.length === 0) return '; it takes none';
  const close = nearNames(name, known, 1).find(
    (each) => editDistance(each.toLowerCase(), name.toLowerCase()) <= 2,
  );
  return `${close ? `; did you mean "${close}"?` : ';'} known: ${known.join(', ')}`;
}
