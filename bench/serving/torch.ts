import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Pool } from 'undici';
import type { ServingPort } from '../../adapters/ports.js';
import { projectRoot } from '../../adapters/config.js';
import { checkInputsOf, makeCheckModel } from '../../adapters/serving/check-models.js';
import { decodeFrame, encodeFrame } from '../../adapters/serving/frames.js';
import { openServing } from '../../adapters/serving/index.js';
import { servedAs } from '../../adapters/serving/torchserve-archive.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import { torchserve, torchServeAddress } from '../../infra/test-servers/torchserve.js';
import type { ServingTask } from '../serving.js';
import { median, rounded, timesOf } from './figures.js';

const ROUNDS = 9;
const SINGLE = 50;
const CONCURRENT = 32;
const TOGETHER = 320;
const IN_FLIGHT = 1000;
const WIDTH = 128;
const LIMITS = { shareOfRawClient: 0.9, singleP50Ms: 5, lost: 0 };
const KEY = 'the key of this bench';

/** 24 layers of 128, as the part `onnx` has it: of the size of a forecaster. */
const network = makeCheckModel('1', { name: 'network', layers: 24, width: WIDTH });
const objects = { get: async () => network.bytes };
const inputs = checkInputsOf(1, { width: WIDTH });

/**
 * `torchscript:` beside a client that sends the same frame to the same process, reads the answer, and looks at nothing:
 * what the adapter's checks of inputs, digest, shape and numbers cost.
 */
export async function benchTorchscript({ directory }: ServingTask): Promise<Record<string, unknown>> {
  const { state, reason } = readMlState();
  if (state !== 'ready') return { notMeasured: `the Python environment is ${state}: ${reason}` };
  const keyFile = join(directory, 'key');
  writeFileSync(keyFile, KEY);
  const began = performance.now();
  const child = spawn(readToolPaths().mlPython, ['-m', 'finsight_ml', 'serve', '--key-file', keyFile], {
    cwd: join(projectRoot(), 'ml-pipelines'),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const startMs = rounded(performance.now() - began, 0);
    const origin = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
    const serving = openServing(
      origin.replace('http://', `torchscript:http://:${encodeURIComponent(KEY)}@`),
      {
        objects,
      },
    );
    const raw = rawClient(origin, {
      path: `/models/${network.ref.onnx.sha256}/infer`,
      headers: { authorization: `Bearer ${KEY}` },
    });
    return { startMs, ...(await besideRaw(serving, raw)), limits: LIMITS };
  } finally {
    await ended(child);
  }
}

/** `torchserve:` beside the same kind of client, against one worker of the real server. */
export async function benchTorchserve(): Promise<Record<string, unknown>> {
  const missing = torchserve.missing();
  if (missing !== null) return { notMeasured: missing };
  const began = performance.now();
  const server = await torchserve.start();
  const startMs = rounded(performance.now() - began, 0);
  try {
    const serving = openServing(torchServeAddress(server), { objects });
    const { name, version } = servedAs(network.ref);
    const raw = rawClient(`http://${server.address.split(',')[0]}`, {
      path: `/predictions/${name}/${version}`,
      headers: { 'content-type': 'application/octet-stream' },
    });
    return { startMs, ...(await besideRaw(serving, raw)), limits: LIMITS };
  } finally {
    await server.stop();
  }
}

interface Raw {
  ask(): Promise<unknown>;
  close(): Promise<void>;
}

function rawClient(
  origin: string,
  { path, headers }: { path: string; headers: Record<string, string> },
): Raw {
  const pool = new Pool(origin, { connections: 64 });
  const body = encodeFrame({ name: network.ref.name, version: network.ref.version }, inputs);
  return {
    async ask() {
      const answer = await pool.request({ method: 'POST', path, headers, body });
      if (answer.statusCode !== 200)
        throw new Error(`status ${answer.statusCode}: ${await answer.body.text()}`);
      return decodeFrame(Buffer.from(await answer.body.arrayBuffer()));
    },
    close: () => pool.destroy(),
  };
}

/** Rounds in turns, so that what else the machine does meets both. The share is the median of the rounds' ratios. */
async function besideRaw(serving: ServingPort, raw: Raw) {
  try {
    const began = performance.now();
    await serving.load(network.ref);
    const loadMs = rounded(performance.now() - began, 0);
    const own = (): Promise<unknown> => serving.infer(network.ref, inputs);
    const singles: Record<'own' | 'raw', number[]> = { own: [], raw: [] };
    const rates: Record<'own' | 'raw', number[]> = { own: [], raw: [] };
    for (const call of [own, raw.ask]) for (let i = 0; i < 20; i++) await call();
    for (let round = 0; round < ROUNDS; round++)
      for (const [who, call] of [
        ['own', own],
        ['raw', raw.ask],
      ] as const) {
        singles[who].push(...(await timesAlone(call)));
        rates[who].push(await perSecond(call));
      }
    const lost = await Promise.allSettled(Array.from({ length: IN_FLIGHT }, own)).then(
      (all) => all.filter(({ status }) => status === 'rejected').length,
    );
    return {
      loadMs,
      single: { own: timesOf(singles.own), raw: timesOf(singles.raw) },
      concurrent32: {
        ownPerSecond: rounded(median(rates.own), 0),
        rawPerSecond: rounded(median(rates.raw), 0),
        shareOfRawClient: rounded(median(rates.own.map((rate, i) => rate / (rates.raw[i] ?? NaN))), 3),
      },
      inFlight: { requests: IN_FLIGHT, lost },
    };
  } finally {
    await Promise.all([serving.close(), raw.close()]);
  }
}

async function timesAlone(call: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < SINGLE; i++) {
    const began = performance.now();
    await call();
    times.push(performance.now() - began);
  }
  return times;
}

async function perSecond(call: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  let left = TOGETHER;
  const caller = async (): Promise<void> => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: CONCURRENT }, caller));
  return TOGETHER / ((performance.now() - began) / 1000);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}
