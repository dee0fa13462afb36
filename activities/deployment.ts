import type { Ports } from '../adapters/ports.js';
import {
  deploymentId,
  emptyDeployment,
  isUnderWay,
  noted,
  type Deployment,
} from '../domain/deployment/record.js';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import { shouldPromote, type ModelVersion, type Stage } from '../domain/models.js';
import type { DeploymentReport } from '../domain/research.js';
import { moveAlias, moveEvent, setStage } from './deployment/aliases.js';
import { dropAlias, findModel } from './models.js';

export interface DeploymentInput {
  model: string;
  /** Ids of the evidence. */
  evaluations: string[];
  run?: string;
}

export const deploymentSteps = (ports: Ports) => ({
  /**
   * Decides by `shouldPromote`, moves the alias, and leaves the reasons in the audit log. While a rollout of the name is
   * under way nothing is moved.
   */
  async decideDeployment(input: DeploymentInput): Promise<DeploymentReport> {
    const model = await findModel(ports, input.model);
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', input.evaluations);
    if (evaluations.length < input.evaluations.length)
      throw new NotFoundError(
        `Some evidence of ${input.model} is gone: ${missing(input, evaluations).join(', ')}`,
      );
    const id = deploymentId(model.name, model.source);
    const rollout = await ports.documents.get<Deployment>('deployments', id);
    if (rollout && isUnderWay(rollout)) return keptBy(ports, input, { model, rollout });
    const { promote, reasons } = shouldPromote({
      evaluations,
      parityMaxAbs: model.parityMaxAbs,
      leaks: model.leaks ?? [],
    });
    const decision = promote ? 'promoted' : 'rejected';
    const stage: Stage = promote ? 'champion' : 'rejected';
    await ports.documents.update<ModelVersion>('models', model.id, (current) => ({
      ...(current ?? model),
      stage,
    }));
    if (promote) await promoteAtOnce(ports, model, { input, reasons });
    else await dropAtOnce(ports, model, reasons);
    await auditDecision(ports, input, { action: `model.${decision}`, target: model.id, reasons });
    return { model: model.name, version: model.version, decision, reasons };
  },
});

async function promoteAtOnce(
  ports: Ports,
  model: ModelVersion,
  { input, reasons }: { input: DeploymentInput; reasons: string[] },
): Promise<void> {
  const { name, source, id: version } = model;
  const { evaluations } = input;
  const at = ports.now();
  const told = { model: name, source, version, rollout: null, by: 'deployModel', reasons, at };
  const replaced = await moveAlias(ports, {
    ...{ name, source, to: version, evaluations },
    event: (before) => moveEvent('model.promoted', { ...told, replaced: before, evidenceSha256: null }),
  });
  const { previous } = await ports.documents.update<Deployment>(
    'deployments',
    deploymentId(name, source),
    (current) => {
      const record = current ?? emptyDeployment(name, source, at);
      // Again with the same version: what it replaced is known already.
      if (record.champion === version && record.stage === 'promoted') return record;
      // An attempt that ended between alias and record has replaced what the record still names.
      const before = replaced ?? (record.champion === version ? record.previous : record.champion);
      return noted(record, {
        ...{ at, by: 'deployModel', reasons, stage: 'promoted', candidate: null, percent: 0, startedAt: at },
        ...{ champion: version, championEvaluations: evaluations, previous: before, watchedUntil: null },
        ...{ previousEvaluations: before === record.champion ? record.championEvaluations : [] },
        ...{ shadow: null, canary: null, trainedBy: model.trainedBy ?? null },
      });
    },
  );
  if (previous) await setStage(ports, previous, 'archived');
}

/** A version that was served and fails on newer evidence is served no longer. */
async function dropAtOnce(ports: Ports, model: ModelVersion, reasons: string[]): Promise<void> {
  if (!(await dropAlias(ports, model))) return;
  const { name, source, id: version } = model;
  const at = ports.now();
  const told = { model: name, source, version: null, replaced: version, rollout: null, by: 'deployModel' };
  await ports.documents.update<Deployment>(
    'deployments',
    deploymentId(name, source),
    (current) =>
      noted(current ?? emptyDeployment(name, source, at), {
        ...{ at, by: 'deployModel', reasons, stage: 'rejected', champion: null, championEvaluations: [] },
        ...{ candidate: null, previous: null, previousEvaluations: [], percent: 0, watchedUntil: null },
      }),
    () => [moveEvent('model.rolledBack', { ...told, reasons, evidenceSha256: null, at })],
  );
}

async function keptBy(
  ports: Ports,
  input: DeploymentInput,
  { model, rollout }: { model: ModelVersion; rollout: Deployment },
): Promise<DeploymentReport> {
  const reasons = [
    `Against: a rollout of ${rollout.candidate ?? 'another version'} is under way (${rollout.stage}), and nothing else moves the alias of ${model.name}; propose it when that has ended: finsight deployments start ${model.name}@${model.version}`,
  ];
  await auditDecision(ports, input, { action: 'model.kept', target: model.id, reasons });
  return { model: model.name, version: model.version, decision: 'kept', reasons };
}

async function auditDecision(
  ports: Ports,
  input: DeploymentInput,
  { action, target, reasons }: { action: string; target: string; reasons: string[] },
): Promise<void> {
  const detail = { reasons, evaluations: input.evaluations, run: input.run ?? null };
  const id = `aud_${action.slice('model.'.length)}_${target}_${input.run ?? ''}`;
  await ports.documents.insert('audit', [
    { id, at: ports.now(), principal: 'deployModel', action, target, detail },
  ]);
}

const missing = (input: DeploymentInput, found: Evaluation[]): string[] =>
  input.evaluations.filter((id) => !found.some((each) => each.id === id));
