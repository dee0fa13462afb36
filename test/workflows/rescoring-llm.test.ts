import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { startWorkers, type WorkerSet } from '../../workers/worker.js';
import { article, START } from '../adapters/made-articles.js';
import { madeSite } from '../faults/made-feeds.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';

const binary = temporalBinary();
const COUNT = 60;
/** What comes in the place of the first answers, in turn. */
const FAULTS = ['500', '429', 'prose', 'nothing', 'cut'];

describe.skipIf(!binary)(
  're-scoring by an LLM that fails (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    let ports: Ports;
    let workers: WorkerSet;
    /** How often each text was answered well, and so paid for. */
    const answered = new Map<string, number>();
    const faults = [...FAULTS];

    beforeAll(async () => {
      const site = await madeSite((_, __, request, response) => {
        let text = '';
        request.on('data', (part: Buffer) => (text += part.toString()));
        request.on('end', () => {
          const { messages } = JSON.parse(text) as { messages: { content: string }[] };
          const items = JSON.parse(messages[1]!.content) as { index: number; text: string }[];
          const fault = faults.shift();
          const head = {
            'content-type': 'application/json',
            ...(fault === '429' ? { 'retry-after': '1' } : {}),
          };
          if (fault === '500' || fault === '429')
            return void response.writeHead(Number(fault), head).end('{}');
          if (fault === 'cut') return void response.destroy();
          const scores = items.map(({ index }) => ({ index, negative: 0.1, neutral: 0.2, positive: 0.7 }));
          if (!fault) for (const item of items) answered.set(item.text, (answered.get(item.text) ?? 0) + 1);
          const content = fault === 'prose' ? 'It looks good!' : fault ? '' : JSON.stringify({ scores });
          const usage = { prompt_tokens: 200, completion_tokens: 100 };
          response.writeHead(200, head).end(JSON.stringify({ choices: [{ message: { content } }], usage }));
        });
      });
      platform = await testPlatform(binary!);
      const config = readConfig({
        FINSIGHT_DATA_DIR: platform.directory,
        FINSIGHT_ML: 'off',
        FINSIGHT_LLM_URL: site.url,
        FINSIGHT_LLM_MODEL: 'made',
        TEMPORAL_ADDRESS: platform.environment.address,
      });
      ports = openPorts(config);
      await ports.documents.insert(
        'articles',
        Array.from({ length: COUNT }, (_, i) =>
          article(`art_${i}`, { title: `Story ${i}`, language: 'fr', publishedAt: START + i }),
        ),
      );
      await platform.serve(['finsight']);
      const connection = platform.environment.nativeConnection;
      workers = await startWorkers({ config, ports, queues: ['gpu'], connection });
    }, 120_000);
    afterAll(async () => {
      await workers?.drain();
      await ports?.close();
      await platform?.close();
    });

    it('Temporal tries again until each article has its score, and no answer is paid for twice', async () => {
      const by = { principal: 'local', tenant: 'default' };
      const input = { model: 'llm', source: 'simulated' };
      const { workflowId } = await platform.stories.start('rescoreNews', input, by);
      await platform.environment.client.workflow.getHandle(workflowId).result();
      const { result } = await platform.stories.get(workflowId);
      expect(result).toMatchObject({ articles: COUNT, scored: COUNT, kept: 0, abstained: 0 });
      expect(faults).toEqual([]);
      const { items } = await ports.documents.find<Score>('scores', { limit: 1000 });
      expect(new Set(items.map(({ articleId }) => articleId)).size).toBe(COUNT);
      expect(items.map(({ label, model, fallback }) => [label, model.split('@')[0], fallback])).toEqual(
        Array.from({ length: COUNT }, () => ['positive', 'llm', undefined]),
      );
      expect([...answered.values()]).toEqual(Array.from({ length: COUNT }, () => 1));
    }, 120_000);

    it('replays', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(0);
    });
  },
);
