import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const LAYERS = ['domain', 'adapters', 'activities', 'workflows', 'workers', 'api', 'cli', 'infra', 'bench'];
const LEFT_OUT = new Set(['node_modules', 'dist', 'fixtures']);
/** Names that say nothing about what is inside. */
const EMPTY_WORDS = [
  'utils',
  'helpers',
  'common',
  'services',
  'managers',
  'repositories',
  'usecases',
  'misc',
];

function filesBelow(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (LEFT_OUT.has(name)) return [];
    return statSync(path).isDirectory() ? filesBelow(path) : [path];
  });
}

const files = LAYERS.flatMap((layer) => filesBelow(join(root, layer))).map((path) => relative(root, path));
const sources = files.filter((file) => /\.(ts|mjs)$/.test(file));

describe('the folders', () => {
  it('hold files named by kebab-case nouns', () => {
    expect(sources.filter((file) => !/^[a-z0-9/.-]+$/.test(file))).toEqual([]);
  });

  it.each(EMPTY_WORDS)('have no "%s"', (word) => {
    expect(sources.filter((file) => file.split(/[/.]/).includes(word))).toEqual([]);
  });

  it('import with the .js suffix', () => {
    // AssemblyScript has no suffixes.
    const typed = sources.filter((file) => !file.startsWith('adapters/backtest/kernel/'));
    const faulty = typed.filter((file) =>
      /from '\.{1,2}\/[^']*(?<!\.(?:js|mjs|json))'/.test(readFileSync(join(root, file), 'utf8')),
    );
    expect(faulty).toEqual([]);
  });

  it('leave no work for later in the code', () => {
    const later = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'X' + 'XX'].join('|')})\\b`);
    expect(sources.filter((file) => later.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
