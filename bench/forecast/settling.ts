import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { environment } from '../../adapters/config.js';
import { UnreachableError } from '../../domain/errors.js';
import type { ForecastTask } from '../forecast.js';

const MAIN = fileURLToPath(new URL('../../cli/main.js', import.meta.url));
/** The settings of the platform's workers (cli/up.ts). */
const FLAGS = ['--max-old-space-size=512', '--max-semi-space-size=4'];
const OPEN = 10_000;
const LIMIT_MB = 1024;

/**
 * Ten thousand predictions, all open at once, settled by their stories on a clock that skips time: peak memory of the
 * process that runs the stories, the steps and the stores. The test server is not part of a platform and stands beside it.
 */
export async function benchSettling(_task: ForecastTask): Promise<Record<string, unknown>> {
  const figures = await demo(['--n', String(OPEN), '--horizon', '24h']);
  const { memoryMb, parts } = figures as { memoryMb: { process: number }; parts: { settling: number } };
  return {
    ...figures,
    perSecond: OPEN / parts.settling,
    limits: { processMb: LIMIT_MB },
    isWithin: memoryMb.process < LIMIT_MB,
  };
}

function demo(args: string[]): Promise<Record<string, unknown>> {
  const child = spawn(process.execPath, [...FLAGS, MAIN, 'demo', 'settle', ...args, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...environment(), MALLOC_ARENA_MAX: '2' },
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  return new Promise((done, fail) => {
    child.once('error', fail);
    child.once('close', (code) => {
      const last = out.trimEnd().split('\n').at(-1) ?? '';
      if (code === 0) done(JSON.parse(last) as Record<string, unknown>);
      else fail(new UnreachableError(`finsight demo settle ended with exit code ${code}`));
    });
  });
}
