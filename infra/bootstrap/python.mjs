import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './commands.mjs';
import { ML_ENVIRONMENT, ROOT, StepError, TOOLS, WINDOWS, executable } from './place.mjs';
import { clearStamp, contentHash, readStamp, writeJson, writeStamp } from './stamps.mjs';

const OLDEST = [3, 11];
const CANDIDATES = WINDOWS
  ? ['python', 'python3']
  : ['python3.13', 'python3.12', 'python3.11', 'python3', 'python3.14'];
const REQUIREMENTS = join(ROOT, 'infra', 'bootstrap', 'requirements.txt');

/** Debian splits venv and ensurepip off; a Python without them is told apart from one that is missing. */
const QUESTION = [
  'import json, sys',
  'parts = list(sys.version_info[:3])',
  'try:',
  '    import venv, ensurepip',
  '    whole = True',
  'except ImportError:',
  '    whole = False',
  'print(json.dumps({"path": sys.executable, "version": parts, "whole": whole}))',
].join('\n');

function ask(command) {
  try {
    const answer = execFileSync(command, ['-c', QUESTION], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    return JSON.parse(answer);
  } catch {
    return null;
  }
}

const isRecent = ({ version: [major, minor] }) => major === OLDEST[0] && minor >= OLDEST[1];
const dotted = ({ version }) => version.join('.');

/** The first Python ≥ 3.11 with venv. @throws StepError with the cure. */
export function findPython() {
  const wanted = process.env.FINSIGHT_PYTHON;
  const found = (wanted ? [wanted] : CANDIDATES).map(ask).filter((each) => each !== null);
  const recent = found.filter(isRecent);
  const whole = recent.find((each) => each.whole);
  if (whole) return whole;
  const newest = recent[0];
  if (newest)
    throw new StepError(
      `Python ${dotted(newest)} (${newest.path}) lacks the modules venv and ensurepip; install them (Debian, Ubuntu: apt install python${newest.version.slice(0, 2).join('.')}-venv) and start again.`,
    );
  const seen = found[0] ? `found only Python ${dotted(found[0])} (${found[0].path})` : 'found none';
  const where = wanted ? `FINSIGHT_PYTHON is "${wanted}"` : `looked for ${CANDIDATES.join(', ')}`;
  throw new StepError(
    `Python 3.11 or later is needed, ${seen} (${where}); install it (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13) or name one with FINSIGHT_PYTHON, and start again.`,
  );
}

const tooling = (stamp) => ({
  uv: executable(stamp.environment, 'uv'),
  temporal: executable(stamp.environment, 'temporal'),
  temporalTestServer: executable(stamp.environment, 'temporal-test-server'),
});

/** The installed tools, or null where they are not there, are broken or are not the locked ones. */
export function readTools() {
  const stamp = readStamp('python');
  if (!stamp || stamp.hash !== contentHash([REQUIREMENTS], ROOT, process.env.FINSIGHT_PYTHON ?? ''))
    return null;
  const tools = tooling(stamp);
  // existsSync follows links, so an environment whose Python was uninstalled counts as broken.
  const needed = [...Object.values(tools), executable(stamp.environment, 'python')];
  return needed.every((file) => existsSync(file)) ? { ...tools, python: stamp.python } : null;
}

/** Puts uv and the Temporal binaries into an environment of our own: no system package is touched (PEP 668). */
export async function installTools() {
  clearStamp('python');
  const python = findPython();
  const environment = join(TOOLS, `python-${dotted(python)}`);
  for (const name of readdirSync(TOOLS))
    if (name.startsWith('python-')) rmSync(join(TOOLS, name), { recursive: true });
  const step = {
    what: 'Installing uv and Temporal from PyPI',
    cure: 'Check the connection to PyPI (or set PIP_INDEX_URL to a mirror) and start again.',
  };
  const create = ['-m', 'venv', environment];
  await runLogged({
    ...step,
    what: 'Creating a Python environment',
    command: python.path,
    args: create,
    log: 'venv',
  });
  const install = [
    '-m',
    'pip',
    'install',
    '--no-input',
    '--disable-pip-version-check',
    '--no-deps',
    '--only-binary',
    ':all:',
  ];
  await runLogged({
    ...step,
    command: executable(environment, 'python'),
    args: [...install, '--require-hashes', '-r', REQUIREMENTS],
    log: 'pip',
  });
  const hash = contentHash([REQUIREMENTS], ROOT, process.env.FINSIGHT_PYTHON ?? '');
  writeStamp('python', { hash, environment, python: python.path });
}

/** Where the compiled program finds what was installed. */
export function writePaths() {
  const { temporal, temporalTestServer } = readTools();
  const mlPython = executable(ML_ENVIRONMENT, 'python');
  writeJson(join(TOOLS, 'paths.json'), { temporal, temporalTestServer, mlPython });
}
