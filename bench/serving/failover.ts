import { balancedServing } from '../../adapters/serving/balanced.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { startServerProcess, steadyLoad } from './processes.js';
import { remoteServing } from './remote.js';

const LIMITS = { slowestAfterMs: 1000, lost: 0 };
const LOAD = { perSecond: 50, seconds: 8 };

/**
 * Two model servers in processes of their own under a steady load: one of them is killed (SIGKILL), and in another run
 * stopped (SIGSTOP), so that it accepts connections and answers nothing.
 */
export async function benchFailover(): Promise<Record<string, unknown>> {
  const killed = await withSignal('SIGKILL');
  const stopped = await withSignal('SIGSTOP');
  return { killed, stopped, limits: LIMITS };
}

async function withSignal(signal: NodeJS.Signals) {
  const { ref, bytes } = makeCheckModel('1', { layers: 24, width: 128 });
  const servers = await Promise.all([startServerProcess(), startServerProcess()]);
  const serving = balancedServing(
    servers.map(({ url }) => ({ address: url, serving: remoteServing(url, { get: async () => bytes }) })),
  );
  try {
    await serving.load(ref);
    const figures = await steadyLoad({
      ...LOAD,
      ask: () => serving.infer(ref, checkInputsOf(4, { width: 128 })),
      inMiddle: async () => servers[0].signal(signal),
    });
    const { instances = [] } = await serving.health();
    return {
      ...figures,
      instances: instances.map(({ state, requests, failures }) => ({ state, requests, failures })),
    };
  } finally {
    await serving.close();
    await Promise.all(servers.map((server) => server.close()));
  }
}
