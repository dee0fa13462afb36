import type { Ports } from '../adapters/ports.js';
import { NotFoundError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import { shouldPromote, type ModelVersion, type Stage } from '../domain/models.js';
import type { DeploymentReport } from '../domain/research.js';
import { sourceKey } from '../domain/sources.js';
import { championId, dropAlias, findModel, type Alias } from './models.js';

export interface DeploymentInput {
  model: string;
  /** Ids of the evidence. */
  evaluations: string[];
  run?: string;
}

export const deploymentSteps = (ports: Ports) => ({
  /** Decides by `shouldPromote`, moves the alias, and leaves the reasons in the audit log. */
  async decideDeployment(input: DeploymentInput): Promise<DeploymentReport> {
    const model = await findModel(ports, input.model);
    const evaluations = await ports.documents.getMany<Evaluation>('evaluations', input.evaluations);
    if (evaluations.length < input.evaluations.length)
      throw new NotFoundError(
        `Some evidence of ${input.model} is gone: ${missing(input, evaluations).join(', ')}`,
      );
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
    if (promote) await moveAlias(ports, model, input.evaluations);
    else await dropAlias(ports, model);
    await ports.documents.insert('audit', [
      {
        id: `aud_${decision}_${model.id}_${input.run ?? ''}`,
        at: ports.now(),
        principal: 'deployModel',
        action: `model.${decision}`,
        target: model.id,
        detail: { reasons, evaluations: input.evaluations, run: input.run ?? null },
      },
    ]);
    return { model: model.name, version: model.version, decision, reasons };
  },
});

async function moveAlias(ports: Ports, model: ModelVersion, evaluations: string[]): Promise<void> {
  const id = championId(model.name, model.source);
  let replaced: string | null = null;
  await ports.documents.update<Alias>('aliases', id, (current) => {
    replaced = current && current.model !== model.id ? current.model : null;
    const { name, id: version } = model;
    const served = { name, sourceKey: sourceKey(model.source), alias: 'champion' as const, model: version };
    return { id, ...served, evaluations, updatedAt: ports.now() };
  });
  if (replaced)
    await ports.documents.update<ModelVersion>('models', replaced, (old) => ({
      ...(old as ModelVersion),
      stage: 'archived',
    }));
}

const missing = (input: DeploymentInput, found: Evaluation[]): string[] =>
  input.evaluations.filter((id) => !found.some((each) => each.id === id));
