import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { recordedDirectory } from './recorded.js';

/**
 * Reads a file of numbers to be equal to, or null in a clone without them: tests that need it then skip and say so. In CI
 * its absence is a failure.
 */
export function readFixture(name: string): any {
  const recorded = recordedDirectory();
  const path = recorded === null ? '' : resolve(recorded, '../fixtures', name);
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'));
  if (process.env['CI'] === 'true') throw new Error(`No fixture at ${path}; CI needs it`);
  return null;
}

/** Equal to so many parts of itself; null is NaN, infinities are text. */
export function isClose(actual: number | undefined, expected: unknown, relative = 1e-9): boolean {
  if (expected === null) return Number.isNaN(actual);
  const wanted = Number(expected);
  if (!Number.isFinite(wanted)) return actual === wanted;
  return Math.abs((actual ?? NaN) - wanted) <= relative * Math.max(Math.abs(wanted), 1e-6);
}
