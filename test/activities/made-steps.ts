import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createActivities } from '../../activities/index.js';
import { readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { startReplay, type Fault, type ReplayRequest } from '../../adapters/replay/exchange.js';
import { recordedProvider } from '../../adapters/replay/recorded.js';
import { temporaryDirectory } from '../adapters/directories.js';
import { csvOf, madeRecording } from '../adapters/made-recordings.js';

const opened: { close(): Promise<void> }[] = [];
afterAll(async () => {
  for (const each of opened.reverse()) await each.close();
});
export const kept = <T extends { close(): Promise<void> }>(each: T): T => {
  opened.push(each);
  return each;
};

/** The embedded stores in a directory of their own, with the steps that run on the queues `io` and `live`. */
export function madeSteps(env: Record<string, string> = {}) {
  const config = readConfig({
    FINSIGHT_DATA_DIR: join(temporaryDirectory(), 'data'),
    FINSIGHT_ML: 'off',
    ...env,
  });
  const ports: Ports = kept(openPorts(config));
  const { io, live } = createActivities(ports);
  return { ports, steps: { ...io, ...live } };
}

export type Steps = ReturnType<typeof madeSteps>['steps'];

/** A live venue that serves these lines of hourly BTC-USDT bars, with faults. */
export async function madeVenue(
  lines: string[],
  faults: (request: ReplayRequest) => Fault | null = () => null,
  env: Record<string, string> = {},
) {
  const directory = madeRecording({ 'ohlcv/binance_spot_1h/BTCUSDT_1h.csv': csvOf(lines) });
  const { url } = kept(await startReplay({ provider: recordedProvider(directory), faults }));
  return { ...madeSteps({ FINSIGHT_EXCHANGE_HOSTS: JSON.stringify({ binance: url }), ...env }), directory };
}
