import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { forecastBase, forecastOptions, type ForecastFlags } from '../../cli/training/flags.js';
import { progressPrinter } from '../../cli/follow.js';
import { Command } from 'commander';
import { temporaryDirectory } from '../adapters/directories.js';
import { runCommand } from './command.js';

const run = ['train', 'run', '--name', 'mine', '--dataset', 'ds_1'];

describe('finsight train and dataset', () => {
  const platform = join(temporaryDirectory(), 'platform');

  it.each([
    ['a training without a data set', ['train', 'run', '--name', 'mine'], 2],
    ['a parameter without a value', [...run, '--param', 'layers'], 2],
    ['a number of epochs that is none', [...run, '--max-epochs', 'many'], 2],
    ['levels that are no numbers', [...run, '--quantiles', '0.1,half'], 2],
    ['a space that is no JSON', ['train', 'tune', '--name', 'mine', '--dataset', 'ds_1', '--space', '{'], 2],
    ['an unknown verb', ['train', 'fly'], 2],
    ['a data set without streams', ['dataset', 'build'], 2],
    ['a stream that is none', ['dataset', 'build', '--streams', 'BTC'], 2],
    ['no platform to train on', run, 5],
    ['no platform to reproduce on', ['train', 'reproduce', 'mine@1'], 5],
    ['no platform to list', ['train', 'list'], 5],
  ])('%s ends with the code for it', async (_what, words, expected) => {
    const { code } = await runCommand([...words, '--data-dir', platform, '--json']);
    expect(code).toBe(expected);
  });

  it('reads parameters and settings into the input of trainModel', () => {
    const command = forecastOptions(new Command());
    command.parse(
      [
        '--dataset',
        'ds_1',
        '--trainer',
        'patchtsmixer',
        '--param',
        'layers=3',
        '--param',
        'gated=false',
      ].concat(['--param', 'mode=deep', '--quantiles', '0.1,0.9', '--max-epochs', '9', '--compile']),
      { from: 'user' },
    );
    expect(forecastBase(command.opts<ForecastFlags>())).toEqual({
      ...{ dataset: 'ds_1', trainer: 'patchtsmixer', params: { layers: 3, gated: false, mode: 'deep' } },
      training: { maxEpochs: 9, compile: true, quantiles: [0.1, 0.9] },
    });
  });

  it('prints each epoch once while a story is followed', () => {
    const lines: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text: string) => Boolean(lines.push(text));
    try {
      const show = progressPrinter();
      const epoch = (number: number) => ({ epoch: number, trainLoss: 0.5, validationLoss: 0.25 });
      const told = { story: 'train/a', maxEpochs: 3, rowsPerSecond: 1234.5 };
      show({ steps: [], training: [{ ...told, epochs: [epoch(1)] }] });
      show({ steps: [], training: [{ ...told, epochs: [epoch(1), epoch(2)] }] });
      show({ steps: [], training: [{ ...told, epochs: [epoch(1), epoch(2)] }] });
    } finally {
      process.stderr.write = write;
    }
    expect(lines).toEqual([
      '  epoch 1 of 3: training loss 0.50000, validation loss 0.25000, 1235 rows/s\n',
      '  epoch 2 of 3: training loss 0.50000, validation loss 0.25000, 1235 rows/s\n',
    ]);
  });
});
