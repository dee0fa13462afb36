import { publicKeyOf, signCode, type ApprovalClaims } from '../../domain/deployment/approval.js';
import type { PolicyChanges } from '../../domain/deployment/policy.js';
import { deploymentId, type Deployment } from '../../domain/deployment/record.js';
import { phaseOf } from '../../domain/deployment/routing.js';
import { count, emptyPhase, type PhaseTally } from '../../domain/deployment/tallies.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { FEATURE_VERSION } from '../../domain/features.js';
import type { ModelVersion, Stage } from '../../domain/models.js';
import type { Ports } from '../../adapters/ports.js';
import { championId, type Alias } from '../../activities/models.js';

export const ROLLED_SOURCE = { kind: 'simulated', detail: '9' } as const;
export const SECRET = '5'.repeat(64);
const STREAM = 'binance/BTC-USDT/1h';

const figures = (name: string, mae: number, directionalAccuracy: number) => ({
  ...{ name, n: 2000, mae, directionalAccuracy },
  wilson95: [0, 1] as [number, number],
});

/** Evidence that deserves promotion; with half of the directions right it does not. */
const madeEvaluation = (model: string, directionalAccuracy: number): Evaluation => ({
  ...{ id: `evl_${model}`, model, stream: STREAM, horizonBars: 1, from: 0, to: 1, n: 2000, mae: 99 },
  ...{ directionalAccuracy, wilson95: [0, 1] },
  baselines: [figures('persistence', 100, NaN), figures('majority', 101, 0.5)],
  pesaranTimmermann: { statistic: 1, pValue: 0.1 },
  dieboldMariano: { statistic: 1, pValue: 0.1 },
  conformal: { coverage: 0.9, scale: 1, n: 100, measuredCoverage: 0.9 },
  profitAfterCosts: { total: 0.1, buyAndHold: 0.05, feeBps: 10, slippageBps: 2 },
  forecasts: { key: `forecasts/${model}.json`, sha256: 'f'.repeat(64) },
  ...{ dataset: 'ds_1', createdAt: 0, source: ROLLED_SOURCE },
});

/** A version with its evidence in the store. */
export async function storeVersion(
  ports: Ports,
  made: { name: string; version: string; trainedBy?: string; stage?: Stage; accuracy?: number },
): Promise<string> {
  const { name, version, trainedBy = 'anna', stage = 'candidate', accuracy = 0.54 } = made;
  const model: ModelVersion = {
    ...{ id: `mdl_${name}@${version}`, name, version, task: 'forecast', kind: 'ridge', stage, trainedBy },
    onnx: { key: `models/${name}/${version}.onnx`, sha256: version.padStart(64, '0'), bytes: 10 },
    ...{ specSha256: version, spec: {}, dataset: 'ds_1', training: {}, parityMaxAbs: 1e-7, seconds: 1 },
    ...{ createdAt: 0, source: ROLLED_SOURCE, featureVersion: FEATURE_VERSION },
  };
  await ports.documents.upsert('models', [model]);
  const evaluation = madeEvaluation(`${name}@${version}`, accuracy);
  await ports.documents.upsert('evaluations', [{ ...evaluation, sourceKey: 'simulated-9' }]);
  return model.id;
}

export async function serveVersion(ports: Ports, { name, version }: { name: string; version: string }) {
  const model = await storeVersion(ports, { name, version, stage: 'champion' });
  const alias: Alias = {
    ...{ id: championId(name, ROLLED_SOURCE), name, sourceKey: 'simulated-9', alias: 'champion', model },
    ...{ evaluations: [`evl_${name}@${version}`], updatedAt: 0 },
  };
  await ports.documents.upsert('aliases', [alias]);
  return model;
}

export const recordOf = (ports: Ports, name: string) =>
  ports.documents.get<Deployment>('deployments', deploymentId(name, ROLLED_SOURCE));

export const aliasOf = async (ports: Ports, name: string): Promise<string | null> =>
  (await ports.documents.get<Alias>('aliases', championId(name, ROLLED_SOURCE)))?.model ?? null;

/** Requests of the present step, as a process would have counted them. */
export async function countRequests(
  ports: Ports,
  record: Deployment,
  told: { requests: number; failures?: number; ms?: number; difference?: number },
): Promise<void> {
  const { requests, failures = 0, ms = 2, difference = 0.1 } = told;
  const phase = phaseOf(record);
  const tally: PhaseTally = emptyPhase(`${record.rollout}:${phase}:made`, record.rollout ?? '', phase);
  for (let i = 0; i < requests; i++) {
    count(tally.candidate, { ms, failure: i < failures ? 'it answers NaN' : null });
    count(tally.champion, { ms: 2, failure: null });
  }
  tally.difference = { n: requests, sum: requests * difference, max: difference };
  await ports.documents.upsert('deploymentTallies', [tally]);
}

/** Nothing is waited for but requests. */
export const QUICK: PolicyChanges = {
  shadow: { minRequests: 10, minMs: 0 },
  canary: { steps: [25], minRequests: 10, minMs: 0 },
  lookMs: 100,
};

export const storeKey = (ports: Ports): Promise<void> =>
  ports.documents.upsert('approvalKeys', [{ ...publicKeyOf(SECRET), usedAt: 1 }]);

let nonces = 0;
/** A code for what the record decides on, changed. */
export const codeOf = (record: Deployment, change: Partial<ApprovalClaims> = {}, secret = SECRET): string =>
  signCode(secret, {
    ...{ action: 'decide', principal: 'berta', model: record.model, candidate: record.candidate ?? '' },
    ...{ evidenceSha256: record.evidenceSha256 ?? '', expiresAt: Date.now() + 10 ** 10 },
    nonce: `nonce-${++nonces}`,
    ...change,
  });
