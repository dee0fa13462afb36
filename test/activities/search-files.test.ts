import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { barsFileSteps } from '../../activities/bars/files.js';
import { searchFile, type LocalSearchInput } from '../../activities/search/local.js';
import { searchSteps } from '../../activities/search/planning.js';
import { validationSteps } from '../../activities/search/validating.js';
import { bestOf } from '../../domain/backtest/search/search.js';
import { drawCombinations } from '../../domain/backtest/search/draws.js';
import { parseSpace } from '../../domain/backtest/search/space.js';
import { UnreachableError } from '../../domain/errors.js';
import type { SuggestRequest } from '../../domain/ml.js';
import type { SuggestionsPort } from '../../adapters/ports.js';
import { walk } from '../domain/made-bars.js';
import { madePorts } from './made-ports.js';

const STREAM = 'binance/BTC-USDT/1h';
const { ports, directory, remove } = madePorts();
afterAll(remove);
const path = join(directory, 'bars.csv');
const odd = join(directory, 'odd.csv');

beforeAll(async () => {
  const { time, open, high, low, close, volume } = walk(24 * 60, 11);
  const lines = (step: number) =>
    Array.from(time, (at, i) =>
      [(time[0] ?? 0) + (at - (time[0] ?? 0)) * step, open[i], high[i], low[i], close[i], volume[i]].join(),
    );
  writeFileSync(path, `time,open,high,low,close,volume\n${lines(1).join('\n')}\n`);
  writeFileSync(odd, `time,open,high,low,close,volume\n${lines(1.75).join('\n')}\n`);
  await barsFileSteps(ports).importBarsFile({ path, stream: STREAM });
});

const search: LocalSearchInput['search'] = {
  strategy: 'sma-cross',
  space: { fast: '5:20:5', slow: '30:60:10' },
  method: 'grid',
  spec: { costs: { feeBps: 1, slippageBps: 0 } },
};
const WALK = { kind: 'walk-forward', train: 20, test: 10, purge: 1, embargo: 0, anchored: false } as const;
const CROSS = { kind: 'combinatorial', groups: 4, tested: 1, purge: 1, embargo: 1 } as const;
const run = (more: Partial<LocalSearchInput['search']> = {}, file = path) =>
  searchFile(ports, { file: { path: file }, search: { ...search, ...more } });

describe('a search on a file', () => {
  it.each([
    ['no validation', {}],
    ['a walk-forward', { validation: WALK }],
    ['combinatorial validation', { validation: CROSS }],
    ['random trials', { method: 'random' as const, trials: 9, seed: 3 }],
  ])('finds with %s what the story’s steps find on the stored bars', async (_, more) => {
    const found = await run(more);
    const steps = { ...searchSteps(ports), ...validationSteps(ports) };
    const plan = await steps.planSearch({ ...search, ...more, stream: STREAM });
    const { scored } = await steps.tryTrials({ plan, from: 0, to: plan.trials });
    expect(found.best).toMatchObject(bestOf(scored));
    expect(found.tried).toBe(scored.length);
    const parts = [];
    for (let index = 0; plan.validation.kind === 'walk-forward' && index < plan.splits; index++)
      parts.push(await steps.walkPart({ plan, index }));
    expect(found.forward.map(({ params, entries }) => [params, entries])).toEqual(
      parts.map(({ params, entries }) => [params, entries]),
    );
    if (plan.validation.kind === 'combinatorial')
      expect(found.outOfSample).toEqual(await steps.crossValidateSearch({ plan }));
    expect(found.outOfSample === null).toBe(plan.validation.kind === 'none');
  });

  it('keeps nothing: no trial, no record, no object', async () => {
    const count = async () => [
      await ports.documents.count('trials', {}),
      await ports.documents.count('searches', {}),
      (await ports.objects.list('searches/')).length,
    ];
    const before = await count();
    await run({ validation: WALK, seed: 9 });
    expect(await count()).toEqual(before);
  });

  it('is the same search for the same bars elsewhere', async () => {
    const copy = join(directory, 'copy.csv');
    copyFileSync(path, copy);
    const [one, other] = [await run(), await run({}, copy)];
    expect(other.digest).toBe(one.digest);
    expect(other.source).toEqual({ kind: 'recorded', detail: copy });
  });

  it('ends early by its patience, and writes a page where it is asked', async () => {
    const random = { method: 'random' as const, trials: 400, space: { fast: '2:40', slow: '50:300' } };
    const told: number[] = [];
    const found = await searchFile(ports, {
      file: { path },
      search: { ...search, ...random, patience: { trials: 20, gain: 0 } },
      onProgress: (done) => told.push(done),
      report: true,
    });
    expect(found).toMatchObject({ stoppedEarly: true, tried: 200 });
    expect(told).toEqual([200]);
    expect(found.html).toContain('Not known: the search was judged on the days that it was made on');
  });

  it.each<[string, Partial<LocalSearchInput['search']>, string, RegExp]>([
    ['an unknown parameter', { space: { fsat: [1] } }, path, /Unknown parameter "fsat"/],
    ['an odd bar length', {}, odd, /has bars of 105 minutes; a search takes 1m/],
    ['a strategy of more than bars', { strategy: 'news-sentiment' }, path, /needs sentiment/],
    ['windows that are too long', { validation: { ...WALK, train: 900 } }, path, /days|window/],
  ])('is refused: %s', async (_, more, file, message) => {
    await expect(run(more, file)).rejects.toThrow(message);
  });
});

describe('a Bayesian search on a file', () => {
  const space = { fast: '2:40', slow: '41:90' };
  const bayesian = { ...search, space, method: 'bayesian', trials: 25, seed: 3 } as const;
  const searched = (suggestions: SuggestionsPort) =>
    searchFile({ ...ports, suggestions }, { file: { path }, search: bayesian });

  it('asks for ten at a time, tells all that was tried, and ends the process', async () => {
    const asked: SuggestRequest[] = [];
    let closed = 0;
    const found = await searched({
      open: async () => ({
        ask: async (request) => {
          asked.push(request);
          const count = request.told.length + request.count;
          return {
            params: drawCombinations({ space: parseSpace(space), count, seed: '1' }).slice(-request.count),
          };
        },
        close: async () => void closed++,
      }),
    });
    expect(asked.map(({ told, count }) => [told.length, count])).toEqual([
      [0, 10],
      [10, 10],
      [20, 5],
    ]);
    expect([found.tried, closed]).toEqual([25, 1]);
  });

  it('says how to install what is missing', async () => {
    const error = new UnreachableError('is not installed');
    await expect(searched({ open: () => Promise.reject(error) })).rejects.toBe(error);
  });
});
