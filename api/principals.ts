import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { DocumentsPort } from '../adapters/ports.js';
import { sha256Hex } from '../domain/digest.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { DEFAULT_TENANT, ROLES, type StoredPrincipal } from '../domain/identity.js';
import { cursor, limit, segment } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf, request } from './schemas.js';

const fields = {
  id: z.string(),
  name: z.string(),
  roles: z.array(z.enum(ROLES)),
  tenant: z.string(),
  createdAt: instant,
  createdBy: z.string(),
};
const principal = answer('Principal', z.object(fields));
const withKey = answer(
  'PrincipalCreated',
  z.object({ ...fields, key: z.string().describe('Shown this once; only its sha256 is kept') }),
);
const creation = request(
  'PrincipalRequest',
  z.strictObject({
    name: z.string().min(1).max(100),
    roles: z.array(z.enum(ROLES)).min(1),
    tenant: z
      .string()
      .regex(/^[a-z0-9-]{1,60}$/, 'must be 1 to 60 lower-case letters, digits or dashes')
      .default(DEFAULT_TENANT),
  }),
);

const createPrincipal = route({
  id: 'createPrincipal',
  method: 'post',
  path: '/principals',
  group: 'administration',
  summary: 'Create an API key',
  role: 'admin',
  body: creation,
  answers: { 201: { description: 'Created; the key is shown once', schema: withKey } },
  example: { body: { name: 'dashboard', roles: ['admin'] } },
  async handle({ body, principal: by, context }) {
    const { documents } = context.ports;
    const first = (await documents.count('principals', {})) === 0;
    // The first key ends the free access from loopback: without an admin nobody could manage keys.
    if (first && !context.config.adminKey && !body.roles.includes('admin'))
      throw new InvalidInputError(
        'The first key must have the role admin, or nobody could manage keys after it',
      );
    const key = `fsk_${randomBytes(24).toString('base64url')}`;
    const stored: StoredPrincipal = {
      id: `pri_${randomBytes(8).toString('hex')}`,
      ...body,
      keySha256: sha256Hex(key),
      createdAt: context.ports.now(),
      createdBy: by.id,
    };
    await documents.insert<StoredPrincipal>('principals', [stored]);
    return { status: 201, body: { ...shown(stored), key }, target: stored.id };
  },
});

const listPrincipals = route({
  id: 'listPrincipals',
  method: 'get',
  path: '/principals',
  group: 'administration',
  summary: 'Principals; keys are never shown again',
  role: 'admin',
  query: { limit: limit(), cursor },
  answers: { 200: { description: 'A page of principals', schema: pageOf('PrincipalPage', principal) } },
  async handle({ query, context }) {
    const page = { limit: query.limit, ...(query.cursor ? { cursor: query.cursor } : {}) };
    const found = await context.ports.documents.find<StoredPrincipal>('principals', page);
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: context.ports.now() } };
  },
});

const removePrincipal = route({
  id: 'removePrincipal',
  method: 'delete',
  path: '/principals/{id}',
  group: 'administration',
  summary: 'Revoke an API key at once',
  role: 'admin',
  params: { id: segment('Principal id', 'pri_0123456789abcdef') },
  answers: { 204: { description: 'Revoked' } },
  example: { params: { id: 'pri_removable' } },
  async handle({ params, context }) {
    const { documents } = context.ports;
    const found = await documents.get<StoredPrincipal>('principals', params.id);
    if (!found) throw new NotFoundError(`No principal "${params.id}"`);
    if (!context.config.adminKey && (await isLastAdmin(documents, found)))
      throw new InvalidInputError(
        `"${found.id}" is the last admin while other keys exist; revoke those first`,
      );
    await documents.remove('principals', [found.id]);
    return { status: 204, target: found.id };
  },
});

const getMe = route({
  id: 'getMe',
  method: 'get',
  path: '/me',
  group: 'administration',
  summary: 'Who this key is',
  role: 'viewer',
  answers: {
    200: {
      description: 'The principal',
      schema: answer('Me', z.object({ id: z.string(), roles: z.array(z.enum(ROLES)), tenant: z.string() })),
    },
  },
  handle: async ({ principal: { id, roles, tenant } }) => ({ body: { id, roles, tenant } }),
});

const shown = ({ id, name, roles, tenant, createdAt, createdBy }: StoredPrincipal) => ({
  id,
  name,
  roles,
  tenant,
  createdAt,
  createdBy,
});

async function isLastAdmin(documents: DocumentsPort, principal: StoredPrincipal): Promise<boolean> {
  if (!principal.roles.includes('admin')) return false;
  const admins = await documents.count('principals', { where: { roles: 'admin' } });
  return admins === 1 && (await documents.count('principals', {})) > 1;
}

export const principalRoutes = [createPrincipal, listPrincipals, removePrincipal, getMe];
