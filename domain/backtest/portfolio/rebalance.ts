import { InvalidInputError } from '../../errors.js';
import { parseTimeframe, timeframeMs, TIMEFRAMES } from '../../streams.js';
import type { Rebalance } from './types.js';

/** Reads `signals`, a period such as `1d`, or `drift:0.05`. @throws InvalidInputError saying what is known */
export function parseRebalance(text: string): Rebalance {
  if (text === 'signals') return { kind: 'signals' };
  const [kind, amount = ''] = text.split(':');
  if (kind === 'drift') {
    const above = Number(amount);
    if (above > 0 && above < 1) return { kind: 'drift', above };
    throw new InvalidInputError(
      `The rebalance rule "${text}" names no share; it must lie between 0 and 1, such as drift:0.05`,
    );
  }
  if (/^\d/.test(text)) return { kind: 'period', everyMs: timeframeMs(parseTimeframe(text)) };
  throw new InvalidInputError(
    `Unknown rebalance rule "${text}"; known: signals, a period such as 1d or 1w, drift:<share> such as drift:0.05`,
  );
}

/** As `parseRebalance` reads it. */
export function printRebalance(rule: Rebalance): string {
  if (rule.kind === 'signals') return 'signals';
  if (rule.kind === 'drift') return `drift:${rule.above}`;
  const found = Object.entries(TIMEFRAMES).find(([, ms]) => ms === rule.everyMs);
  return found?.[0] ?? `${rule.everyMs} ms`;
}
