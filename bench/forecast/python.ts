import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { readToolPaths } from '../../adapters/toolchain.js';
import { projectRoot } from '../../adapters/config.js';
import { UnreachableError } from '../../domain/errors.js';

/**
 * The last line that `python -m finsight_ml <args>` prints, as JSON; what it tells meanwhile goes to stderr.
 * @throws UnreachableError where it ends with an error.
 */
export function askPython(args: string[]): Promise<Record<string, unknown>> {
  const child = spawn(readToolPaths().mlPython, ['-m', ...args], {
    cwd: join(projectRoot(), 'ml-pipelines'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      const last = out.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0) done(JSON.parse(last) as Record<string, unknown>);
      else fail(new UnreachableError(`python -m ${args.join(' ')} ended with exit code ${code}`));
    });
  });
}
