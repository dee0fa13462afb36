import { Client, Connection } from '@temporalio/client';
import { environment, readConfig } from '../../adapters/config.js';
import { runStory } from '../../cli/run.js';
import { startPlatform } from '../../cli/up.js';
import type { StreamsReport } from '../../workflows/streams.js';
import type { MarketPart } from '../market.js';
import { watchMemory } from '../memory.js';
import { madeSymbols } from './made.js';

const STREAMS = 50;

/** Five years of hours for 50 streams by one story of 50, on the embedded Temporal: memory and histories. */
export const benchBackfill: MarketPart = async ({ directory }) => {
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory, FINSIGHT_ML: 'off' });
  const memory = watchMemory(process.pid);
  const platform = await startPlatform(config, { port: 0 });
  try {
    const start = performance.now();
    const report = (await runStory(config, 'collectStreams', {
      source: 'simulated',
      streams: madeSymbols(STREAMS).map((symbol) => `binance/${symbol}/1h`),
      from: '2020-01-01T01:00:00Z',
    })) as StreamsReport;
    const seconds = (performance.now() - start) / 1000;
    return {
      streams: report.streams.length,
      failed: report.failed.length,
      stored: report.stored,
      missing: report.streams.reduce((all, { missing }) => all + missing, 0),
      seconds: Number(seconds.toFixed(1)),
      peakMemoryMb: Math.round(memory.stop().peakBytes / 1e6),
      mostEvents: await mostEvents(platform.temporalAddress, config.temporal.namespace),
      limits: { peakMemoryMb: 1000, mostEvents: 5000 },
    };
  } finally {
    memory.stop();
    await platform.stop();
  }
};

async function mostEvents(address: string, namespace: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace });
  let most = 0;
  for await (const { workflowId, runId } of client.workflow.list())
    most = Math.max(most, (await client.workflow.getHandle(workflowId, runId).describe()).historyLength);
  await connection.close();
  return most;
}
