import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { recordedDirectory } from './recorded.js';

/** Where a file of the shared fixtures lies, or null in a clone without them. In CI its absence is a failure. */
export function fixturePath(name: string): string | null {
  const recorded = recordedDirectory();
  const path = recorded === null ? '' : resolve(recorded, '../fixtures', name);
  if (existsSync(path)) return path;
  if (process.env['CI'] === 'true') throw new Error(`No fixture at ${path}; CI needs it`);
  return null;
}

/** Reads a file of numbers to be equal to, or null: tests that need it then skip and say so. */
export function readFixture(name: string): any {
  const path = fixturePath(name);
  return path === null ? null : JSON.parse(readFileSync(path, 'utf8'));
}

/** Equal to so many parts of itself; null is NaN, infinities are text. */
export function isClose(actual: number | undefined, expected: unknown, relative = 1e-9): boolean {
  if (expected === null) return Number.isNaN(actual);
  const wanted = Number(expected);
  if (!Number.isFinite(wanted)) return actual === wanted;
  return Math.abs((actual ?? NaN) - wanted) <= relative * Math.max(Math.abs(wanted), 1e-6);
}
