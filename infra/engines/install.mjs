import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { readTools } from '../bootstrap/python.mjs';
import { WINDOWS, executable } from '../bootstrap/place.mjs';

/**
 * Installs backtest engines of others, as checks of ours: `node infra/engines/install.mjs [names]`. They are never a part
 * of a start nor of an image, and lie outside the checkout, each under the digest of what it is made from. A killed
 * installation goes on where it was: `ready.json` is written last, and uv and Maven keep what they have loaded.
 */
const ROOT = join(import.meta.dirname, '..', '..');
const PYTHON_PROJECT = join(ROOT, 'ml-pipelines', 'finsight_verify');
const TA4J = join(import.meta.dirname, 'ta4j');
const CACHE = process.env.FINSIGHT_ENGINES_DIR || join(homedir(), '.cache', 'finsight', 'engines');
const say = (line) => process.stderr.write(`${line}\n`);

const stampOf = (...files) => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
};

/** adapters/engines/place.ts finds them by the same names. */
const ENGINES = {
  python: {
    what: 'Backtrader, vectorbt and backtesting.py (about 1 GB)',
    place: () => `python-${stampOf(join(PYTHON_PROJECT, 'pyproject.toml'), join(PYTHON_PROJECT, 'uv.lock'))}`,
    async install(place) {
      const { uv, python } = findUv();
      const compile = process.env.CI === 'true' ? [] : ['--compile-bytecode'];
      const from = python ? ['--python', python] : [];
      await run(uv, ['sync', '--frozen', '--project', PYTHON_PROJECT, ...from, ...compile], {
        UV_PROJECT_ENVIRONMENT: place,
        UV_PYTHON_DOWNLOADS: 'never',
        UV_HTTP_TIMEOUT: '120',
        VIRTUAL_ENV: '',
      });
      const ask = ['-m', 'finsight_verify', 'versions'];
      const answer = execFileSync(executable(place, 'python'), ask, {
        cwd: join(ROOT, 'ml-pipelines'),
        stdio: ['ignore', 'pipe', 'pipe'],
        encoding: 'utf8',
      });
      return JSON.parse(answer.trim().split('\n').at(-1));
    },
  },
  ta4j: {
    what: 'ta4j (3 MB)',
    place: () => `ta4j-${stampOf(join(TA4J, 'pom.xml'), join(TA4J, 'Ta4jEngine.java'))}`,
    async install(place) {
      for (const needed of ['mvn', 'javac'])
        if (!onPath(needed))
          throw new Error(
            `it needs ${needed}; install Java 17 and Maven (Debian: apt install maven default-jdk-headless)`,
          );
      const draft = mkdtempSync(join(CACHE, '.ta4j-'));
      try {
        const jars = join(draft, 'jars');
        const pom = join(TA4J, 'pom.xml');
        await run(command('mvn'), [
          '-q',
          '-B',
          '-f',
          pom,
          'dependency:copy-dependencies',
          `-DoutputDirectory=${jars}`,
        ]);
        await run('javac', ['-cp', join(jars, '*'), '-d', draft, join(TA4J, 'Ta4jEngine.java')]);
        rmSync(place, { recursive: true, force: true });
        renameSync(draft, place);
      } finally {
        rmSync(draft, { recursive: true, force: true });
      }
      const version = /<artifactId>ta4j-core<\/artifactId>\s*<version>(.+?)<\/version>/.exec(
        readFileSync(join(TA4J, 'pom.xml'), 'utf8'),
      );
      return { ta4j: version?.[1] ?? '' };
    },
  },
};

const command = (name) => (WINDOWS ? `${name}.cmd` : name);
const onPath = (name) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command(name))));

/** What the bootstrap installed, wherever it lies. */
function findUv() {
  const tools = readTools();
  if (tools) return tools;
  const file = join(ROOT, '.tools', 'paths.json');
  const beside = existsSync(file) ? dirname(JSON.parse(readFileSync(file, 'utf8')).temporal ?? '') : '';
  const uv = join(beside, WINDOWS ? 'uv.exe' : 'uv');
  if (beside && existsSync(uv)) return { uv };
  if (onPath('uv')) return { uv: 'uv' };
  throw new Error('it needs uv, which the bootstrap installs; run: node infra/bootstrap.mjs prepare');
}

/** On this terminal, so that its progress is seen; stdout belongs to the answer of whoever started this. */
function run(name, args, env = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(name, args, { stdio: ['ignore', 2, 2], env: { ...process.env, ...env } });
    child.once('error', reject);
    child.once('close', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`${name} ended with ${signal ?? `code ${code}`}`)),
    );
  });
}

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(ENGINES, name));
if (unknown) {
  say(`Unknown engines "${unknown}"; known: ${Object.keys(ENGINES).join(', ')}`);
  process.exit(2);
}
let failed = 0;
for (const [name, { what, place, install }] of Object.entries(ENGINES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  const folder = join(CACHE, place());
  if (existsSync(join(folder, 'ready.json'))) {
    say(`${name}: installed in ${folder}`);
    continue;
  }
  say(`Installing ${what}`);
  const started = Date.now();
  try {
    mkdirSync(CACHE, { recursive: true });
    const versions = await install(folder);
    writeFileSync(join(folder, 'ready.json'), JSON.stringify(versions));
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    say(`${name}: installed in ${folder} in ${seconds} s (${JSON.stringify(versions)})`);
  } catch (error) {
    failed++;
    say(`${name} could not be installed: ${error.message}`);
  }
}
process.exit(failed > 0 ? 5 : 0);
