import type { RunSpec } from '../../domain/backtest/spec.js';

export const SPEC: RunSpec = {
  costs: { feeBps: 10, slippageBps: 2 },
  cash: 1000,
  size: { kind: 'equity', fraction: 1 },
  closeAtEnd: false,
  periodsPerYear: 365,
};
export const FREE = { feeBps: 0, slippageBps: 0 };
