import { pythonEngine } from './python.js';

/** GPL-3: only finsight_verify imports it, a program of its own that is shipped in no image. */
export const backtrader = pythonEngine({
  name: 'backtrader',
  licence: 'GPL-3.0-or-later',
  conventions: ['ownSeeds'],
});
