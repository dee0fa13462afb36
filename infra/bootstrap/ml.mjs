import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runLogged } from './commands.mjs';
import { tryLock, unlock, withLock } from './lock.mjs';
import { ML_ENVIRONMENT, ML_PROJECT, ROOT, StepError, TOOLS, executable } from './place.mjs';
import { readTools } from './python.mjs';
import { census, contentHash, readJson, writeJson } from './stamps.mjs';

const STATE = join(TOOLS, 'ml.json');
const LOCK = 'ml';

/** Before the program reads its configuration: the environment, else the project's `.env`. */
export function mlIsOff() {
  const file = join(ROOT, '.env');
  const written = existsSync(file)
    ? /^\s*FINSIGHT_ML\s*=\s*["']?(\w+)/m.exec(readFileSync(file, 'utf8'))?.[1]
    : undefined;
  return (process.env.FINSIGHT_ML || written) === 'off';
}

const lockedHash = () =>
  contentHash(
    [join(ML_PROJECT, 'uv.lock'), join(ML_PROJECT, 'pyproject.toml')],
    ROOT,
    readTools()?.python ?? '',
  );

function packagesFolder() {
  const library = join(ML_ENVIRONMENT, 'lib');
  const python = existsSync(library)
    ? readdirSync(library).find((name) => name.startsWith('python'))
    : undefined;
  return python ? join(library, python, 'site-packages') : join(ML_ENVIRONMENT, 'Lib', 'site-packages');
}

/** `ready`: nothing to do; `stale`: to be synchronised; `broken`: to be made anew. */
export function mlCondition({ dev }) {
  const state = readJson(STATE);
  if (!existsSync(ML_ENVIRONMENT)) return 'stale';
  if (!existsSync(executable(ML_ENVIRONMENT, 'python'))) return 'broken';
  if (state?.entries > census(packagesFolder())) return 'broken';
  return state?.state === 'ready' && state.hash === lockedHash() && (state.dev || !dev) ? 'ready' : 'stale';
}

/**
 * Installs the locked Python environment, gigabytes the first time. A killed installation left no `ready`
 * behind, so the next start goes on with what uv has cached. @throws StepError
 */
async function synchronise({ dev }) {
  const condition = mlCondition({ dev });
  if (condition === 'ready') return;
  if (condition === 'broken') rmSync(ML_ENVIRONMENT, { recursive: true, force: true });
  const before = readJson(STATE);
  const keepsDev = dev || (condition === 'stale' && before?.dev === true);
  writeJson(STATE, { state: 'installing', reason: 'the log is .tools/ml-install.log', dev: keepsDev });
  try {
    const { uv, python } = requireTools();
    if (!existsSync(join(ML_PROJECT, 'uv.lock')))
      throw new StepError('ml-pipelines/uv.lock is missing; restore it (git checkout).');
    // In CI the environment is used once: compiling every module costs more than it saves.
    const compile = process.env.CI === 'true' ? [] : ['--compile-bytecode'];
    const group = keepsDev ? ['--all-groups'] : ['--no-dev', '--inexact'];
    await runLogged({
      what: 'Installing the Python packages',
      command: uv,
      args: ['sync', '--frozen', '--project', ML_PROJECT, '--python', python, ...group, ...compile],
      env: {
        UV_PYTHON_DOWNLOADS: 'never',
        VIRTUAL_ENV: '',
        UV_PROJECT_ENVIRONMENT: ML_ENVIRONMENT,
        UV_HTTP_TIMEOUT: '120',
      },
      cure: 'Check the connection to PyPI and the free disk space (6 GB), and start again; FINSIGHT_ML=off does without.',
      log: join('..', 'ml-install'),
    });
    writeJson(STATE, {
      state: 'ready',
      reason: 'installed',
      dev: keepsDev,
      hash: lockedHash(),
      entries: census(packagesFolder()),
    });
  } catch (error) {
    writeJson(STATE, { state: 'failed', reason: error.message, dev: false });
    throw error;
  }
}

function requireTools() {
  const tools = readTools();
  if (tools) return tools;
  throw new StepError('uv is not installed yet; run: node infra/bootstrap.mjs prepare');
}

/** For tests: waits until the environment with its development packages is there. */
export const installMl = (say) => withLock(LOCK, say, () => synchronise({ dev: true }));

/** For a start: collection runs while PyTorch is still being installed by a process of its own. */
export function installMlInBackground(say) {
  if (mlIsOff() || mlCondition({ dev: false }) === 'ready') return;
  const self = fileURLToPath(import.meta.url);
  spawn(process.execPath, [self, 'background'], { detached: true, stdio: 'ignore', cwd: ROOT }).unref();
  say(
    'Python packages for training are installed in the background (.tools/ml.json says how far); training waits for them',
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url) && tryLock(LOCK)) {
  // A failure stands in .tools/ml.json and the log; nobody listens to this process.
  await synchronise({ dev: false }).catch(() => undefined);
  unlock(LOCK);
}
