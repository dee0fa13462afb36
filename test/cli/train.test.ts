import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  distributedOptions,
  forecastBase,
  forecastOptions,
  type ForecastFlags,
} from '../../cli/training/flags.js';
import { progressPrinter } from '../../cli/follow.js';
import { Command } from 'commander';
import { storyId } from '../../workflows/ids.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { seed } from '../api/made-records.js';
import { madeStory } from '../api/made-stories.js';
import { runCommand } from './command.js';
import { commandPlatform } from './made-shell.js';

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

  it.each([
    [['--processes', '2'], { engine: 'torchrun', processes: 2 }],
    [
      ['--engine', 'ray', '--processes', '4', '--ray-address', 'head:6379'],
      { engine: 'ray', processes: 4, address: 'head:6379' },
    ],
    [
      ['--nodes', 'gpu1,gpu2', '--rendezvous', 'gpu1:29500'],
      { engine: 'torchrun', processes: 1, nodes: ['gpu1', 'gpu2'], rendezvous: 'gpu1:29500' },
    ],
    [[], undefined],
  ])('reads %j into processes and where they run', (words, distributed) => {
    const command = distributedOptions(forecastOptions(new Command()));
    command.parse(['--dataset', 'ds_1', ...words], { from: 'user' });
    const base = forecastBase(command.opts<ForecastFlags>());
    expect(base).toEqual({ dataset: 'ds_1', ...(distributed && { training: { distributed } }) });
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

describe('finsight train on a platform', () => {
  const { platform, json, shown } = commandPlatform(({ ports }) => seed(ports));

  it('lists trainers, trainings, tunings and data sets', async () => {
    expect((await json('train', 'trainers')).answer.items).toHaveLength(6);
    expect((await json('train', 'list')).answer.items?.[0]).toMatchObject({ state: 'finished' });
    expect((await shown('train', 'show', 'mdl_example@1')).out).toContain('mdl_example@1');
    expect((await shown('train', 'follow', 'mdl_example@1')).out).toContain('finished');
    expect((await shown('train', 'tunings')).out).toContain('tun_example');
    expect((await shown('dataset', 'list')).out).toContain('1,4');
    expect((await json('dataset', 'show', 'ds_example')).answer).toMatchObject({ id: 'ds_example' });
    expect((await json('dataset', 'show', 'ds_none')).code).toBe(2);
  });

  it('a version that comes out otherwise ends with 4, both digests and what differs', async () => {
    const recorded = { onnxSha256: 'a', weightsSha256: 'b' };
    const differences = [{ name: 'torch', recorded: '2.14', found: '2.15' }];
    const found = { ...recorded, weightsSha256: 'c' };
    const result = { model: 'mdl_mine@1', identical: false, recorded, found, differences, seconds: 1 };
    const { stories } = platform().stories;
    const workflowId = storyId('reproduceModel', { model: 'mine@1' });
    const ended = shown('train', 'reproduce', 'mine@1');
    await expect.poll(() => stories.has(workflowId), { timeout: 30_000 }).toBe(true);
    stories.set(workflowId, madeStory({ workflowId, kind: 'reproduceModel', result }));
    const { code, out, err } = await ended;
    expect(code).toBe(4);
    expect(out).toMatch(/weightsSha256 +b +c/);
    expect(out).toMatch(/torch +2.14 +2.15/);
    expect(err).toContain('mdl_mine@1 came out otherwise; see above');
  });
});
