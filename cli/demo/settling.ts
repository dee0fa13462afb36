import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventLoops } from '../../activities/events/loops.js';
import { readConfig, type Config } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { readToolPaths } from '../../adapters/toolchain.js';
import { readScorecard, type ScorecardRow } from '../../api/scorecard/reading.js';
import { UnreachableError } from '../../domain/errors.js';
import type { Prediction } from '../../domain/prediction.js';
import { madeEvent } from '../../domain/prediction/events.js';
import type { Settlement } from '../../domain/settlement.js';
import { makeMarket } from '../../domain/settlement/made-market.js';
import { startTimeSkippingServer, type TimeSkippingServer } from '../../infra/time-skipping.js';
import { startConsumers } from '../../workers/consumers.js';
import { startWorkers } from '../../workers/worker.js';

export interface SettlingDemo {
  n: number;
  settled: number;
  unsettleable: number;
  streams: number;
  /** Stories that settled them: one a stream and horizon. */
  stories: number;
  coverage: number | null;
  brier: number | null;
  directionalAccuracy: number | null;
  /** Of the whole demonstration. */
  seconds: number;
  /** Of making the predictions, and of settling them. */
  parts: { making: number; settling: number };
  /** By which the stories' clock ran ahead. */
  skippedHours: number;
  /** Peaks of resident memory: this process with its workers and stores, and the test server. Null where not known. */
  memoryMb: { process: number; server: number | null };
}

/** Events of one transaction. */
const BATCH = 500;
const LOOK_MS = 100;
/** No prediction settled for so long: something is wrong. */
const PATIENCE_MS = 60_000;

/**
 * Makes open predictions in a market whose bars come as time passes, hands them to the real stories through the real
 * events, lets the clock of Temporal's test server skip the wait, and adds up what came of them. All in a directory of its
 * own, which is removed. @throws InvalidInputError for a horizon that no timeframe has, UnreachableError where it does not end
 */
export async function demoSettling(options: {
  n: number;
  horizonMs: number;
  seed: string;
}): Promise<SettlingDemo> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'finsight-demo-'));
  const server = await startTimeSkippingServer(readToolPaths().temporalTestServer);
  try {
    const config = readConfig({
      FINSIGHT_DATA_DIR: directory,
      FINSIGHT_ML: 'off',
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: server.namespace,
    });
    const ports = openPorts(config);
    try {
      return await settleAll({ ...options, started, ports, config, server });
    } finally {
      await ports.close();
    }
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Setting {
  n: number;
  horizonMs: number;
  seed: string;
  started: number;
  ports: Ports;
  config: Config;
  server: TimeSkippingServer;
}

async function settleAll(setting: Setting): Promise<SettlingDemo> {
  const { ports, config, server, started } = setting;
  const began = await server.now();
  const streams = await makePredictions(setting, began);
  const made = performance.now();
  const workers = await startWorkers({ config, ports, queues: ['finsight', 'io'], quiet: true });
  const shared = { ...ports, stories: workers.stories };
  const loops = eventLoops(shared).filter(({ name }) => name === 'settlement');
  const consumers = startConsumers({ ports: shared, log: () => undefined, loops });
  try {
    await until(ports, async () => (await ports.events.progress(['settlement']))[0]?.lag === 0);
    await server.skipping(() =>
      until(ports, async () => (await ports.documents.count('openPredictions', {})) === 0),
    );
  } finally {
    await consumers.drain();
    await workers.drain();
  }
  const ended = performance.now();
  const range = { from: 0, to: Number.MAX_SAFE_INTEGER };
  const [total] = await readScorecard(ports.documents, { ...range, by: [] });
  const groups = await readScorecard(ports.documents, { ...range, by: ['stream', 'horizonBars'] });
  return {
    n: setting.n,
    ...figuresOf(total),
    streams,
    stories: groups.length,
    seconds: seconds(performance.now() - started),
    parts: { making: seconds(made - started), settling: seconds(ended - made) },
    skippedHours: Math.round((((await lastSettled(ports)) - began) / 3_600_000) * 10) / 10,
    memoryMb: {
      process: Math.round(process.resourceUsage().maxRSS / 1024),
      server: peakOf(server.pid),
    },
  };
}

async function makePredictions({ ports, n, horizonMs, seed }: Setting, now: number): Promise<number> {
  let streams = 0;
  for (const { stream, bars, predictions } of makeMarket({ n, horizonMs, now, seed })) {
    await ports.series.write({ stream, bars, source: { kind: 'simulated', detail: seed } });
    for (let i = 0; i < predictions.length; i += BATCH)
      await ports.documents.insert<Prediction>('predictions', predictions.slice(i, i + BATCH), madeEvent);
    streams++;
  }
  return streams;
}

/** When the prediction of the last target was settled: with nothing left to wait for the server's clock runs far ahead. */
async function lastSettled(ports: Ports): Promise<number> {
  const { items } = await ports.documents.find<Settlement>('settlements', { limit: 1 });
  return items[0]?.settledAt ?? NaN;
}

function figuresOf(total: ScorecardRow | undefined) {
  const known = (value: number | undefined): number | null =>
    value === undefined || Number.isNaN(value) ? null : value;
  return {
    settled: total?.n ?? 0,
    unsettleable: total?.unsettleable ?? 0,
    coverage: known(total?.interval.coverage),
    brier: known(total?.brier),
    directionalAccuracy: known(total?.direction.share),
  };
}

/** @throws UnreachableError where nothing has been settled for a minute */
async function until(ports: Ports, isDone: () => Promise<boolean>): Promise<void> {
  let last = { open: -1, at: Date.now() };
  while (!(await isDone())) {
    const open = await ports.documents.count('openPredictions', {});
    if (open !== last.open) last = { open, at: Date.now() };
    if (Date.now() - last.at > PATIENCE_MS)
      throw new UnreachableError(`${open} predictions are still open after a minute without any settled`);
    await wait(LOOK_MS);
  }
}

/** Peak resident memory of another process, MB; known on Linux only. */
function peakOf(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Math.round(Number(kilobytes) / 1024);
  } catch {
    return null;
  }
}

const seconds = (ms: number): number => Math.round(ms / 100) / 10;
