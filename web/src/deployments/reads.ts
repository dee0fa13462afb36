import { client, dataOf } from '../api';
import type { Deployment } from './kinds';

export type Verb = 'approve' | 'reject' | 'rollback';

export const readDeployments = async () =>
  dataOf(await client.GET('/deployments', { params: { query: { limit: 200 } } }));

export const readDeployment = async (id: string): Promise<Deployment> =>
  dataOf(await client.GET('/deployments/{id}', { params: { path: { id } } }));

/** `model`: `<name>@<version>`. */
export const startDeployment = async (body: { model: string }): Promise<Deployment> =>
  dataOf(await client.POST('/deployments', { body }));

export const readCode = async (id: string): Promise<{ code: string; expiresAt: number }> => {
  const params = { path: { id } };
  return dataOf(await client.POST('/deployments/{id}/approval-code', { params, body: { action: 'decide' } }));
};

/** Approves, rejects or rolls back what the person saw, and reads what came of it; the API refuses where it changed. */
export async function decide(args: { verb: Verb; of: Deployment; text: string }): Promise<Deployment> {
  const { verb, of, text } = args;
  const params = { path: { id: of.id } };
  if (verb === 'rollback')
    dataOf(await client.POST('/deployments/{id}/rollback', { params, body: { reason: text } }));
  else {
    const body = { evidenceSha256: of.evidenceSha256 ?? '', ...(text ? { comment: text } : {}) };
    dataOf(await client.POST(`/deployments/{id}/${verb}`, { params, body }));
  }
  return readDeployment(of.id);
}
