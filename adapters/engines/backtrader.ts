import { pythonEngine } from './python.js';

/** GPL-3: never imported by our code nor shipped; it runs as a program of its own. */
export const backtrader = pythonEngine({
  name: 'backtrader',
  licence: 'GPL-3.0-or-later',
  conventions: ['ownSeeds'],
});
