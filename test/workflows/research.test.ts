import { execFile, execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportRef, ResearchReport } from '../../domain/research.js';
import { NODE_QUEUES } from '../../workers/worker.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';

const binary = temporalBinary();
const input = {
  symbols: ['BTC/USDT', 'ETH/USDT'],
  source: 'simulated',
  trainer: 'ridge',
  from: '2023-01-01',
  to: '2023-07-01',
};

describe.skipIf(!binary)(
  'the main job on simulated input (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    beforeAll(async () => {
      platform = await testPlatform(binary!);
      await platform.serve(NODE_QUEUES);
    }, 120_000);
    afterAll(() => platform?.close());

    const research = async (workflowId: string, argument: object): Promise<ResearchReport> => {
      const options = { taskQueue: 'finsight', workflowId, args: [argument] };
      const { key, sha256 } = (await platform.environment.client.workflow.execute(
        'research',
        options,
      )) as ReportRef;
      return JSON.parse(
        new TextDecoder().decode(await platform.ports.objects.get(key, sha256)),
      ) as ResearchReport;
    };

    it('collects, trains, evaluates, decides, predicts, backtests and reports; again, it stores nothing twice', async () => {
      const first = await research('research/first', input);
      expect(first.source.kind).toBe('simulated');
      expect(first.bars.map((each) => [each.expected, each.stored, each.missing])).toEqual([
        [4344, 4344, 0],
        [4344, 4344, 0],
      ]);
      expect(first.news.stored).toBeGreaterThan(0);
      expect(first.sentiment.scored).toBe(first.news.stored);
      expect(first.training[0]?.parityMaxAbs).toBeLessThan(1e-4);
      expect(first.evaluation).toHaveLength(2);
      expect(first.evaluation[0]?.baselines.map((each) => each.name).sort()).toEqual([
        'ar1',
        'drift',
        'majority',
        'momentum',
        'persistence',
        'reversal',
        'seasonal-naive',
        'ses',
      ]);
      expect(first.predictions).toHaveLength(2);
      expect(first.backtests).toHaveLength(6);

      const second = await research('research/second', input);
      expect(second.bars.map((each) => each.stored)).toEqual([0, 0]);
      expect(second.news.stored).toBe(0);
      expect(second.sentiment.scored).toBe(0);
      expect(second.training[0]?.reused).toBe(true);
      expect(second.backtests.map((each) => each.digest)).toEqual(first.backtests.map((each) => each.digest));
      expect(second.predictions.map((each) => each.id)).toEqual(first.predictions.map((each) => each.id));
    }, 180_000);

    it('runs the lines of docs/temporal.md with the temporal command', async () => {
      const [, block = ''] =
        /```sh temporal\n([\s\S]*?)```/.exec(readFileSync('docs/temporal.md', 'utf8')) ?? [];
      const lines = block.trim().split('\n');
      expect(lines.length).toBeGreaterThanOrEqual(6);
      for (const line of lines) {
        const address = `--address ${platform.environment.address} --namespace finsight`;
        execSync(`${line.replace(/^temporal/, binary!)} ${address}`, { stdio: 'pipe' });
        const [, workflowId = ''] = /--workflow-id (\S+)/.exec(line) ?? [];
        await expect(
          platform.environment.client.workflow.getHandle(workflowId).result(),
          line,
        ).resolves.toBeTruthy();
      }
    }, 120_000);

    it('runs those that need an id, as one script', async () => {
      const [, script = ''] =
        /```sh temporal-ids\n([\s\S]*?)```/.exec(readFileSync('docs/temporal.md', 'utf8')) ?? [];
      const env = {
        ...process.env,
        PATH: `${dirname(binary!)}:${dirname(process.execPath)}:${process.env['PATH']}`,
        TEMPORAL_ADDRESS: platform.environment.address,
        TEMPORAL_NAMESPACE: 'finsight',
      };
      // Not the synchronous one: the script waits for stories that this process runs.
      await promisify(execFile)('bash', ['-euc', script], { env });
      const decision = platform.environment.client.workflow.getHandle('by-hand/deployment').result();
      await expect(decision).resolves.toMatchObject({ model: 'by-hand', decision: expect.any(String) });
    }, 120_000);

    it.each([
      [{ ...input, symbols: [] }, /symbols/],
      [{ ...input, symbols: ['BTC'] }, /Unknown symbol "BTC"/],
      [{ ...input, timeframe: '7m' }, /Unknown timeframe "7m"/],
      [{ ...input, source: 'martian' }, /Unknown source "martian"/],
      [{ ...input, from: 'yesterday-ish' }, /Unreadable from "yesterday-ish"/],
      [{ ...input, from: '2023-06-01', to: '2023-01-01' }, /window is empty/],
    ])('refuses %j at once and names the offender', async (argument, message) => {
      const failure = await research(`research/bad-${message.source}`, argument).catch(
        (error: unknown) => error,
      );
      const texts: string[] = [];
      for (let error = failure as Error | undefined; error; error = error.cause as Error | undefined)
        texts.push(error.message);
      expect(texts.join('\n')).toMatch(message);
    });

    it('replays every history of it against the current bundle', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(30);
    }, 120_000);
  },
);
