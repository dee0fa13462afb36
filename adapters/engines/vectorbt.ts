import { pythonEngine } from './python.js';

/** The Commons Clause forbids to sell it: only finsight_verify imports it, a program that is shipped in no image. */
export const vectorbt = pythonEngine({
  name: 'vectorbt',
  licence: 'Apache-2.0 with Commons Clause',
  conventions: ['seededByFirst'],
  whole: true,
});
