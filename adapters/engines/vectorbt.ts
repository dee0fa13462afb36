import { pythonEngine } from './python.js';

/** The Commons Clause forbids to sell it: never shipped; it runs as a program of its own. */
export const vectorbt = pythonEngine({
  name: 'vectorbt',
  licence: 'Apache-2.0 with Commons Clause',
  conventions: ['seededByFirst'],
  whole: true,
});
