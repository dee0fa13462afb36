import { TestWorkflowEnvironment } from '@temporalio/testing';
import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataQualityError, InvalidInputError, NotFoundError, UnreachableError } from '../../domain/errors.js';
import { SEARCH_ATTRIBUTES } from '../../infra/temporal-server.js';
import { replayed, testServerBinary } from '../temporal.js';
import { scriptedWorkers } from './scripted.js';

const binary = testServerBinary();
const KEYWORD = 2;
const plan = {
  source: { kind: 'simulated', detail: '' },
  stream: 'binance/BTC-USDT/1h',
  from: 0,
  to: 1,
  asOf: 1,
};

describe.skipIf(!binary)('patience with steps that fail (skipped without the time-skipping server)', () => {
  let environment: TestWorkflowEnvironment;
  let workers: { stop(): Promise<void> };
  let attempts = 0;
  /** What an attempt of the step does. */
  let attempt: (n: number) => unknown = () => undefined;

  beforeAll(async () => {
    environment = await TestWorkflowEnvironment.createTimeSkipping({
      server: { executable: { type: 'existing-path', path: binary! } },
    });
    // An unregistered one hangs a workflow on this server without an error.
    await environment.connection.operatorService.addSearchAttributes({
      namespace: 'default',
      searchAttributes: Object.fromEntries(SEARCH_ATTRIBUTES.map((name) => [name, KEYWORD])),
    });
    workers = await scriptedWorkers({
      connection: environment.nativeConnection,
      namespace: 'default',
      steps: {
        io: {
          resolveBars: async () => plan,
          fetchBars: async () => attempt(++attempts),
          measureCoverage: async () => ({
            stream: plan.stream,
            expected: 1,
            missing: 0,
            quarantined: 0,
            digest: '',
          }),
        },
      },
    });
  }, 60_000);
  afterAll(async () => {
    await workers?.stop();
    await environment?.teardown();
  });

  /** Runs the story with a script; its end, and how long it took on the server's clock. */
  const run = async (workflowId: string, script: (n: number) => unknown) => {
    attempts = 0;
    attempt = script;
    const options = { taskQueue: 'finsight', workflowId, args: [{ stream: plan.stream }] };
    const failure: unknown = await environment.client.workflow.execute('collectBars', options).then(
      () => null,
      (error: unknown) => (error instanceof WorkflowFailedError ? error.cause?.cause : error),
    );
    const history = await environment.client.workflow.getHandle(workflowId).fetchHistory();
    const times = (history.events ?? []).map(({ eventTime }) => Number(eventTime?.seconds ?? 0));
    const seconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(await replayed([{ workflowId, history }])).toBe(1);
    return { failure, attempts, seconds };
  };

  it('tries again what did not answer, waiting 1, 2, 4, 8, 16 seconds', async () => {
    const { failure, seconds } = await run('transient', (n) => {
      if (n <= 5) throw new UnreachableError(`no answer to attempt ${n}`);
      return { stored: 1, quarantined: 0, next: null };
    });
    expect({ failure, attempts }).toEqual({ failure: null, attempts: 6 });
    expect(seconds).toBeGreaterThanOrEqual(31);
    expect(seconds).toBeLessThan(60);
  });

  it('gives up after twelve attempts with the error of the step', async () => {
    const { failure, seconds } = await run('down', () => {
      throw new UnreachableError('binance does not answer');
    });
    expect(attempts).toBe(12);
    expect(failure).toMatchObject({ type: 'UnreachableError', message: 'binance does not answer' });
    // 1 + 2 + 4 + 8 + 16 + 32 s, then a minute each.
    expect(seconds).toBeGreaterThanOrEqual(63 + 5 * 60);
  });

  it.each([InvalidInputError, NotFoundError, DataQualityError])('%o is final: one attempt', async (Final) => {
    const { failure, seconds } = await run(`final-${Final.name}`, () => {
      throw new Final('as it is');
    });
    expect(failure).toMatchObject({ type: Final.name, message: 'as it is' });
    expect(attempts).toBe(1);
    expect(seconds).toBeLessThan(30);
  });

  it('a result that is too large for a payload is final, and the step is named', async () => {
    const { failure } = await run('large', () => ({ rows: 'x'.repeat(70_000), next: null }));
    expect(attempts).toBe(1);
    expect(failure).toMatchObject({
      type: 'PayloadTooLargeError',
      message: expect.stringMatching(/^Result of step fetchBars is 700\d\d bytes; the limit is 65536/),
    });
  });
});
