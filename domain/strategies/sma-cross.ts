import { signalOfRule, type Rule } from '../backtest/rules.js';
import type { Strategy } from './strategy.js';

const length = (standard: number, help: string) => ({
  default: standard,
  min: 1,
  max: 10_000,
  integer: true,
  help,
});

const rule = ({ fast = NaN, slow = NaN }: Record<string, number>): Rule => ({
  long: {
    enter: { left: { name: 'SMA', args: [fast] }, right: { name: 'SMA', args: [slow] } },
    exit: 'otherwise',
  },
  short: null,
});

export const smaCross: Strategy = {
  name: 'sma-cross',
  summary: 'Long while the fast moving average of closes is above the slow one, else flat',
  params: { fast: length(20, 'bars of the fast average'), slow: length(100, 'bars of the slow average') },
  fault: ({ fast = 0, slow = 0 }) => (fast < slow ? null : `fast (${fast}) must be below slow (${slow})`),
  warmUp: ({ slow = 0 }) => slow - 1,
  rule,
  signal: ({ bars, params }) => signalOfRule(rule(params), bars),
};
