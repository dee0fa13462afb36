import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The Python of the training environment, or null where it is switched off or not installed. */
export function trainingPython(): string | null {
  if (process.env['FINSIGHT_ML'] === 'off') return null;
  const file = resolve('.tools/paths.json');
  const path = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { mlPython?: string }).mlPython
    : undefined;
  if (path && existsSync(path)) return path;
  if (process.env['CI'] === 'true')
    throw new Error('No Python environment: run the tests by `npm test`, which installs it');
  return null;
}
