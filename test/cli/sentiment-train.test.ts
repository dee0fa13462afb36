import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

describe('finsight sentiment train', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'sentfin.csv'), 'text,label\nAcme soars,positive\n');
  const train = (...words: string[]) =>
    runCommand(['sentiment', 'train', '--data-dir', join(directory, 'platform'), '--json', ...words]);

  it.each([
    ['a directory without sets', ['--data', join(directory, 'none')], 2],
    ['a set that is not there', ['--data', directory, '--sets', 'sentfin,other'], 2],
    ['sets named beside --research', ['--data', directory, '--sets', 'sentfin', '--research'], 2],
    ['a number of passes that is none', ['--data', directory, '--epochs', 'many'], 2],
    ['no platform to train on', ['--data', directory, '--sets', 'sentfin'], 5],
  ])('%s ends with the code for it', async (_what, words, expected) => {
    const { code } = await train(...words);
    expect(code).toBe(expected);
  });
});
