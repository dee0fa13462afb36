import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { installMlInBackground } from './bootstrap/ml.mjs';
import { EXIT_MISSING, ROOT, StepError } from './bootstrap/place.mjs';
import { prepare } from './bootstrap/prepare.mjs';
import { runTests } from './bootstrap/tests.mjs';

/** Plain Node, no package: what a fresh clone can run. `start [args]`, `test [filter]`, `prepare`. */
const JOBS = {
  async start(args) {
    await prepare();
    installMlInBackground((line) => process.stderr.write(`${line}\n`));
    return runProgram(['start', ...args]);
  },
  async test(args) {
    await prepare({ ml: true });
    return runTests(args);
  },
  async prepare() {
    await prepare({ ml: true });
    return 0;
  },
};

/** The compiled program on this terminal, signals passed on; its exit code. */
function runProgram(args) {
  const main = join(ROOT, 'dist', 'cli', 'main.js');
  const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'])
    process.on(signal, () => {
      // A terminal sends Ctrl+C to the whole group: the child has it already.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    });
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? (signal === 'SIGKILL' ? 137 : 143)));
  });
}

const [job = '', ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(JOBS, job)) {
    process.stderr.write(`Unknown job "${job}"; known: ${Object.keys(JOBS).join(', ')}\n`);
    process.exit(2);
  }
  process.exit(await JOBS[job](args));
} catch (error) {
  if (!(error instanceof StepError)) throw error;
  process.stderr.write(`finsight: ${error.message}\n`);
  process.exit(EXIT_MISSING);
}
