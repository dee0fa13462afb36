import { client, dataOf } from '../api';
import type { Deployment } from './kinds';

export type Verb = 'approve' | 'reject' | 'rollback';

/** TODO typed once the paths are in the document. */
const loose = client as unknown as Record<
  'GET' | 'POST',
  (path: string, options?: object) => Promise<{ data?: never; error?: unknown; response: Response }>
>;

export const readDeployments = async () =>
  dataOf(await client.GET('/deployments', { params: { query: { limit: 200 } } }));

export const readDeployment = async (id: string): Promise<Deployment> =>
  dataOf(await client.GET('/deployments/{id}', { params: { path: { id } } }));

/** `model`: `<name>@<version>`. */
export const startDeployment = async (body: { model: string }): Promise<Deployment> =>
  dataOf(await loose.POST('/deployments', { body }));

export const readCode = async (id: string): Promise<{ code: string; expiresAt: number }> =>
  dataOf(
    await loose.POST('/deployments/{id}/approval-code', {
      params: { path: { id } },
      body: { action: 'decide' },
    }),
  );

/** Approves, rejects or rolls back what the person saw, and reads what came of it; the API refuses where it changed. */
export async function decide(args: { verb: Verb; of: Deployment; text: string }): Promise<Deployment> {
  const { verb, of, text } = args;
  const { id, evidenceSha256 } = of;
  const comment = text ? { comment: text } : {};
  const body = verb === 'rollback' ? { reason: text } : { evidenceSha256, ...comment };
  dataOf(await loose.POST(`/deployments/{id}/${verb}`, { params: { path: { id } }, body }));
  return readDeployment(id);
}
