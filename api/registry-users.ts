import { z } from 'zod';
import type { PermissionsPort } from '../adapters/ports-registry.js';
import { InvalidInputError } from '../domain/errors.js';
import { route, type Context } from './route.js';
import { answer, instant, request } from './schemas.js';

const on = z
  .string()
  .regex(/^(model|experiment):.+$/, 'must be model:<name> or experiment:<name>; * is all of them')
  .meta({ examples: ['model:patchtst-1h-h1'] });
const user = z
  .string()
  .min(1)
  .max(200)
  .meta({ examples: ['alice'] });

const listRegistryUsers = route({
  id: 'listRegistryUsers',
  method: 'get',
  path: '/registry/users',
  group: 'administration',
  summary: 'Users of the registry itself, with what they may do there',
  role: 'admin',
  answers: {
    200: {
      description: 'Its users',
      schema: answer(
        'RegistryUsers',
        z.object({
          users: z.array(
            z.object({
              name: z.string(),
              isAdmin: z.boolean(),
              grants: z.array(z.object({ on: z.string(), permission: z.string() })),
            }),
          ),
          asOf: instant,
        }),
      ),
    },
  },
  handle: async ({ context }) => ({
    body: { users: await permissionsOf(context).users(), asOf: context.ports.now() },
  }),
});

const createRegistryUser = route({
  id: 'createRegistryUser',
  method: 'post',
  path: '/registry/users',
  group: 'administration',
  summary: 'Add a user to the registry itself',
  role: 'admin',
  body: request(
    'RegistryUserRequest',
    z.strictObject({
      name: user,
      password: z.string().min(12, 'a password has at least 12 characters').max(200),
    }),
  ),
  answers: { 201: { description: 'Added', schema: answer('RegistryUser', z.object({ name: z.string() })) } },
  example: { body: { name: 'alice', password: 'a long pass phrase' } },
  async handle({ body, context }) {
    await permissionsOf(context).createUser(body);
    return { status: 201, body: { name: body.name }, target: `registry user ${body.name}` };
  },
});

const grantPermission = route({
  id: 'grantPermission',
  method: 'put',
  path: '/registry/permissions',
  group: 'administration',
  summary: 'Let a user of the registry read, edit or manage a model or an experiment there',
  role: 'admin',
  body: request(
    'PermissionRequest',
    z.strictObject({ user, on, permission: z.enum(['READ', 'EDIT', 'MANAGE']) }),
  ),
  answers: {
    200: {
      description: 'In the place of what the user had on it',
      schema: answer(
        'PermissionGranted',
        z.object({ user: z.string(), on: z.string(), permission: z.string() }),
      ),
    },
  },
  example: { body: { user: 'alice', on: 'model:example', permission: 'READ' } },
  async handle({ body, context }) {
    const { user: name, ...grant } = body;
    await permissionsOf(context).grant(name, grant);
    return { body, target: grant.on };
  },
});

const revokePermission = route({
  id: 'revokePermission',
  method: 'post',
  path: '/registry/permissions/revoke',
  group: 'administration',
  summary: 'Take back what a user of the registry may do with a model or an experiment',
  role: 'admin',
  body: request('PermissionRevocation', z.strictObject({ user, on })),
  answers: { 204: { description: 'Taken back' } },
  example: { body: { user: 'alice', on: 'model:example' } },
  async handle({ body, context }) {
    await permissionsOf(context).revoke(body.user, body.on);
    return { status: 204, target: body.on };
  },
});

/** @throws InvalidInputError where the registry has no users of its own */
function permissionsOf({ ports }: Context): PermissionsPort {
  const permissions = ports.mirror?.registry.permissions;
  if (permissions) return permissions;
  throw new InvalidInputError(
    "The platform's own record has no users beside the principals of the API; REGISTRY_URL=mlflow:http://… names a registry that has",
  );
}

export const registryUserRoutes = [listRegistryUsers, createRegistryUser, grantPermission, revokePermission];
