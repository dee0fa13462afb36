import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DocumentsPort } from '../adapters/ports.js';
import type { AuditEntry } from '../domain/audit.js';
import { cursor, limit, readRange, text, time } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf } from './schemas.js';

/** Appends an entry; there is no way to change or remove one. */
export async function appendAudit(documents: DocumentsPort, entry: Omit<AuditEntry, 'id'>): Promise<void> {
  await documents.insert<AuditEntry>('audit', [{ id: `aud_${randomBytes(12).toString('hex')}`, ...entry }]);
}

const entry = answer(
  'AuditEntry',
  z.object({
    id: z.string(),
    at: instant,
    principal: z.string(),
    tenant: z.string(),
    action: z.string(),
    target: z.string(),
    outcome: z.enum(['done', 'refused']),
    status: z.int(),
    requestId: z.string(),
    detail: z.record(z.string(), z.unknown()),
  }),
);

const listAudit = route({
  id: 'listAudit',
  method: 'get',
  path: '/audit',
  group: 'administration',
  summary: 'Who changed what, newest first',
  role: 'admin',
  query: {
    principal: text('Only changes by this principal'),
    action: text('Only this operation', 'startRun'),
    target: text('Only changes of this thing'),
    from: time('At or after'),
    to: time('Before'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of entries', schema: pageOf('AuditPage', entry) } },
  async handle({ query, context }) {
    const { principal, action, target } = query;
    const where = {
      ...(principal ? { principal } : {}),
      ...(action ? { action } : {}),
      ...(target ? { target } : {}),
    };
    const page = {
      where,
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    };
    const found = await context.ports.documents.find<AuditEntry>('audit', page);
    return { body: { ...found, asOf: context.ports.now() } };
  },
});

export const auditRoutes = [listAudit];
