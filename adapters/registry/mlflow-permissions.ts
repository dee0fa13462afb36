import { InvalidInputError } from '../../domain/errors.js';
import type { PermissionsPort, RegistryUser } from '../ports-registry.js';
import { ALREADY, type MlflowClient } from './mlflow-client.js';

const USERS = '/api/2.0/mlflow/users';
/** The routes by resource of MLflow 2 are gone: grants of all kinds go through these. */
const GRANTS = '/api/3.0/mlflow/users/permissions';

interface Listed {
  username: string;
  is_admin: boolean;
  roles?: { permissions?: Held[] }[];
}

interface Held {
  resource_type: string;
  resource_pattern: string;
  permission: string;
}

interface Resource {
  resource_type: 'registered_model' | 'experiment';
  resource_id: string;
}

/** Users and permissions of a server that was started with `--app-name basic-auth`; for administrators of it. */
export function mlflowPermissions(client: MlflowClient): PermissionsPort {
  return {
    async users() {
      const { users } = await client.get<{ users: Listed[] }>(`${USERS}/list`);
      const held = users.flatMap(({ roles = [] }) => roles.flatMap(({ permissions = [] }) => permissions));
      const names = new Map<string, string>();
      for (const { resource_type, resource_pattern: id } of held)
        if (resource_type === 'experiment' && id !== '*' && !names.has(id))
          names.set(id, await experimentName(client, id));
      return users.map((user) => userOf(user, names));
    },
    async createUser({ name, password }) {
      await client.send('POST', `${USERS}/create`, { username: name, password });
    },
    async grant(user, { on, permission }) {
      const resource = await resourceOf(client, on);
      const wanted = { username: user, ...resource, permission };
      const grant = (): Promise<unknown> => client.send('POST', `${GRANTS}/grant`, wanted);
      await grant().catch(async (error: unknown) => {
        if (!(error instanceof Error && error.cause === ALREADY)) throw error;
        // Whatever it is that the user has on it, the server changes it in two steps only.
        await client.send('POST', `${GRANTS}/revoke`, { username: user, ...resource });
        await grant();
      });
    },
    async revoke(user, on) {
      const resource = await resourceOf(client, on);
      await client.send('POST', `${GRANTS}/revoke`, { username: user, ...resource });
    },
  };
}

/** The server takes a grant on what is not there without a word: so it is asked for first. */
async function resourceOf(client: MlflowClient, on: string): Promise<Resource> {
  const [, kind, name] = /^(model|experiment):(.+)$/.exec(on) ?? [];
  if (!kind || !name)
    throw new InvalidInputError(
      `A permission is on "model:<name>" or "experiment:<name>" ("*" for all of them), not on "${on}"`,
    );
  const resource_type = kind === 'model' ? 'registered_model' : 'experiment';
  if (name === '*') return { resource_type, resource_id: '*' };
  if (kind === 'model') {
    await client.get('/api/2.0/mlflow/registered-models/get', { name });
    return { resource_type, resource_id: name };
  }
  const found = await client.get<{ experiment: { experiment_id: string } }>(
    '/api/2.0/mlflow/experiments/get-by-name',
    { experiment_name: name },
  );
  return { resource_type, resource_id: found.experiment.experiment_id };
}

const experimentName = (client: MlflowClient, id: string): Promise<string> =>
  client.get<{ experiment: { name: string } }>('/api/2.0/mlflow/experiments/get', { experiment_id: id }).then(
    ({ experiment }) => experiment.name,
    () => id,
  );

function userOf({ username, is_admin, roles = [] }: Listed, names: Map<string, string>): RegistryUser {
  const held = roles.flatMap(({ permissions = [] }) => permissions);
  const grants = held.flatMap(({ resource_type, resource_pattern: id, permission }) => {
    if (resource_type === 'registered_model') return [{ on: `model:${id}`, permission }];
    if (resource_type === 'experiment') return [{ on: `experiment:${names.get(id) ?? id}`, permission }];
    return [];
  });
  return { name: username, isAdmin: is_admin, grants };
}
