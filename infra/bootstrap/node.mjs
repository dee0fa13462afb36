import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runLogged } from './commands.mjs';
import { ROOT, StepError, WINDOWS } from './place.mjs';
import { census, clearStamp, contentHash, readJson, readStamp, treeHash, writeStamp } from './stamps.mjs';

const OLDEST = [20, 19];
const FOLDERS = ['domain', 'adapters', 'activities', 'workflows', 'workers', 'api', 'cli', 'bench', 'infra'];
const SETTINGS = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const at = (...names) => join(ROOT, ...names);

/** @throws StepError where this Node is too old. */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new StepError(
    `Node ${OLDEST.join('.')} or later is needed, this is ${version}; install it (https://nodejs.org) and start again.`,
  );
}

const packagesHash = () =>
  contentHash([at('package-lock.json')], process.platform, process.arch, process.versions.modules);

const HIDDEN_LOCK = at('node_modules', '.package-lock.json');

export function packagesAreFresh() {
  const stamp = readStamp('npm');
  return (
    stamp?.hash === packagesHash() &&
    existsSync(HIDDEN_LOCK) &&
    census(at('node_modules')) >= stamp.entries &&
    missingPackages().length === 0
  );
}

/** Direct dependencies that are not there: an installation that was disturbed can miss some and still end well. */
function missingPackages() {
  const { dependencies = {}, devDependencies = {} } = readJson(at('package.json')) ?? {};
  return Object.keys({ ...dependencies, ...devDependencies }).filter(
    (name) => !existsSync(at('node_modules', name, 'package.json')),
  );
}

/** Install scripts stay off: every native part comes prebuilt inside its package, and one script would download. */
export async function installPackages() {
  // npm believes this file, which may tell more than a killed installation has left.
  if (!readStamp('npm') || missingPackages().length > 0) rmSync(HIDDEN_LOCK, { force: true });
  clearStamp('npm');
  const inside = process.env.npm_execpath;
  const viaNode = inside !== undefined && /\.[cm]?js$/.test(inside) && existsSync(inside);
  await runLogged({
    what: 'Installing the npm packages',
    command: viaNode ? process.execPath : WINDOWS ? 'npm.cmd' : 'npm',
    args: [
      ...(viaNode ? [inside] : []),
      'install',
      '--no-save',
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
    ],
    cure: 'Check the connection to the npm registry (npm ping) and the free disk space, and start again.',
    log: 'npm',
  });
  const missing = missingPackages();
  if (missing.length > 0)
    throw new StepError(
      `The npm packages are incomplete (${missing.join(', ')} missing); remove node_modules and start again.`,
    );
  writeStamp('npm', { hash: packagesHash(), entries: census(at('node_modules')) });
}

const sources = () => treeHash([...FOLDERS, ...SETTINGS].map((name) => at(name)));
const built = () => [at('dist', 'cli', 'main.js'), at('dist', 'workflow-bundle.js')];

export const buildIsFresh = () =>
  readStamp('build')?.hash === sources() && built().every((file) => existsSync(file));

/** TypeScript to dist/, and the stories bundled once so that workers start at once. */
export async function build() {
  clearStamp('build');
  const hash = sources();
  const cure = 'Correct the errors above (npm run typecheck shows all of them) and start again.';
  const step = { command: process.execPath, cure };
  const compiler = at('node_modules', 'typescript', 'bin', 'tsc');
  await runLogged({
    ...step,
    what: 'Compiling TypeScript',
    args: [compiler, '-p', 'tsconfig.build.json'],
    log: 'tsc',
  });
  removeOrphans(at('dist'), ROOT);
  const kernel = at('adapters', 'backtest', 'kernel', 'index.ts');
  if (existsSync(kernel))
    await runLogged({
      ...step,
      what: 'Compiling the kernel of grids',
      args: [at('node_modules', 'assemblyscript', 'bin', 'asc.js'), ...kernelArgs(kernel)],
      log: 'asc',
    });
  const bundler = at('dist', 'workers', 'bundle.js');
  if (existsSync(bundler))
    await runLogged({ ...step, what: 'Bundling the workflows', args: [bundler], log: 'bundle' });
  writeStamp('build', { hash });
}

const kernelArgs = (entry) => [
  ...[entry, '--config', at('adapters', 'backtest', 'kernel', 'asconfig.json')],
  ...['--outFile', at('dist', 'adapters', 'backtest', 'kernel.wasm')],
];

/** A source that is gone must not live on as a compiled file. */
function removeOrphans(folder, source) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (name === 'workflow-bundle.js') continue;
    if (statSync(path).isDirectory()) removeOrphans(path, join(source, name));
    else if (!existsSync(join(source, name.replace(/\.js(\.map)?$/, '.ts')))) rmSync(path);
  }
}

const pages = () => treeHash([at('web'), at('domain'), at('api'), at('package-lock.json')]);
const hasPages = () => existsSync(at('web', 'index.html'));

export const pagesAreFresh = () =>
  !hasPages() || (readStamp('web')?.hash === pages() && existsSync(at('web', 'dist', 'index.html')));

export async function buildPages() {
  clearStamp('web');
  const hash = pages();
  const cure = 'Correct the errors above and start again.';
  const args = [at('node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web', '--logLevel', 'warn'];
  await runLogged({ what: 'Building the dashboard', command: process.execPath, args, cure, log: 'vite' });
  writeStamp('web', { hash });
}
