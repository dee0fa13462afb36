import { z } from 'zod';
import { rollbackSubject, MOST_REASON } from '../domain/deployment/asks.js';
import { fourEyesRefusal, type CodeAction } from '../domain/deployment/approval.js';
import { deploymentStory, type Deployment } from '../domain/deployment/record.js';
import type { PolicyChanges } from '../domain/deployment/policy.js';
import { resolvePolicy } from '../domain/deployment/policy.js';
import { InvalidInputError, NotFoundError, UnreachableError } from '../domain/errors.js';
import type { Principal } from '../domain/identity.js';
import type { ModelVersion } from '../domain/models.js';
import { parseSource, sourceKey } from '../domain/sources.js';
import { deployment } from './deployment-schemas.js';
import { deploymentSegment, findDeployment } from './deployments.js';
import { ConflictError, ForbiddenError } from './errors.js';
import { route, type Context } from './route.js';
import { answer, instant, problem, request } from './schemas.js';
import { source } from './window-inputs.js';

const digest = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits, as the deployment shows them');
const id = { id: deploymentSegment };
const refusals = {
  400: { description: 'Not as it must be', schema: problem },
  403: { description: 'By this principal, or with this code, it is not allowed', schema: problem },
  404: { description: 'No such deployment', schema: problem },
  409: { description: 'Something else is under way, or nothing waits for it', schema: problem },
};

const proposal = request(
  'DeploymentRequest',
  z.strictObject({
    model: z.string().regex(/^[^@\s/]+@[^@\s]+$/, 'must be <name>@<version>'),
    source: source.optional().describe('Of its data; a version has one, so that this only checks it'),
    evaluations: z
      .array(z.string().min(1))
      .min(1)
      .max(100)
      .optional()
      .describe('Its evidence; left out: the latest evaluation of each stream'),
    policy: z
      .record(z.string(), z.unknown())
      .optional()
      .describe(
        'Members of the policy that differ from the usual ones, such as {"canary":{"steps":[10,50]}}',
      ),
  }),
);

const startDeployment = route({
  id: 'startDeployment',
  method: 'post',
  path: '/deployments',
  group: 'models',
  summary: 'Propose a version: evidence, shadow, approval, canary, champion; one at a time of a name',
  role: 'operator',
  body: proposal,
  answers: { 202: { description: 'It is under way', schema: deployment }, ...refusals },
  example: { body: { model: 'example@1' } },
  async handle({ body, principal, context }) {
    const { model: version, source: wanted, evaluations, policy } = body;
    const model = await context.ports.documents.get<ModelVersion>('models', `mdl_${version}`);
    if (!model) throw new NotFoundError(`No model "${version}"; GET /models lists them`);
    const asked = typeof wanted === 'string' ? parseSource(wanted) : wanted;
    if (asked && sourceKey(asked) !== sourceKey(model.source))
      throw new InvalidInputError(
        `${version} was trained on ${sourceKey(model.source)} data; it cannot be deployed for ${sourceKey(asked)}`,
      );
    resolvePolicy(policy as PolicyChanges | undefined);
    const argument = {
      ...{ model: version, by: principal.id },
      ...(evaluations && { evaluations }),
      ...(policy && { policy }),
    };
    const started = await ask(context, { name: 'propose', argument, model: model.name, principal });
    return { status: 202, body: started, target: (started as Deployment).id };
  },
});

interface Asked {
  name: 'propose' | 'approve' | 'reject' | 'rollback';
  argument: Record<string, unknown>;
  /** The model's name. */
  model: string;
  principal: Principal;
}

/** Of a name whose story does not run yet, it is started by what is asked of it. */
const ask = ({ stories }: Context, { name, argument, model, principal }: Asked): Promise<unknown> =>
  stories.update(deploymentStory(model), {
    ...{ name, argument },
    start: {
      ...{ kind: 'manageDeployment', input: { name: model } },
      by: { principal: principal.id, tenant: principal.tenant },
    },
  });

/** What a code can be issued for now. @throws ConflictError, ForbiddenError */
async function codeFor(
  context: Context,
  args: { record: Deployment; action: CodeAction; approves: boolean; principal: Principal },
): Promise<{ code: string; expiresAt: number; candidate: string; evidenceSha256: string | null }> {
  const { record, action, approves, principal } = args;
  const { approvals } = context;
  if (!approvals) throw new UnreachableError('This API signs no approval codes: it has no key for them');
  const candidate = action === 'decide' ? record.candidate : rollbackSubject(record);
  const isDue = action === 'rollback' || record.approval.state === 'waiting';
  if (!isDue || candidate === null)
    throw new ConflictError(
      `Nothing of ${record.id} ${action === 'decide' ? 'waits for an approval' : 'can be rolled back'}: its stage is ${record.stage}`,
    );
  const fourEyes = approves && (record.policy?.fourEyes ?? true);
  const refusal = fourEyesRefusal(principal.id, { fourEyes, trainedBy: record.trainedBy, candidate });
  if (refusal) throw new ForbiddenError(refusal.reason);
  const evidenceSha256 = action === 'decide' ? record.evidenceSha256 : null;
  const { code, claims } = await approvals.issue({
    ...{ action, principal: principal.id, model: record.model, candidate },
    evidenceSha256: evidenceSha256 ?? '',
  });
  // A key that was just made is not known to the story yet.
  await context.stories.signal(record.workflowId, 'look').catch(() => undefined);
  return { code, expiresAt: claims.expiresAt, candidate, evidenceSha256 };
}

const approvalCode = answer(
  'ApprovalCode',
  z.object({
    code: z.string().describe('For one use, by whoever holds it, in the name of the principal'),
    expiresAt: instant,
    principal: z.string(),
    candidate: z.string(),
    evidenceSha256: z.string().nullable(),
  }),
);

const issueCode = route({
  id: 'issueApprovalCode',
  method: 'post',
  path: '/deployments/{id}/approval-code',
  group: 'models',
  summary: 'A code with which you decide from the temporal command line, good for 15 minutes',
  role: 'operator',
  params: id,
  body: request(
    'ApprovalCodeRequest',
    z.strictObject({ action: z.enum(['decide', 'rollback']).default('decide') }),
  ),
  answers: { 200: { description: 'The code', schema: approvalCode }, ...refusals },
  example: { params: { id: 'ridge-1h-h1:simulated-1' }, body: { action: 'decide' } },
  async handle({ params, body, principal, context }) {
    const record = await findDeployment(context, params.id);
    const { action } = body;
    const issued = await codeFor(context, { record, action, approves: action === 'decide', principal });
    return { body: { ...issued, principal: principal.id }, target: record.id };
  },
});

const decided = answer(
  'DeploymentDecision',
  z.object({
    deployment: z.string(),
    candidate: z.string(),
    decision: z.enum(['approved', 'rejected']),
    by: z.string(),
  }),
);
const decision = request(
  'DeploymentDecisionRequest',
  z.strictObject({
    evidenceSha256: digest.describe('Of the evidence that you have seen'),
    comment: z.string().max(500).optional(),
  }),
);
const EVIDENCE = 'b'.repeat(64);

const decisionRoute = (name: 'approve' | 'reject') =>
  route({
    id: `${name}Deployment`,
    method: 'post',
    path: `/deployments/{id}/${name}`,
    group: 'models',
    summary:
      name === 'approve'
        ? 'Let the candidate get requests; not by the principal who trained it'
        : 'Refuse the candidate that waits for an approval',
    role: 'operator',
    params: id,
    body: decision,
    answers: { 200: { description: 'It is decided', schema: decided }, ...refusals },
    example: { params: { id: 'ridge-1h-h1:simulated-1' }, body: { evidenceSha256: EVIDENCE } },
    async handle({ params, body, principal, context }) {
      const record = await findDeployment(context, params.id);
      const approves = name === 'approve';
      const { code } = await codeFor(context, { record, action: 'decide', approves, principal });
      const argument = { code, ...body };
      const made = await ask(context, { name, argument, model: record.model, principal });
      return { body: made, target: record.id };
    },
  });

const rollbackDeployment = route({
  id: 'rollbackDeployment',
  method: 'post',
  path: '/deployments/{id}/rollback',
  group: 'models',
  summary: 'Take back what is on its way, or was promoted last: the version before it answers',
  role: 'operator',
  params: id,
  body: request('RollbackRequest', z.strictObject({ reason: z.string().min(1).max(MOST_REASON) })),
  answers: { 200: { description: 'It is taken back', schema: deployment }, ...refusals },
  example: { params: { id: 'ridge-1h-h1:simulated-1' }, body: { reason: 'It forecasts nonsense' } },
  async handle({ params, body, principal, context }) {
    const record = await findDeployment(context, params.id);
    const { code } = await codeFor(context, { record, action: 'rollback', approves: false, principal });
    const argument = { code, ...body };
    const made = await ask(context, { name: 'rollback', argument, model: record.model, principal });
    return { body: made, target: record.id };
  },
});

export const deploymentDecisionRoutes = [
  startDeployment,
  issueCode,
  decisionRoute('approve'),
  decisionRoute('reject'),
  rollbackDeployment,
];
