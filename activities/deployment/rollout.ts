import type { Ports } from '../../adapters/ports.js';
import { resolvePolicy, type PolicyChanges } from '../../domain/deployment/policy.js';
import {
  deploymentId,
  emptyDeployment,
  isUnderWay,
  NO_APPROVAL,
  noted,
  type Deployment,
} from '../../domain/deployment/record.js';
import { stickyBy } from '../../domain/deployment/routing.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Source } from '../../domain/sources.js';
import { audit } from '../auditing.js';
import { championId, checkServable, findModel, type Alias } from '../models.js';
import { setStage } from './aliases.js';

/** A version that is to be served one day. */
export interface Proposal {
  /** `<name>@<version>`. */
  model: string;
  /** Ids of the evidence; left out: the latest evaluation of each stream. */
  evaluations?: string[];
  policy?: PolicyChanges;
  /** The principal, or the story, that proposes it. */
  by: string;
}

export const rolloutSteps = (ports: Ports) => ({
  /**
   * Begins a rollout: the record that it is kept in, which is also its trace. @throws NotFoundError for an unknown version or
   * without evidence, InvalidInputError for one that is served already or of another task, DataQualityError for a leaky one
   */
  async openRollout(args: { proposal: Proposal; rollout: string }): Promise<Deployment> {
    const { proposal, rollout } = args;
    const model = checkServable(await findModel(ports, proposal.model));
    if (model.task !== 'forecast')
      throw new InvalidInputError(`${model.id} is no forecaster; sentiment models are chosen by their alias`);
    const { name, source } = model;
    const alias = await ports.documents.get<Alias>('aliases', championId(name, source));
    if (alias?.model === model.id) throw new InvalidInputError(`${model.id} is the champion already`);
    const evidence = await findEvidence(ports, model, proposal);
    const policy = resolvePolicy(proposal.policy);
    const at = ports.now();
    const known = await ports.documents.get<Deployment>('deployments', deploymentId(name, source));
    const streams = new Set(evidence.map(({ stream }) => stream)).size;
    const record = noted(known ?? emptyDeployment(name, source, at), {
      ...{
        at,
        by: proposal.by,
        reasons: [`${proposal.by} proposes ${model.id}.`],
        stage: 'evidence' as const,
      },
      ...{ rollout, candidate: model.id, evaluations: evidence.map(({ id }) => id), percent: 0 },
      ...{ champion: alias?.model ?? null, championEvaluations: alias?.evaluations ?? [], policy },
      ...{ evidenceSha256: null, checks: [], shadow: null, canary: null, approval: NO_APPROVAL },
      ...{ trainedBy: model.trainedBy ?? null, proposedBy: proposal.by, watchedUntil: null, startedAt: at },
      sticky: stickyBy(policy.sticky, { streams, firstPercent: policy.canary.steps[0] ?? 100 }),
    });
    if (model.stage !== 'candidate') await setStage(ports, model.id, 'candidate');
    await ports.documents.upsert<Deployment>('deployments', [record]);
    await auditRollout(ports, record, { action: 'deployment.evidence', by: proposal.by });
    return record;
  },

  /**
   * What a story that begins anew finds: the record of the name, that of `source` or the one that changed last. One that is
   * still under way was left by a story that was ended from outside.
   */
  async reopenDeployment(args: { name: string; source?: Source }): Promise<Deployment | null> {
    const { name, source } = args;
    if (source) return ports.documents.get<Deployment>('deployments', deploymentId(name, source));
    const { items } = await ports.documents.find<Deployment>('deployments', {
      where: { model: name },
      limit: 100,
    });
    return items.find(isUnderWay) ?? items[0] ?? null;
  },

  /**
   * Hands a retrained version to the story of its name, where that name is rolled out by stages; false where it is not, so that
   * it is decided on at once. Nobody waits for what comes of it.
   */
  async proposeRetrained(args: { model: string; evaluations: string[] }): Promise<boolean> {
    const { name, source, version } = await findModel(ports, args.model);
    const known = await ports.documents.get<Deployment>('deployments', deploymentId(name, source));
    if (!known?.policy) return false;
    const proposal: Proposal = {
      ...{ model: `${name}@${version}`, evaluations: args.evaluations, by: 'retrainModel' },
      // As the last one of the name was.
      policy: known.policy as unknown as PolicyChanges,
    };
    await ports.stories.signal('manageDeployment', { name }, { name: 'proposal', args: [proposal] });
    return true;
  },

  /** A proposal that came as a signal while another version is on its way: nobody waits for the answer. */
  async refuseProposal(args: { proposal: Proposal; reason: string }): Promise<void> {
    const { by, model } = args.proposal;
    const what = { principal: by, tenant: 'default', action: 'deployment.refused', target: `mdl_${model}` };
    await audit(ports, what, { reasons: [args.reason] });
  },
});

/** Their ids travel with the record. */
const MOST_EVIDENCE = 100;

/** @throws InvalidInputError naming what does not fit, or that there is none */
async function findEvidence(ports: Ports, model: ModelVersion, proposal: Proposal): Promise<Evaluation[]> {
  const name = `${model.name}@${model.version}`;
  if (proposal.evaluations) {
    const found = await ports.documents.getMany<Evaluation>('evaluations', proposal.evaluations);
    const gone = proposal.evaluations.filter((id) => !found.some((each) => each.id === id));
    const others = found.filter((each) => each.model !== name).map(({ id }) => id);
    if (gone.length + others.length === 0 && found.length > 0) return found;
    throw new InvalidInputError(
      `The evidence for ${name} does not fit: ${gone.length > 0 ? `there is no ${gone.join(', ')}` : ''}${others.length > 0 ? ` of other versions are ${others.join(', ')}` : ''}`,
    );
  }
  const { items } = await ports.documents.find<Evaluation>('evaluations', {
    where: { model: name },
    limit: 500,
  });
  const latest = new Map<string, Evaluation>();
  for (const each of items) if (!latest.has(each.stream)) latest.set(each.stream, each);
  if (latest.size > MOST_EVIDENCE)
    throw new InvalidInputError(
      `${name} was evaluated on ${latest.size} streams; at most ${MOST_EVIDENCE} evaluations are evidence: name them`,
    );
  if (latest.size > 0) return [...latest.values()];
  throw new InvalidInputError(
    `${name} was not evaluated on any stream yet: finsight evaluate, or the story evaluateModel, does so`,
  );
}

/** The decision with its reasons; of one instant it is one entry. */
export async function auditRollout(
  ports: Ports,
  record: Deployment,
  { action, by }: { action: string; by: string },
): Promise<void> {
  const { rollout, stage, percent, candidate, champion, evidenceSha256, reasons, updatedAt } = record;
  const what = { principal: by, tenant: 'default', action, target: candidate ?? champion ?? record.id };
  await audit(ports, what, {
    ...{ deployment: record.id, rollout, stage, percent, candidate, champion, evidenceSha256 },
    ...{ reasons, decidedAt: updatedAt },
  });
}
