import { z } from 'zod';
import { DEPLOYMENT_STAGES } from '../domain/deployment/record.js';
import { answer, figure, instant, source } from './schemas.js';

const stage = z.enum(DEPLOYMENT_STAGES);
const modelId = z.string().nullable().describe('mdl_<name>@<version>');

const shadow = z
  .object({
    requests: z.int(),
    failures: z.int(),
    meanAbsDifference: figure.describe('Of the expected moves, in units of volatility·√horizon'),
    maxAbsDifference: figure,
    p95Ms: figure.describe('Of one inference'),
    championP95Ms: figure,
  })
  .describe('Mirrored requests: the candidate was asked, too, and its answers were not given');

const canary = z
  .object({
    requests: z.int(),
    failures: z.int().describe('Each was answered by the champion'),
    p95Ms: figure,
    championRequests: z.int(),
    championFailures: z.int(),
    championP95Ms: figure,
  })
  .describe('Requests of the present step');

const approval = z.object({
  state: z.enum(['none', 'waiting', 'approved', 'rejected', 'expired']),
  by: z.string().nullable(),
  at: instant.nullable(),
  expiresAt: instant.nullable(),
  escalatedAt: instant.nullable(),
});

export const deployment = answer(
  'Deployment',
  z.object({
    id: z
      .string()
      .describe('<name>:<source key>')
      .meta({ examples: ['ridge-1h-h1:simulated-1'] }),
    model: z.string().describe("The model's name"),
    source,
    sourceKey: z.string(),
    workflowId: z.string().describe('deployment/<name>'),
    stage,
    champion: modelId,
    candidate: modelId,
    previous: modelId.describe('What a rollback goes back to'),
    rollout: z.string().nullable(),
    percent: z.number().describe('Of requests to the candidate'),
    evaluations: z.array(z.string()),
    championEvaluations: z.array(z.string()),
    previousEvaluations: z.array(z.string()),
    evidenceSha256: z.string().nullable().describe('What an approval is given for'),
    checks: z.array(z.object({ name: z.string(), passed: z.boolean(), text: z.string() })),
    shadow: shadow.nullable(),
    canary: canary.nullable(),
    approval,
    trainedBy: z.string().nullable().describe('The principal who cannot approve'),
    proposedBy: z.string().nullable(),
    policy: z.record(z.string(), z.unknown()).nullable(),
    sticky: z.enum(['stream', 'bar']),
    watchedUntil: instant.nullable(),
    reasons: z.array(z.string()),
    history: z
      .array(z.object({ at: instant, stage, by: z.string(), reasons: z.array(z.string()) }))
      .describe('Newest last; the latest twenty, reasons cut short'),
    startedAt: instant,
    updatedAt: instant,
  }),
);
