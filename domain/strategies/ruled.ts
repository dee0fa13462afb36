import { signalOfRule, type Rule } from '../backtest/rules.js';
import type { Strategy } from './strategy.js';

/** A strategy whose signal is that of its rule, so that the two cannot differ. */
export const ruled = (
  strategy: Omit<Strategy, 'signal' | 'rule'> & { rule: (params: Record<string, number>) => Rule },
): Strategy => ({
  ...strategy,
  signal: ({ bars, params }) => signalOfRule(strategy.rule(params), bars),
});
