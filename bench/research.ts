import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { environment, readConfig } from '../adapters/config.js';
import { runStory } from '../cli/run.js';
import { startPlatform } from '../cli/up.js';
import type { ResearchReport } from '../domain/research.js';
import { watchMemory } from './memory.js';

/**
 * The main job on a fresh data directory: wall time, peak memory of all processes, and what Temporal adds to
 * the critical path (wall time without the time in which at least one step was running).
 */
export async function benchResearch(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      source: { type: 'string', default: 'simulated' },
      symbols: { type: 'string', default: 'BTC/USDT,ETH/USDT' },
      trainer: { type: 'string' },
    },
  });
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir });
  const memory = watchMemory(process.pid);
  const platform = await startPlatform(config, { port: 0 });
  try {
    const { source, trainer } = values;
    const input = { source, symbols: values.symbols.split(','), ...(trainer ? { trainer } : {}) };
    const report = (await runStory(config, 'research', input)) as ResearchReport;
    const steps = await stepTimes(platform.temporalAddress, config.temporal.namespace);
    const { peakBytes } = memory.stop();
    const busy = unionSeconds(steps);
    return {
      source,
      seconds: report.seconds,
      stepSeconds: busy,
      overheadShare: 1 - busy / report.seconds,
      peakMemoryMiB: Math.round(peakBytes / 2 ** 20),
      trainingSeconds: report.training[0]?.seconds,
      limits: { seconds: 300, overheadShare: 0.1, peakMemoryMiB: 4096 },
    };
  } finally {
    memory.stop();
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** [started, ended] in ms of every step of every story, from the histories. */
async function stepTimes(address: string, namespace: string): Promise<[number, number][]> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  const spans: [number, number][] = [];
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    const started = new Map<string, number>();
    for (const event of events ?? []) {
      const at = 1000 * Number(event.eventTime?.seconds ?? 0) + Number(event.eventTime?.nanos ?? 0) / 1e6;
      if (event.activityTaskStartedEventAttributes) started.set(String(event.eventId), at);
      const done = event.activityTaskCompletedEventAttributes;
      const begun = done ? started.get(String(done.startedEventId)) : undefined;
      if (begun !== undefined) spans.push([begun, at]);
    }
  }
  await connection.close();
  return spans;
}

/** Length of the union of spans, in seconds. */
function unionSeconds(spans: [number, number][]): number {
  let total = 0;
  let end = -Infinity;
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    total += Math.max(0, to - Math.max(from, end));
    end = Math.max(end, to);
  }
  return total / 1000;
}
