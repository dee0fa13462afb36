import { afterEach, describe, expect, it, vi } from 'vitest';
import { dataOf, errorOf, failureOf } from '../../cli/api.js';
import { progressPrinter } from '../../cli/follow.js';
import { createProgram, globalFirst, main } from '../../cli/main.js';
import { exitCodeOf, printJson, printTable, reportFailure } from '../../cli/output.js';
import { clearPlatform, readPlatform, writePlatform } from '../../cli/platform.js';
import { DataQualityError, InvalidInputError, UnreachableError } from '../../domain/errors.js';
import { temporaryDirectory } from '../temporal.js';

const captured = (): { out: string[]; err: string[] } => {
  const text = { out: [] as string[], err: [] as string[] };
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => text.out.push(String(chunk)) > 0);
  vi.spyOn(process.stderr, 'write').mockImplementation((chunk) => text.err.push(String(chunk)) > 0);
  return text;
};

afterEach(() => {
  vi.restoreAllMocks();
});

describe('what the command line prints', () => {
  it('is one JSON line, NaN as null and infinities as text', () => {
    const { out } = captured();
    printJson({ a: NaN, b: Infinity, c: -Infinity, d: 1 });
    expect(out).toEqual(['{"a":null,"b":"Infinity","c":"-Infinity","d":1}\n']);
  });

  it('is an aligned table for people', () => {
    const { out } = captured();
    printTable([
      { name: 'a', n: 1 },
      { name: 'long', n: null },
    ]);
    expect(out.join('')).toBe('name  n\na     1\nlong  –\n');
  });

  it.each([
    [new InvalidInputError('x'), 2],
    [new DataQualityError('x'), 4],
    [new UnreachableError('x'), 5],
    [new Error('x'), 1],
  ])('ends by the class of the error: %s', (error, code) => {
    const { out } = captured();
    expect(exitCodeOf(error)).toBe(code);
    expect(reportFailure(error, true)).toBe(code);
    expect(JSON.parse(out[0] ?? '')).toMatchObject({ exitCode: code, error: { message: 'x' } });
  });

  it('shows each change of a step once', () => {
    const { err } = captured();
    const show = progressPrinter({ isTTY: false } as NodeJS.WriteStream);
    const step = { name: 'bars', state: 'running', detail: '' };
    const retry = { story: 'bars/x', step: 'fetchBars', attempt: 2, attempts: 12, failure: 'HTTP 503' };
    show({ steps: [step] });
    show({ steps: [{ ...step, detail: '12 new' }], retrying: [retry] });
    show({ steps: [{ ...step, detail: '12 new' }], retrying: [retry] });
    show({ steps: [{ ...step, state: 'done', detail: '24 new' }] });
    expect(err).toEqual(['… bars\n', '↻ fetchBars, attempt 2 of 12: HTTP 503\n', '✓ bars  24 new\n']);
  });
});

describe('answers of the API', () => {
  it.each([
    [404, 'NotFoundError'],
    [422, 'DataQualityError'],
    [503, 'UnreachableError'],
    [429, 'UnreachableError'],
    [400, 'InvalidInputError'],
    [500, 'Error'],
  ])('with status %i become %s', (status, name) => {
    expect(errorOf(status, { detail: 'why' })).toMatchObject({ name, message: 'why' });
  });

  it('that want a key say where the command line takes it from', () => {
    expect(errorOf(401, { detail: 'why' }).message).toMatch(
      /^why.*FINSIGHT_API_KEY or FINSIGHT_API_KEY_FILE/,
    );
  });

  it('give their data, or throw their problem', () => {
    expect(dataOf({ data: 1, response: new Response() })).toBe(1);
    expect(() => dataOf({ error: { detail: 'no' }, response: new Response(null, { status: 400 }) })).toThrow(
      'no',
    );
    expect(failureOf({ type: 'InvalidInputError', message: 'no' }).name).toBe('InvalidInputError');
    expect(failureOf(null).message).toMatch(/without a reason/);
  });
});

describe('the commands', () => {
  it('take --json and --data-dir wherever they stand', () => {
    expect(globalFirst(['runs', '--json', 'list', '--data-dir', 'x'])).toEqual([
      '--json',
      '--data-dir',
      'x',
      'runs',
      'list',
    ]);
  });

  it('know their names', () => {
    const names = createProgram().commands.map((each) => each.name());
    expect(names).toEqual(
      expect.arrayContaining([
        'start',
        'up',
        'worker',
        'api',
        'run',
        'runs',
        'bars',
        'news',
        'predict',
        'backtest',
        'models',
        'doctor',
      ]),
    );
  });

  it('list the strategies without a platform', async () => {
    const { out } = captured();
    expect(await main(['backtest', 'strategies', '--json'])).toBe(0);
    expect(JSON.parse(out.at(-1) ?? '').strategies.map((each: { name: string }) => each.name)).toContain(
      'sma-cross',
    );
  });

  it.each([
    [['fly'], 2],
    [['worker', '--queues', 'gpu,tpu'], 2],
    [['bars', 'show', 'nonsense'], 2],
    [['bars', 'list'], 5],
    [['news', 'list'], 5],
    [['runs', 'list'], 5],
    [['models', 'list'], 5],
    [['backtest', 'list'], 5],
    [['predict', 'binance/BTC-USDT/1h'], 5],
    [['run', 'story', 'predict', '--input', '{'], 2],
  ])('%j ends with %i where no platform runs', async (argv, code) => {
    const directory = temporaryDirectory();
    captured();
    expect(await main([...argv, '--data-dir', directory.path])).toBe(code);
    directory.remove();
  });

  it('doctor names what is wrong, as JSON too', async () => {
    const directory = temporaryDirectory();
    const { out } = captured();
    await main(['doctor', '--json', '--data-dir', directory.path]);
    const answer = JSON.parse(out[0] ?? '') as { findings: { check: string; ok: boolean }[] };
    expect(answer.findings.find((each) => each.check === 'sentiment model')?.ok).toBe(true);
    directory.remove();
  });
});

describe('the mark of a running platform', () => {
  it('is found while its process lives, and removed by its own process only', () => {
    const directory = temporaryDirectory();
    const state = { apiUrl: 'http://x', temporalAddress: 'y', temporalUi: null, startedAt: 1 };
    expect(readPlatform(directory.path)).toBeNull();
    writePlatform(directory.path, { ...state, pid: process.pid });
    expect(readPlatform(directory.path)?.apiUrl).toBe('http://x');
    clearPlatform(directory.path);
    expect(readPlatform(directory.path)).toBeNull();
    writePlatform(directory.path, { ...state, pid: 2 ** 22 + 1 });
    expect(readPlatform(directory.path)).toBeNull();
    directory.remove();
  });
});
