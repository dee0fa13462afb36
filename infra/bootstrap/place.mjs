import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder, whatever the current directory is. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');
export const TOOLS = join(ROOT, '.tools');
export const LOGS = join(TOOLS, 'logs');
export const WINDOWS = process.platform === 'win32';

/** An executable of a Python environment. */
export const executable = (environment, name) =>
  WINDOWS ? join(environment, 'Scripts', `${name}.exe`) : join(environment, 'bin', name);

export const ML_PROJECT = join(ROOT, 'ml-pipelines');
export const ML_ENVIRONMENT = join(ML_PROJECT, '.venv');

/** Exit code for "something needed is not reachable" (bootstrap fails only for that). */
export const EXIT_MISSING = 5;

/** A prerequisite or step that failed; its message is all that a person reads: what, why and the cure. */
export class StepError extends Error {
  name = 'StepError';
}
