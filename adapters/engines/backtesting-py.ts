import { pythonEngine } from './python.js';

/** AGPL-3: only finsight_verify imports it, a program of its own that is shipped in no image. */
export const backtestingPy = pythonEngine({
  name: 'backtesting.py',
  licence: 'AGPL-3.0',
  conventions: ['firstBarLate'],
  unsupported: ({ spec }) =>
    spec.costs.slippageBps > 0 ? 'it pays a spread at entries only; slippage must be 0' : null,
});
