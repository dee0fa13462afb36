import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from './config.js';

/** `0.1.0+<commit>`: the code that made a record; without the commit where there is no repository. */
export function codeVersion(): string {
  const version = releaseVersion();
  const commit = commitOf(join(projectRoot(), '.git'));
  return commit ? `${version}+${commit.slice(0, 12)}` : version;
}

/** `0.1.0` */
export function releaseVersion(): string {
  const text = readFileSync(join(projectRoot(), 'package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Read from the files of the repository: there may be no git to ask. */
function commitOf(folder: string): string | null {
  const head = read(join(folder, 'HEAD'))?.trim();
  if (!head) return null;
  const [, name] = /^ref: (.+)$/.exec(head) ?? [];
  if (!name) return head;
  const packed = read(join(folder, 'packed-refs'))
    ?.split('\n')
    .find((line) => line.endsWith(` ${name}`));
  return read(join(folder, name))?.trim() ?? packed?.split(' ')[0] ?? null;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
