import type { EventRow, Ports } from '../../adapters/ports.js';
import type { PublicKey } from '../../domain/deployment/approval.js';
import { evidenceChecks, evidenceDigest, type LatencyProbe } from '../../domain/deployment/evidence.js';
import type { Deployment, EvidenceCheck } from '../../domain/deployment/record.js';
import { phaseOf } from '../../domain/deployment/routing.js';
import type { Aftermath } from '../../domain/deployment/rules.js';
import { canaryFigures, shadowFigures, type PhaseTally } from '../../domain/deployment/tallies.js';
import type { DriftReport } from '../../domain/drift/report.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { Stage } from '../../domain/models.js';
import type { Settlement } from '../../domain/settlement.js';
import { findModel } from '../models.js';
import { moveAlias, moveEvent, setStage } from './aliases.js';
import { auditRollout } from './rollout.js';

/** What is to be written of a deployment: its record, and what follows from it. */
export interface Applied {
  record: Deployment;
  /** Of the audit entry; `model.promoted`, `model.rolledBack` and `deployment.escalated` are also told as events. */
  action: string;
  by: string;
  /** Where the alias goes; left out: it stays. Null: no version is served. */
  alias?: { to: string | null; evaluations: string[] };
  /** Stages of versions, by their ids. */
  stages?: Record<string, Stage>;
}

const MOST_KEYS = 20;
const MOST_TALLIES = 500;
const MOST_SETTLED = 1000;

export const turningSteps = (ports: Ports) => ({
  /** The public halves of the keys that sign approval codes, the latest used first. */
  async readApprovalKeys(): Promise<PublicKey[]> {
    const { items } = await ports.documents.find<PublicKey>('approvalKeys', { limit: MOST_KEYS });
    return items.map(({ id, publicKey }) => ({ id, publicKey }));
  },

  /** Holds the evidence of a candidate against the rules. */
  async checkEvidence(args: { record: Deployment; probe: LatencyProbe }): Promise<EvidenceCheck[]> {
    const { record, probe } = args;
    const model = await findModel(ports, record.candidate ?? '');
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', record.evaluations);
    const maxP95Ms = record.policy?.latency.maxP95Ms ?? 0;
    return evidenceChecks({ model, evaluations, probe, maxP95Ms });
  },

  /** What an approval of this record is given for. */
  async digestEvidence(record: Deployment): Promise<string> {
    const model = await findModel(ports, record.candidate ?? '');
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', record.evaluations);
    const forecasts = evaluations.map(({ id, forecasts: { sha256 } }) => ({ evaluation: id, sha256 }));
    return evidenceDigest(record, { onnxSha256: model.onnx.sha256, forecasts });
  },

  /** How the versions fare by now; the record with the figures is stored. */
  async observeDeployment(record: Deployment): Promise<{ record: Deployment; aftermath: Aftermath }> {
    const { items: tallies } = await ports.documents.find<PhaseTally>('deploymentTallies', {
      where: { rollout: record.rollout, phase: phaseOf(record) },
      order: 'oldest',
      limit: MOST_TALLIES,
    });
    const figures =
      record.stage === 'shadow' ? { shadow: shadowFigures(tallies) } : { canary: canaryFigures(tallies) };
    const seen = { ...record, ...figures, updatedAt: ports.now() };
    await ports.documents.upsert<Deployment>('deployments', [seen]);
    if (record.stage === 'shadow') return { record: seen, aftermath: { settled: null, drift: null } };
    const version = (record.stage === 'canary' ? record.candidate : record.champion) ?? '';
    return { record: seen, aftermath: await aftermathOf(ports, version.replace(/^mdl_/, ''), record) };
  },

  /** Writes a decision: alias, record with its event, stages of the versions, audit. Again it changes nothing. */
  async applyDeployment({ record, action, by, alias, stages }: Applied): Promise<void> {
    const { model: name, source } = record;
    if (alias) await moveAlias(ports, { name, source, ...alias });
    await ports.documents.upsert<Deployment>(
      'deployments',
      [record],
      eventsOf({ record, action, by, ...(alias && { alias }) }),
    );
    for (const [id, stage] of Object.entries(stages ?? {})) await setStage(ports, id, stage);
    await auditRollout(ports, record, { action, by });
  },
});

function eventsOf({
  record,
  action,
  by,
  alias,
}: Pick<Applied, 'record' | 'action' | 'by' | 'alias'>): EventRow[] {
  const { model, source, champion, candidate, rollout, reasons, evidenceSha256, updatedAt: at } = record;
  if (action === 'model.promoted' || action === 'model.rolledBack') {
    const replaced = action === 'model.promoted' ? record.previous : candidate;
    const version = alias ? alias.to : champion;
    const told = { model, source, version, replaced, rollout, by, reasons, evidenceSha256, at };
    return [moveEvent(action, told)];
  }
  if (action !== 'deployment.escalated') return [];
  const payload = { deployment: record.id, model, candidate, rollout, reasons, evidenceSha256 };
  return [{ id: `evt_${action}_${rollout}`, type: action, at, payload }];
}

/** How a version's forecasts came out since its rollout began, and whether drift was found. */
async function aftermathOf(ports: Ports, model: string, { startedAt }: Deployment): Promise<Aftermath> {
  const { items } = await ports.documents.find<Settlement>('settlements', {
    where: { model, status: 'settled' },
    limit: MOST_SETTLED,
  });
  const latest = new Map<string, Settlement>();
  for (const each of items) {
    const known = latest.get(each.predictionId);
    if (each.settledAt >= startedAt && (known?.revision ?? 0) < each.revision)
      latest.set(each.predictionId, each);
  }
  const settled = [...latest.values()].filter(({ inside }) => inside !== null);
  const reports = await ports.documents.find<DriftReport>('driftReports', {
    where: { model, verdict: 'drift' },
    limit: 20,
  });
  const report = reports.items.find(({ createdAt }) => createdAt >= startedAt);
  const reasons = report?.findings
    .filter(({ verdict }) => verdict === 'drift')
    .flatMap((each) => each.reasons);
  return {
    settled:
      settled.length === 0
        ? null
        : {
            n: settled.length,
            inside: settled.filter(({ inside }) => inside).length,
            promised: settled.reduce((sum, { coverage }) => sum + coverage, 0) / settled.length,
          },
    drift: report ? { report: report.id, reasons: reasons ?? [] } : null,
  };
}
