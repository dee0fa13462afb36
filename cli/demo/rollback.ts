import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { openPredictor } from '../../activities/prediction/predictor.js';
import { readConfig, type Config } from '../../adapters/config.js';
import { approvalKeyFile, openApprovals, openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { ServingPort } from '../../adapters/ports-serving.js';
import { readToolPaths } from '../../adapters/toolchain.js';
import { startApi } from '../../api/server.js';
import { temporalStories } from '../../api/stories.js';
import { deploymentId, type Deployment, type DeploymentStage } from '../../domain/deployment/record.js';
import { UnreachableError } from '../../domain/errors.js';
import { startTemporalServer } from '../../infra/temporal-server.js';
import { startWorkers } from '../../workers/worker.js';
import { DEMO_NAME, DEMO_STREAM, makeModels, type DemoModels } from './rollback-models.js';

export const FAULTS = ['nan', 'slow', 'fail'] as const;
export type Fault = (typeof FAULTS)[number];

export interface RollbackDemo {
  fault: Fault;
  /** `mdl_<name>@<version>`: what answers in the end, and what was taken back. */
  champion: string | null;
  candidate: string | null;
  stage: DeploymentStage;
  reasons: string[];
  /** From the first request that met the fault to the decision. */
  secondsToRollback: number;
  requests: number;
  requestsPerSecond: number;
  /** By the candidate while it was sound, and by the champion in its place after that. */
  answeredByCandidate: number;
  fallbacks: number;
  /** Requests that the client got no forecast for. */
  lost: number;
  lostReasons: string[];
  /** Slowest answer that the client saw. */
  slowestMs: number;
  seconds: number;
}

const SOUND_ANSWERS = 5;
const AFTER_MS = 1000;
const PATIENCE_MS = 120_000;
/** What the canary may take for one inference; slower is a fault. */
const TIMEOUT_MS = 250;
const POLICY = {
  ...{ fourEyes: false, sticky: 'bar', lookMs: 200 },
  shadow: { minRequests: 20, minMs: 0 },
  // Its workers, stores, server and clients share one machine: times are no part of what is shown.
  rollback: { noticeableMs: 1000 },
  canary: { steps: [25], minRequests: 100_000, minMs: 0, timeoutMs: TIMEOUT_MS },
};

/**
 * Promotes a champion on a made market, brings a second version to its canary while requests come over HTTP, breaks its
 * serving, and counts what that costs. All in a directory of its own, with its own Temporal server, which are removed.
 */
export async function demoRollback(options: {
  fault: Fault;
  rate: number;
  seed: string;
}): Promise<RollbackDemo> {
  const started = performance.now();
  const directory = mkdtempSync(join(tmpdir(), 'finsight-demo-'));
  const binary = readToolPaths().temporal;
  const namespace = 'finsight';
  const server = await startTemporalServer({ binary, dataDir: directory, namespace, log: () => undefined });
  try {
    const config = readConfig({
      FINSIGHT_DATA_DIR: directory,
      FINSIGHT_ML: 'off',
      TEMPORAL_ADDRESS: server.address,
      TEMPORAL_NAMESPACE: namespace,
    });
    const opened = openPorts(config);
    try {
      const planted = plantFaults(opened.serving, options.fault);
      const ports = { ...opened, serving: planted.serving };
      const found = await underLoad({ ...options, ports, config, planted });
      return { ...found, seconds: (performance.now() - started) / 1000 };
    } finally {
      await opened.close();
    }
  } finally {
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Planted {
  serving: ServingPort;
  /** From now on this version is broken. */
  breakVersion(version: string): void;
  /** When a broken one was first asked, epoch ms. */
  firstAt(): number | null;
}

/** The serving port, of which one version can be broken. */
function plantFaults(serving: ServingPort, fault: Fault): Planted {
  let broken: string | null = null;
  let first: number | null = null;
  return {
    breakVersion: (version) => (broken = version),
    firstAt: () => first,
    serving: {
      ...serving,
      async infer(model, inputs) {
        if (model.version !== broken) return serving.infer(model, inputs);
        first ??= Date.now();
        if (fault === 'fail') throw new UnreachableError('The model server refuses the connection (planted)');
        if (fault === 'slow') await wait(20 * TIMEOUT_MS);
        const answer = await serving.infer(model, inputs);
        if (fault === 'nan')
          for (const { data } of Object.values(answer)) if (data instanceof Float32Array) data.fill(NaN);
        return answer;
      },
    },
  };
}

interface Setting {
  fault: Fault;
  rate: number;
  seed: string;
  ports: Ports;
  config: Config;
  planted: Planted;
}

async function underLoad(setting: Setting): Promise<Omit<RollbackDemo, 'seconds'>> {
  const { ports, config, seed } = setting;
  const models = await makeModels(ports, seed);
  const workers = await startWorkers({ config, ports, queues: ['finsight', 'io', 'gpu'], quiet: true });
  const stories = await temporalStories(config.temporal);
  const api = await startApi({
    ...{ ports, stories, forecasts: openPredictor(ports) },
    approvals: openApprovals({ file: approvalKeyFile(config.dataDir), documents: ports.documents }),
    config: { ...config.api, host: '127.0.0.1', port: 0, adminKey: '', logLevel: 'silent' },
  });
  try {
    return await rollOut(setting, { models, url: `${api.url}/api/v1` });
  } finally {
    await api.close();
    await stories.close();
    await workers.drain();
  }
}

async function rollOut(
  { ports, planted, rate, fault }: Setting,
  { models, url }: { models: DemoModels; url: string },
): Promise<Omit<RollbackDemo, 'seconds'>> {
  const { source, candidate } = models;
  const id = deploymentId(DEMO_NAME, source);
  const record = async (): Promise<Deployment> =>
    (await ports.documents.get<Deployment>('deployments', id)) as Deployment;
  const load = startLoad(`${url}/predictions`, { rate, source: `simulated:${source.detail}` });
  try {
    await post(`${url}/deployments`, { model: candidate, policy: POLICY });
    await until(record, 'approval');
    const { evidenceSha256 } = await record();
    await post(`${url}/deployments/${encodeURIComponent(id)}/approve`, { evidenceSha256 });
    await until(record, 'canary');
    for (const since = Date.now(); load.seen().candidate < SOUND_ANSWERS; await wait(20))
      if (Date.now() - since > PATIENCE_MS) throw new UnreachableError('The canary got no request');
    planted.breakVersion(candidate.slice(candidate.lastIndexOf('@') + 1));
    await until(record, 'rolledBack');
    await wait(AFTER_MS);
  } finally {
    await load.stop();
  }
  const ended = await record();
  const seen = load.seen();
  return {
    ...{ fault, champion: ended.champion, candidate: ended.candidate, stage: ended.stage },
    reasons: ended.reasons,
    secondsToRollback: (ended.updatedAt - (planted.firstAt() ?? NaN)) / 1000,
    ...{ requests: seen.requests, requestsPerSecond: seen.requests / seen.seconds },
    ...{ answeredByCandidate: seen.candidate, fallbacks: seen.fallback },
    ...{
      lost: seen.lost.length,
      lostReasons: [...new Set(seen.lost)].slice(0, 5),
      slowestMs: seen.slowestMs,
    },
  };
}

/** Requests at an even pace, each by another customer; an answer without a forecast is a lost one. */
function startLoad(url: string, { rate, source }: { rate: number; source: string }) {
  const began = performance.now();
  const seen = { requests: 0, candidate: 0, fallback: 0, lost: [] as string[], slowestMs: 0, seconds: 0 };
  const running = new Set<Promise<void>>();
  const one = async (number: number): Promise<void> => {
    const started = performance.now();
    const body = { stream: DEMO_STREAM, source, name: DEMO_NAME, stickyKey: `customer-${number}` };
    try {
      const made = (await post(url, body)) as { mean?: unknown; route?: { answered: string } };
      if (typeof made.mean !== 'number') throw new Error('an answer without a forecast');
      if (made.route?.answered === 'candidate') seen.candidate++;
      if (made.route?.answered === 'fallback') seen.fallback++;
    } catch (error) {
      seen.lost.push(String((error as Error).message).slice(0, 200));
    }
    seen.slowestMs = Math.max(seen.slowestMs, performance.now() - started);
  };
  const timer = setInterval(() => {
    const work = one(seen.requests++).finally(() => running.delete(work));
    running.add(work);
  }, 1000 / rate);
  return {
    seen: () => ({ ...seen, seconds: (performance.now() - began) / 1000 }),
    async stop(): Promise<void> {
      clearInterval(timer);
      await Promise.all(running);
    },
  };
}

/** @throws what the answer says where it is no success */
async function post(url: string, body: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new UnreachableError(`${url} answers ${response.status}: ${text.slice(0, 500)}`);
  return JSON.parse(text);
}

/** @throws UnreachableError where it ends elsewhere, or does not come */
async function until(record: () => Promise<Deployment>, stage: DeploymentStage): Promise<void> {
  for (const since = Date.now(); ; await wait(20)) {
    const found = await record();
    if (found.stage === stage) return;
    const isOver = found.stage === 'rejected' || found.stage === 'rolledBack';
    if (isOver || Date.now() - since > PATIENCE_MS)
      throw new UnreachableError(
        `The rollout is in the stage ${found.stage}, not ${stage}: ${found.reasons.join(' ')}`,
      );
  }
}
