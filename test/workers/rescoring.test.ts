import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RescoreReport } from '../../workflows/rescoring.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { article, HOUR, START } from '../adapters/made-articles.js';
import { replayAll, temporalBinary, testPlatform, type TestPlatform } from '../temporal.js';
import { buildProgram, startWorkerProcess, type WorkerProcess } from './processes.js';

const binary = temporalBinary();
const BY = { principal: 'local', tenant: 'default' };
const COUNT = 50_000;
/** Articles that have another model's score before. */
const BEFORE = 1000;
const WORDS = ['surges', 'plunges', 'meets', 'warns', 'gains', 'falls', 'holds', 'wins', 'loses', 'opens'];
const made = (i: number) =>
  article(`art_${String(i).padStart(24, '0')}`, {
    title: `Company ${i} ${WORDS[i % WORDS.length]} as shares of ${i % 97} move`,
    feed: i < BEFORE ? 'first' : 'rest',
    language: i % 1000 === 7 ? 'de' : 'en',
    publishedAt: START + i * 60_000,
    tickers: [i % 2 === 0 ? 'BTC' : 'ETH'],
  });

describe.skipIf(!binary)(
  're-scoring the archive (skipped where the Temporal binary is not installed)',
  () => {
    let platform: TestPlatform;
    let env: NodeJS.ProcessEnv;
    const running = new Set<WorkerProcess>();
    beforeAll(async () => {
      buildProgram();
      platform = await testPlatform(binary!);
      env = {
        FINSIGHT_DATA_DIR: platform.directory,
        FINSIGHT_ML: 'off',
        TEMPORAL_ADDRESS: platform.environment.address,
      };
      for (let at = 0; at < COUNT; at += 5000)
        await platform.ports.documents.insert(
          'articles',
          Array.from({ length: 5000 }, (_, i) => made(at + i)),
        );
      // The stories run here, so that only steps are lost.
      await platform.serve(['finsight']);
    }, 240_000);
    afterEach(async () => {
      for (const { child, ended } of running) {
        child.kill('SIGKILL');
        await ended;
      }
      running.clear();
    });
    afterAll(() => platform?.close());

    const worker = async (): Promise<WorkerProcess> => {
      const started = startWorkerProcess('gpu', env);
      running.add(started);
      await started.ready;
      return started;
    };
    const start = (input: Record<string, unknown>) =>
      platform.stories.start('rescoreNews', { source: 'simulated', ...input }, BY);
    const resultOf = async (workflowId: string): Promise<RescoreReport> => {
      await platform.environment.client.workflow.getHandle(workflowId).result();
      return (await platform.stories.get(workflowId)).result as RescoreReport;
    };
    const count = (model: string, more = {}) =>
      platform.ports.documents.count('scores', { where: { model, ...more } });
    const nameOf = async (asked: string): Promise<string> => {
      const { ref } = await platform.ports.sentiment.choose({ model: asked });
      return `${ref.name}@${ref.version}`;
    };

    it('each article has exactly one score per model, whoever is killed, and the old ones stay', async () => {
      let last = await worker();
      const lexicon = await nameOf('lexicon');
      const ngram = await nameOf('ngram-logistic');
      const first = await resultOf((await start({ model: 'lexicon', feeds: ['first'] })).workflowId);
      expect(first).toMatchObject({ model: lexicon, articles: BEFORE, scored: BEFORE, kept: 0, late: 0 });
      const before = await platform.ports.documents.get<Score>('scores', `${made(3).id}/${lexicon}`);

      const { workflowId } = await start({ model: 'ngram-logistic' });
      for (const stored of [5000, 25_000]) {
        await expect
          .poll(() => count(ngram), { timeout: 120_000, interval: 50 })
          .toBeGreaterThanOrEqual(stored);
        last.child.kill('SIGKILL');
        await last.ended;
        last = await worker();
      }
      const report = await resultOf(workflowId);
      const abstained = await count(ngram, { abstained: true });
      expect(report).toMatchObject({
        model: ngram,
        articles: COUNT,
        scored: COUNT,
        kept: 0,
        late: 0,
        abstained,
      });
      expect(abstained).toBeGreaterThanOrEqual(COUNT / 1000);
      expect(await count(ngram)).toBe(COUNT);
      expect(await count(lexicon)).toBe(BEFORE);
      expect(await platform.ports.documents.get<Score>('scores', `${made(3).id}/${lexicon}`)).toEqual(before);
      const ids = new Set<string>();
      for (let cursor: string | null = ''; cursor !== null;) {
        const page: { items: Score[]; cursor: string | null } = await platform.ports.documents.find<Score>(
          'scores',
          { where: { model: ngram }, limit: 1000, ...(cursor ? { cursor } : {}) },
        );
        for (const { articleId } of page.items) ids.add(articleId);
        cursor = page.cursor;
      }
      expect(ids.size).toBe(COUNT);

      // Again: nothing is scored a second time.
      const again = await resultOf((await start({ model: ngram, to: START + 20 * HOUR })).workflowId);
      expect(again).toMatchObject({ articles: 1200, scored: 0, kept: 1200 });
    }, 240_000);

    it('reads of one asset count each article once, by model', async () => {
      for (const model of ['lexicon', 'ngram-logistic']) {
        const { points } = await platform.ports.sentimentPoints({
          model: await nameOf(model),
          asset: 'BTC',
          source: { kind: 'simulated', detail: '1' },
          from: 0,
          asOf: START + BEFORE * 60_000 - 1,
        });
        expect(points, model).toHaveLength(BEFORE / 2);
      }
    });

    it('pauses, resumes, keeps to its rate and can be cancelled', async () => {
      await worker();
      const lexicon = await nameOf('lexicon');
      const began = Date.now();
      const { workflowId } = await start({ model: 'lexicon', feeds: ['rest'], perSecond: 200 });
      const handle = platform.environment.client.workflow.getHandle(workflowId);
      await expect.poll(() => count(lexicon), { timeout: 30_000 }).toBeGreaterThan(BEFORE);
      await platform.stories.signal(workflowId, 'pause');
      const state = () => handle.query<{ paused: boolean; articles: number; total: number }>('rescore');
      await expect
        .poll(async () => (await platform.stories.get(workflowId)).progress?.steps[1]?.detail, {
          timeout: 30_000,
        })
        .toMatch(/^paused at/);
      const held = await count(lexicon);
      expect(held - BEFORE).toBeLessThanOrEqual(200 * (2 + (Date.now() - began) / 1000));
      expect(await state()).toMatchObject({ paused: true, total: COUNT - BEFORE });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect(await count(lexicon)).toBe(held);
      await platform.stories.signal(workflowId, 'resume');
      await expect.poll(() => count(lexicon), { timeout: 30_000 }).toBeGreaterThan(held);
      await platform.stories.cancel(workflowId);
      await expect(handle.result()).rejects.toThrow();
      await expect(platform.stories.signal(workflowId, 'pause')).rejects.toThrow(/has ended/);
    }, 120_000);

    it('replays', async () => {
      expect(await replayAll(platform.environment)).toBeGreaterThan(2);
    }, 60_000);
  },
);
