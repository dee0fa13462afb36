import { spawn } from 'node:child_process';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { environment } from '../config.js';

export interface Command {
  /** Named in errors. */
  engine: string;
  command: string;
  args: string[];
  cwd: string;
  env?: Record<string, string>;
}

/** An engine that computes for ever is ended. */
const LONGEST_MS = 20 * 60_000;
const TAIL_CHARACTERS = 600;

/**
 * Runs an engine's process and reads the JSON object on its last line.
 * @throws InvalidInputError with its own words where it refuses, UnreachableError where it breaks.
 */
export async function runCommand({ engine, command, args, cwd, env }: Command): Promise<unknown> {
  const child = spawn(command, args, {
    cwd,
    env: { ...environment(), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  // An engine must not outlive the process that asked for it.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  let out = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-TAIL_CHARACTERS)));
  const code = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (status, signal) => resolve(status ?? signal ?? 'ended'));
  });
  process.off('exit', end);
  const answer = lastObject(out);
  const error = answer?.['error'] as { name: string; message: string } | undefined;
  if (error) throw new InvalidInputError(`${engine}: ${error.message}`);
  if (code === 0 && answer) return answer;
  throw new UnreachableError(`${engine} ended (${code}) without a result: ${said.trim() || out.slice(-200)}`);
}

function lastObject(out: string): Record<string, unknown> | null {
  const line = out.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
}
