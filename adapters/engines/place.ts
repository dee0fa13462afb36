import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { environment, projectRoot } from '../config.js';

/**
 * Where `infra/engines/install.mjs` puts engines: outside the checkout, under the names of what they were made from, so
 * that clones and versions share them and never mix.
 */
const placeOf = (name: string): string =>
  join(environment()['FINSIGHT_ENGINES_DIR'] || join(homedir(), '.cache', 'finsight', 'engines'), name);

/** The first digits of the sha256 of files below the project, as the installer takes them. */
const stampOf = (...files: string[]): string => {
  const hash = createHash('sha256');
  for (const file of files) hash.update(readFileSync(join(projectRoot(), file)));
  return hash.digest('hex').slice(0, 12);
};

export const INSTALL = 'run: npm run engines';

export interface Installed {
  place: string;
  /** Versions by engine. */
  versions: Record<string, string>;
}

/** What stands in `ready.json`, which is written last; null while it is not there. */
function installedAt(place: string): Installed | null {
  const file = join(place, 'ready.json');
  if (!existsSync(file)) return null;
  return { place, versions: JSON.parse(readFileSync(file, 'utf8')) as Record<string, string> };
}

const PYTHON = ['pyproject.toml', 'uv.lock'].map((name) => join('ml-pipelines', 'finsight_verify', name));
const JAVA = ['pom.xml', 'Ta4jEngine.java'].map((name) => join('infra', 'engines', 'ta4j', name));

export const pythonEngines = (): Installed | null => installedAt(placeOf(`python-${stampOf(...PYTHON)}`));
export const javaEngines = (): Installed | null => installedAt(placeOf(`ta4j-${stampOf(...JAVA)}`));

/** The Python of the engines' environment. */
export const pythonOf = ({ place }: Installed): string =>
  process.platform === 'win32' ? join(place, 'Scripts', 'python.exe') : join(place, 'bin', 'python');
