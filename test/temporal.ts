import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { readConfig } from '../adapters/config.js';
import { openPorts } from '../adapters/open.js';
import type { Ports } from '../adapters/ports.js';
import { withResults } from '../api/results.js';
import type { StoriesPort } from '../api/stories.js';
import { clientStories } from '../api/temporal.js';
import { fairArguments, SEARCH_ATTRIBUTES } from '../infra/temporal-server.js';
import { bundleStories } from '../workers/bundle.js';
import { startWorkers, type NodeQueue, type WorkerSet } from '../workers/worker.js';

// Steps and stories fail on purpose in many tests: their warnings would bury what matters.
Runtime.install({ logger: new DefaultLogger('ERROR') });

/** The Temporal binary that the bootstrap installed, or null where the tests were started without it. */
export function temporalBinary(): string | null {
  const file = resolve('.tools/paths.json');
  const path = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { temporal: string }).temporal
    : '';
  if (path && existsSync(path)) return path;
  if (process.env['CI'] === 'true')
    throw new Error('No Temporal binary: run the tests by `npm test`, which installs it');
  return null;
}

/** The time-skipping server that the bootstrap installed, or null. */
export function testServerBinary(): string | null {
  const file = resolve('.tools/paths.json');
  if (!temporalBinary() || !existsSync(file)) return null;
  const { temporalTestServer } = JSON.parse(readFileSync(file, 'utf8')) as { temporalTestServer: string };
  return existsSync(temporalTestServer) ? temporalTestServer : null;
}

/** A dev server on free ports with our search attributes, in memory. */
export const localTemporal = (path: string, extraArgs: string[] = []): Promise<TestWorkflowEnvironment> =>
  TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path },
      namespace: 'finsight',
      extraArgs: [
        ...fairArguments(),
        ...SEARCH_ATTRIBUTES.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
        ...extraArgs,
      ],
    },
  });

let bundle: Promise<string> | undefined;
/** The bundle of all stories, made once a test file. */
export const storiesBundle = (): Promise<string> => (bundle ??= bundleStories());

/** Replays every history of a server against the current bundle; how many there were. */
export async function replayAll(environment: TestWorkflowEnvironment): Promise<number> {
  const histories = [];
  for await (const { workflowId, runId } of environment.client.workflow.list()) {
    const history = await environment.client.workflow.getHandle(workflowId, runId).fetchHistory();
    histories.push({ workflowId, history });
  }
  return replayed(histories);
}

/** @throws the first history's error that the current bundle does not replay to. */
export async function replayed(histories: { workflowId: string; history: History }[]): Promise<number> {
  const workflowBundle = { code: await storiesBundle() };
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories))
    if (error) throw new Error(`${workflowId} does not replay: ${error.message}`, { cause: error });
  return histories.length;
}

export interface TestPlatform {
  environment: TestWorkflowEnvironment;
  ports: Ports;
  directory: string;
  stories: StoriesPort;
  /** Starts workers of these queues in this process; `close` drains them. */
  serve(queues: readonly NodeQueue[]): Promise<WorkerSet>;
  close(): Promise<void>;
}

/** A dev server with the real stores in a directory of their own; training is the TypeScript one. */
export async function testPlatform(binary: string, extraArgs: string[] = []): Promise<TestPlatform> {
  const directory = temporaryDirectory();
  const environment = await localTemporal(binary, extraArgs);
  const config = readConfig({
    FINSIGHT_DATA_DIR: directory.path,
    FINSIGHT_ML: 'off',
    TEMPORAL_ADDRESS: environment.address,
  });
  const ports = openPorts(config);
  const sets: WorkerSet[] = [];
  return {
    environment,
    ports,
    directory: directory.path,
    stories: withResults(clientStories(environment.client, { namespace: 'finsight' }), ports),
    async serve(queues) {
      const set = await startWorkers({ config, ports, queues, connection: environment.nativeConnection });
      sets.push(set);
      return set;
    },
    async close() {
      for (const set of sets) await set.drain();
      await ports.close();
      await environment.teardown();
      directory.remove();
    },
  };
}

/** A directory that is gone after the test file. */
export function temporaryDirectory(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'finsight-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
