import { cpus } from 'node:os';
import { Pool } from 'undici';
import type { ServingPort } from '../../adapters/ports.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { inferBody } from '../../adapters/serving/triton-binary.js';
import { tritonName } from '../../adapters/serving/triton-config.js';
import { exchange } from '../../adapters/serving/triton-exchange.js';
import { tritonServing } from '../../adapters/serving/triton.js';
import { triton, type TritonServer } from '../../infra/test-servers/triton.js';
import type { ServingTask } from '../serving.js';
import { median, rounded, timesOf } from './figures.js';
import { bringPeer, type Peer } from './triton-peer.js';

const LIMITS = { shareOfTritonClient: 0.9, singleP50Ms: 5, lostOf1000: 0 };
const AT_ONCE = 32;
const ROUNDS = 5;
const WINDOW_MS = 1500;
const SINGLES = 300;
const IN_FLIGHT = 1000;
const WIDTH = 128;

/**
 * `triton:` beside Triton's own client, perf_analyzer, and beside a loop that sends one finished body again and again,
 * in turns against one server: a network of the size of a forecaster (24 layers of 128), one row in each request. Then
 * single requests, and 1,000 at once. On the processor, with the Python backend.
 */
export async function benchTriton({ directory }: ServingTask): Promise<Record<string, unknown>> {
  const missing = triton.missing();
  if (missing !== null) return { notMeasured: missing };
  const server = await triton.start();
  const model = makeCheckModel('1', { name: 'network', layers: 24, width: WIDTH });
  const objects = { get: async () => model.bytes };
  const [http, grpc] = (['http', 'grpc'] as const).map((protocol) =>
    tritonServing(server.serving(protocol), { objects }),
  ) as [ServingPort, ServingPort];
  const pool = new Pool(`http://${server.http}`, { connections: AT_ONCE });
  try {
    await http.load(model.ref);
    await grpc.load(model.ref);
    const name = tritonName(model.ref);
    const peer = await bringPeer(directory);
    const inputs = checkInputsOf(1, { width: WIDTH });
    const ask = (serving: ServingPort) => () => serving.infer(model.ref, inputs);
    const finished = {
      path: `/v2/models/${name}/versions/1/infer`,
      method: 'POST',
      ...inferBody({ inputs }),
    };
    const calls = { http: ask(http), grpc: ask(grpc), loop: () => exchange(pool, finished as never) };
    return {
      server: triton.name,
      machine: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
      at32: await throughput(calls, { peer, server, name }),
      single: { http: await singles(calls.http), grpc: await singles(calls.grpc) },
      inFlight: await allAtOnce(http, model.ref),
      limits: LIMITS,
    };
  } finally {
    await Promise.allSettled([http.close(), grpc.close(), pool.close()]);
    await server.stop();
  }
}

type Calls = Record<'http' | 'grpc' | 'loop', () => Promise<unknown>>;

/** In turns, so that what else the machine does meets all of them; shares are medians of the rounds' ratios. */
async function throughput(
  calls: Calls,
  { peer, server, name }: { peer: Peer | string; server: TritonServer; name: string },
) {
  const found: Record<string, (number | null)[]> = {};
  const note = (what: string, value: number | null): void => void (found[what] ??= []).push(value);
  const own = async (protocol: 'http' | 'grpc'): Promise<void> => {
    if (typeof peer === 'string') return;
    const asked = { model: name, protocol, concurrency: AT_ONCE, windowMs: WINDOW_MS };
    note(`perfAnalyzer ${protocol}`, await peer.measure({ ...asked, host: server[protocol] }));
  };
  // Compiled and warm before anything counts.
  for (const call of Object.values(calls)) await perSecond(call);
  for (let round = 0; round < ROUNDS; round++) {
    note('http', await perSecond(calls.http));
    await own('http');
    note('loop', await perSecond(calls.loop));
    note('grpc', await perSecond(calls.grpc));
    await own('grpc');
  }
  const share = (one: string, other: string): number | null => {
    const ratios = (found[one] ?? []).flatMap((value, i) => {
      const against = found[other]?.[i];
      return value && against ? [value / against] : [];
    });
    return ratios.length > 0 ? rounded(median(ratios), 3) : null;
  };
  return {
    requestsPerSecond: Object.fromEntries(
      Object.entries(found).map(([what, values]) => [what, median(values.filter((each) => each !== null))]),
    ),
    rounds: found,
    shareOfTritonClient: share('http', 'perfAnalyzer http'),
    shareOfTritonClientGrpc: share('grpc', 'perfAnalyzer grpc'),
    shareOfLoop: share('http', 'loop'),
    ...(typeof peer === 'string' ? { peer } : {}),
  };
}

/** Requests a second of so many callers without a pause. */
async function perSecond(call: () => Promise<unknown>): Promise<number> {
  let answered = 0;
  const start = performance.now();
  const caller = async (): Promise<void> => {
    while (performance.now() - start < WINDOW_MS) {
      await call();
      answered++;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, caller));
  return Math.round((answered * 1000) / (performance.now() - start));
}

async function singles(call: () => Promise<unknown>) {
  const times: number[] = [];
  for (let i = 0; i < SINGLES; i++) {
    const start = performance.now();
    await call();
    times.push(performance.now() - start);
  }
  return timesOf(times);
}

async function allAtOnce(serving: ServingPort, ref: Parameters<ServingPort['infer']>[0]) {
  const start = performance.now();
  const asked = Array.from({ length: IN_FLIGHT }, (_, seed) =>
    serving.infer(ref, checkInputsOf(1, { width: WIDTH, seed })),
  );
  const answers = await Promise.allSettled(asked);
  const lost = answers.filter(({ status }) => status === 'rejected').length;
  return { requests: IN_FLIGHT, lost, seconds: rounded((performance.now() - start) / 1000) };
}
