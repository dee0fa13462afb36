import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

/**
 * The directory of recorded data, or null in a clone without it: tests that need it then skip and say so.
 * In CI its absence is a failure, so that a green run means that they ran.
 */
export function recordedDirectory(): string | null {
  const directory = resolve(process.env['FINSIGHT_RECORDED_DIR'] ?? '../shared/data');
  if (existsSync(directory)) return directory;
  if (process.env['CI'] === 'true') throw new Error(`Recorded data not found at ${directory}; CI needs it`);
  return null;
}
