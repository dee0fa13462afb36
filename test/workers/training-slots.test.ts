import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StoriesPort } from '../../api/stories.js';
import { clientStories } from '../../api/temporal.js';
import { desiredWorkers } from '../../domain/resources.js';
import { trainingPython } from '../python.js';
import { localTemporal, temporalBinary, temporaryDirectory } from '../temporal.js';

const binary = temporalBinary();
const python = trainingPython();
const JOBS = 100;
/** The worker's own loop and limits around a step that computes nothing. */
const TRAINER = `
import asyncio, os, time
from temporalio import activity
from finsight_ml.working import beating, serve

@activity.defn(name="trainForecaster")
def train(payload: dict) -> dict:
    with beating(epoch=1, maxEpochs=3):
        print("begin", payload["job"], os.environ['OMP_NUM_THREADS'], flush=True)
        time.sleep(float(payload["seconds"]))
        print("end", payload["job"], os.environ['OMP_NUM_THREADS'], flush=True)
    return {"worker": os.getpid()}

asyncio.run(serve("train", [train]))
`;

describe.skipIf(!binary || !python)(
  'a hundred trainings on one machine (skipped without Temporal or the Python environment)',
  () => {
    const directory = temporaryDirectory();
    const told: { pid: number; what: string; job: string; threads: string }[] = [];
    const trainers: ChildProcess[] = [];
    let server: TestWorkflowEnvironment;
    let stories: StoriesPort;
    let teller: Worker;
    let telling: Promise<void>;
    beforeAll(async () => {
      server = await localTemporal(binary!);
      stories = clientStories(server.client, { namespace: 'finsight' });
      teller = await Worker.create({
        connection: server.nativeConnection,
        namespace: 'finsight',
        taskQueue: 'finsight',
        workflowsPath: fileURLToPath(new URL('queued-trainings.ts', import.meta.url)),
      });
      telling = teller.run();
    }, 60_000);
    afterAll(async () => {
      for (const each of trainers) each.kill('SIGKILL');
      teller?.shutdown();
      await telling;
      await server?.teardown();
      directory.remove();
    });

    /** Resolves with what it says first: that it serves, or that it stands by. */
    const trainer = async (): Promise<{ child: ChildProcess; event: string }> => {
      const env = {
        ...process.env,
        ...{ TEMPORAL_ADDRESS: server.address, FINSIGHT_DATA_DIR: directory.path },
        ...{ FINSIGHT_TRAIN_SLOTS: '1', OMP_NUM_THREADS: '1' },
      };
      const child = spawn(python!, ['-c', TRAINER], { cwd: join(process.cwd(), 'ml-pipelines'), env });
      trainers.push(child);
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [what = '', job = '', threads = ''] = line.split(' ');
        told.push({ pid: child.pid ?? 0, what, job, threads });
      });
      const [line] = (await once(createInterface({ input: child.stderr }), 'line')) as [string];
      return { child, event: (JSON.parse(line) as { event: string }).event };
    };
    const figures = async () => (await stories.queues.figures()).find(({ name }) => name === 'train')!;

    it('wait for one another, whoever dies', async () => {
      const first = await trainer();
      expect(first.event).toBe('worker.ready');
      const second = await trainer();
      expect(second.event).toBe('worker.standby');
      // The first one is in hands when its worker is killed.
      const by = { principal: 'somebody', tenant: 'default' };
      const started = [await stories.start('trainModel', { job: 'slow', seconds: 60 } as never, by)];
      await expect.poll(() => told.length, { timeout: 20_000 }).toBe(1);
      for (let job = 1; job < JOBS; job++)
        started.push(await stories.start('trainModel', { job: String(job), seconds: 0.01 } as never, by));
      await expect.poll(async () => (await figures()).backlog, { timeout: 20_000 }).toBe(JOBS - 1);
      const seen = await figures();
      expect(seen).toMatchObject({ running: 1, capacity: 1, backlogByPriority: { 4: JOBS - 1 } });
      expect(seen.workers).toHaveLength(1);
      expect(desiredWorkers(seen)).toBe(JOBS);
      expect(await stories.queues.trainings()).toMatchObject([
        {
          workflowId: started[0]?.workflowId,
          step: 'trainForecaster',
          tenant: 'default',
          epoch: 1,
          maxEpochs: 3,
        },
      ]);
      first.child.kill('SIGKILL');
      const rest = started
        .slice(1)
        .map(({ workflowId }) => server.client.workflow.getHandle(workflowId).result());
      const workers = (await Promise.all(rest)) as { worker: number }[];
      expect(new Set(workers.map(({ worker }) => worker))).toEqual(new Set([second.child.pid]));
      await stories.cancel(started[0]?.workflowId ?? '');
      // One at a time: each ends before the next begins, but for the one that was killed.
      const order = told.filter(({ pid, job }) => pid === second.child.pid && job !== 'slow');
      expect(order).toHaveLength(2 * (JOBS - 1));
      for (let i = 0; i < order.length; i += 2) {
        expect(order[i]).toMatchObject({ what: 'begin', threads: '1' });
        expect(order[i + 1]).toMatchObject({ what: 'end', job: order[i]?.job });
      }
    });
  },
);
