import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { environment, readConfig } from '../adapters/config.js';
import { runStory } from '../cli/run.js';
import { startPlatform } from '../cli/up.js';
import type { BarsReport } from '../domain/research.js';
import { watchMemory } from './memory.js';

const STREAMS = 50;
const AT_ONCE = 8;

/** Five years of hourly bars of 50 streams through the stories, from the simulated venue on loopback. */
export async function benchBackfill(): Promise<Record<string, unknown>> {
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir, FINSIGHT_ML: 'off' });
  const memory = watchMemory(process.pid);
  const platform = await startPlatform(config, { port: 0 });
  try {
    const waiting = Array.from({ length: STREAMS }, (_, i) => `binance/S${i}-USDT/1h`);
    const reports: BarsReport[] = [];
    const begun = performance.now();
    const lane = async (): Promise<void> => {
      for (let stream = waiting.shift(); stream; stream = waiting.shift()) {
        const input = { source: 'simulated', stream, from: '2020-01-02', to: '2025-01-01' };
        reports.push((await runStory(config, 'collectBars', input)) as BarsReport);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    const seconds = (performance.now() - begun) / 1000;
    const { peakBytes } = memory.stop();
    const stored = reports.reduce((sum, each) => sum + each.stored, 0);
    return {
      streams: STREAMS,
      stored,
      missing: reports.reduce((sum, each) => sum + each.missing, 0),
      seconds: Number(seconds.toFixed(1)),
      barsPerSecond: Math.round(stored / seconds),
      peakMemoryMiB: Math.round(peakBytes / 2 ** 20),
      longestHistory: await longestHistory(platform.temporalAddress, config.temporal.namespace),
      limits: { peakMemoryMiB: 1024, longestHistory: 5000 },
    };
  } finally {
    memory.stop();
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Events of the longest history. */
async function longestHistory(address: string, namespace: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  let longest = 0;
  for await (const { historyLength } of client.workflow.list()) longest = Math.max(longest, historyLength);
  await connection.close();
  return longest;
}
