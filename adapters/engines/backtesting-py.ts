import { pythonEngine } from './python.js';

/** AGPL-3: never imported by our code nor shipped; it runs as a program of its own. */
export const backtestingPy = pythonEngine({
  name: 'backtesting.py',
  licence: 'AGPL-3.0',
  conventions: ['firstBarLate'],
  unsupported: ({ spec }) =>
    spec.costs.slippageBps > 0 ? 'it pays a spread at entries only; slippage must be 0' : null,
});
