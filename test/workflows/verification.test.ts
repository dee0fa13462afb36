import { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StepReply } from '../../activities/backtest/verify-steps.js';
import { InvalidInputError } from '../../domain/errors.js';
import { SEARCH_ATTRIBUTES } from '../../infra/temporal-server.js';
import { replayed, testServerBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = testServerBinary();
const KEYWORD = 2;
const request = (engine: string) => ({ engine });
const resultOf = (engine: string) => ({ engine, finalEquity: 1, version: '1' });
/** How many poll the queue, each time that a story looks; nobody after that. */
const pollers: number[] = [];
const plan = {
  requests: ['backtrader', 'vectorbt', 'backtesting.py'].map(request),
  here: ['ta4j'],
  refused: [],
};

describe.skipIf(!binary)('verifying a backtest (skipped without the time-skipping server)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  beforeAll(async () => {
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: binary! } },
    });
    await environment.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      steps: {
        cpu: {
          planVerification: async () => plan,
          countPollers: async () => pollers.shift() ?? 0,
          runEngine: async ({ engine }: { engine: string }) => ({ engine, result: resultOf(engine) }),
          compareEngines: async ({ replies }: { replies: StepReply[] }) => ({ verdict: 'equal', replies }),
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  const run = async (workflowId: string) => {
    const handle = await environment.client.workflow.start('verifyBacktest', {
      workflowId,
      taskQueue: 'finsight',
      args: [{ stream: 'binance/BTC-USDT/1h', strategy: 'sma-cross' }],
    });
    const { replies } = (await handle.result()) as { replies: StepReply[] };
    const progress = await handle.query<{ steps: { name: string; state: string; detail: string }[] }>(
      'progress',
    );
    expect(await replayed([{ workflowId, history: await handle.fetchHistory() }])).toBe(1);
    return { replies, steps: progress.steps };
  };

  it('goes on without the engines whose queue nobody serves, and says so at their steps', async () => {
    const { replies, steps } = await run('alone');
    expect(replies.map(({ engine, result }) => [engine, result !== null])).toEqual([
      ['backtrader', false],
      ['vectorbt', false],
      ['backtesting.py', false],
      ['ta4j', true],
    ]);
    for (const reply of replies.slice(0, 3))
      expect(reply).toMatchObject({
        available: false,
        failed: false,
        reason: expect.stringMatching(/^no worker on verify/),
      });
    expect(steps.map(({ name, state }) => `${name} ${state}`)).toContain('vectorbt done');
    expect(steps.find(({ name }) => name === 'vectorbt')?.detail).toMatch(/^skipped: no worker on verify/);
  });

  it('waits for a worker that is only busy, and says no worker where it has gone', async () => {
    pollers.push(1, 0);
    const { replies } = await run('busy');
    // Once there was somebody: it was asked again.
    expect(pollers).toEqual([]);
    expect(replies[0]).toMatchObject({ available: false, reason: expect.stringMatching(/^no worker/) });
  }, 150_000);

  it('takes an engine that refuses as an answer, and asks the others', async () => {
    const more = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      stepsOnly: true,
      steps: {
        verify: {
          runExternalBacktest: async ({ engine }: { engine: string }) => {
            if (engine === 'vectorbt') throw new InvalidInputError('it has no such size');
            return resultOf(engine);
          },
        },
      },
    });
    const { replies } = await run('served');
    await more.stop();
    expect(replies.map(({ engine, result }) => [engine, result !== null])).toEqual([
      ['backtrader', true],
      ['vectorbt', false],
      ['backtesting.py', true],
      ['ta4j', true],
    ]);
    expect(replies[1]).toMatchObject({ available: true, failed: true, reason: 'it has no such size' });
  });
});
