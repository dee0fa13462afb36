import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { inferPath } from '../../activities/parity.js';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import { sha256Hex } from '../../domain/digest.js';
import type { ForecastTask } from '../forecast.js';
import { askPython } from './python.js';
import { fillPlatform, STREAMS } from './serving-data.js';

const LOOK_BACK = 96;
const FEATURES = 19;
const HORIZONS = [1, 4, 12, 24];
const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95];
const RATE = 50;
const SECONDS = 20;
const BATCHES = 10;

/**
 * Serving in process beside raw onnxruntime-node in turns; predictions of an API process of its own with features from
 * stored bars: open-loop load, and batches of 100 streams. The network is PatchTST of default size with seeded weights.
 */
export async function benchServing({ directory }: ForecastTask): Promise<Record<string, unknown>> {
  const file = join(directory, 'patchtst.onnx');
  const sizes = [LOOK_BACK, FEATURES, HORIZONS.length, LEVELS.length].map(String);
  await askPython(['finsight_ml.untrained', file, 'patchtst', ...sizes]);
  const bytes = new Uint8Array(readFileSync(file));
  const config = readConfig({
    ...environment(),
    FINSIGHT_DATA_DIR: join(directory, 'data'),
    FINSIGHT_ML: 'off',
  });
  const ports = openPorts(config);
  try {
    await fillPlatform(ports, { bytes, lookBack: LOOK_BACK, horizons: HORIZONS, levels: LEVELS });
    const inProcess = [];
    for (const batch of [1, 64]) inProcess.push(await besideRaw(ports, bytes, batch));
    await ports.close();
    return { inProcess, api: await withApi(config.dataDir, (url, cpuMs) => measureApi(url, cpuMs)) };
  } finally {
    await ports.close();
  }
}

/** Blocks in turns, so that other work on the machine meets both; shares are of the medians of blocks. */
async function besideRaw(ports: ReturnType<typeof openPorts>, bytes: Uint8Array, batch: number) {
  const session = await InferenceSession.create(bytes, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const windows = Float32Array.from({ length: batch * LOOK_BACK * FEATURES }, (_, i) => Math.sin(i));
  const model = {
    ...{ name: 'bench', version: '1' },
    onnx: { key: 'models/bench.onnx', sha256: sha256Hex(bytes), bytes: bytes.length },
  };
  const raw = (): Promise<unknown> =>
    session.run({ features: new Tensor('float32', windows, [batch, LOOK_BACK, FEATURES]) });
  const served = (): Promise<unknown> => inferPath(ports, model, windows, [batch, LOOK_BACK, FEATURES]);
  const calls = Math.max(4, Math.round(200 / batch));
  const times = { raw: [] as number[], served: [] as number[] };
  for (let round = -3; round < 30; round++)
    for (const [name, run] of [
      ['raw', raw],
      ['served', served],
    ] as const) {
      const before = process.cpuUsage();
      for (let i = 0; i < calls; i++) await run();
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times[name].push((user + system) / 1000 / calls);
    }
  await session.release();
  const [rawMs, servedMs] = [median(times.raw), median(times.served)];
  return {
    batch,
    rawCpuMs: round(rawMs, 4),
    servedCpuMs: round(servedMs, 4),
    shareOfRaw: round(rawMs / servedMs, 3),
    seriesPerCpuSecond: Math.round((1000 * batch) / servedMs),
    limits: { shareOfRaw: 0.9 },
  };
}

/** The API in a process of its own, as `finsight api` is one. */
async function withApi<T>(
  dataDir: string,
  work: (url: string, cpuMs: () => number) => Promise<T>,
): Promise<T> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('./serving-api.js', import.meta.url)), dataDir],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  try {
    const url = await new Promise<string>((done, fail) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => done(text.trim()));
      child.once('error', fail).once('exit', (code) => fail(new Error(`the API ended with code ${code}`)));
    });
    return await work(url, () => cpuOf(child.pid ?? 0));
  } finally {
    // It ends with its input.
    child.stdin.end();
  }
}

/** What a process has computed so far, ms; NaN where the system does not tell. Load of others does not change it. */
function cpuOf(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    // utime and stime, in ticks of 10 ms.
    return 10 * (Number(fields[11]) + Number(fields[12]));
  } catch {
    return NaN;
  }
}

async function measureApi(url: string, cpuMs: () => number): Promise<Record<string, unknown>> {
  const post = async (path: string, body: unknown): Promise<Record<string, unknown>> => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answers ${response.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text) as Record<string, unknown>;
  };
  // Each asks for another confidence, so that each is a record of its own that is written.
  let asked = 0;
  const request = (stream: string) => ({ stream, horizonBars: 4, minConfidence: 0.5 + ++asked * 1e-6 });
  const first: number[] = [];
  for (const stream of STREAMS) first.push(await timed(() => post('/predictions', request(stream))));
  const before = cpuMs();
  const load = await openLoop((i) => post('/predictions', request(STREAMS[i % STREAMS.length] ?? '')));
  const between = cpuMs();
  const batches: number[] = [];
  let failed = 0;
  for (let i = 0; i < BATCHES; i++)
    batches.push(
      await timed(async () => {
        const answer = await post('/predictions/batch', { requests: STREAMS.map(request) });
        failed += Number(answer['failed']);
      }),
    );
  const after = cpuMs();
  return {
    firstOfAStream: {
      ...shares(first),
      note: 'reads two years of bars, computes features and 256 past paths',
    },
    predictions: {
      requestsPerSecond: RATE,
      seconds: SECONDS,
      ...load,
      cpuMsEach: round((between - before) / (RATE * SECONDS), 2),
      limits: { p95Ms: 25 },
    },
    batchesOf100: {
      n: BATCHES,
      ...shares(batches),
      failed,
      cpuMsEach: round((after - between) / BATCHES, 1),
      limits: { p95Ms: 200 },
    },
    load: loadavg()[0],
  };
}

/** Requests start on time whether or not earlier ones have ended. */
async function openLoop(work: (i: number) => Promise<unknown>): Promise<Record<string, number>> {
  const times: number[] = [];
  let failures = 0;
  const pending: Promise<void>[] = [];
  const start = performance.now();
  for (let i = 0; i < RATE * SECONDS; i++) {
    const wait = start + (i * 1000) / RATE - performance.now();
    if (wait > 0) await pause(wait);
    pending.push(
      timed(() => work(i)).then(
        (ms) => void times.push(ms),
        () => void failures++,
      ),
    );
  }
  await Promise.all(pending);
  return { ...shares(times), failures };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

function shares(times: number[]): Record<'p50Ms' | 'p95Ms' | 'maxMs', number> {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number => round(sorted[Math.floor(share * (sorted.length - 1))] ?? NaN, 2);
  return { p50Ms: at(0.5), p95Ms: at(0.95), maxMs: at(1) };
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
const round = (value: number, digits: number): number => Number(value.toFixed(digits));
