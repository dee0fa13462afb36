import type { ModelVersion, Stage } from '../../domain/models.js';
import type { RegisteredModel, RegisteredVersion } from '../ports-registry.js';
import type { MlflowClient } from './mlflow-client.js';
import { ID_TAG, membersOf, type Pair } from './mlflow-runs.js';

/** Versions as MLflow numbers them, and how ours are told from others: by tags. */

const V2 = '/api/2.0/mlflow';
const TAGS = { stage: 'finsight.stage', onnx: 'finsight.onnxSha256', created: 'finsight.createdAt' };
export const STAGE_TAG = TAGS.stage;

export interface RemoteVersion {
  name: string;
  version: string;
  run_id?: string;
  source?: string;
  tags?: Pair[];
  aliases?: string[];
}

export interface RemoteModel {
  name: string;
  aliases?: { alias: string; version: string }[];
}

export async function searchVersions(
  client: MlflowClient,
  { filter, limit, cursor }: { filter: string | undefined; limit: number; cursor?: string | undefined },
): Promise<{ items: RemoteVersion[]; cursor: string | null }> {
  const answer = await client.get<{ model_versions?: RemoteVersion[]; next_page_token?: string }>(
    `${V2}/model-versions/search`,
    { filter, max_results: limit, page_token: cursor, order_by: 'creation_timestamp DESC' },
  );
  return { items: answer.model_versions ?? [], cursor: answer.next_page_token || null };
}

export async function createVersion(
  client: MlflowClient,
  made: { model: ModelVersion; source: string; runId: string; tags: Record<string, string> },
): Promise<RemoteVersion> {
  const { model, source, runId, tags } = made;
  const answer = await client.send<{ model_version: RemoteVersion }>('POST', `${V2}/model-versions/create`, {
    name: model.name,
    source,
    run_id: runId,
    description: `FinSight ${model.id}`,
    tags: tagPairs(tags),
  });
  return answer.model_version;
}

export async function writeTags(
  client: MlflowClient,
  remote: RemoteVersion,
  tags: Record<string, string>,
): Promise<void> {
  const { name, version } = remote;
  const held = membersOf(remote.tags);
  for (const [key, value] of Object.entries(tags))
    if (held[key] !== value)
      await client.send('POST', `${V2}/model-versions/set-tag`, { name, version, key, value });
}

export const tagPairs = (tags: Record<string, string>): Pair[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

export const ownTags = (model: ModelVersion): Record<string, string> => ({
  [ID_TAG]: model.id,
  [TAGS.stage]: model.stage,
  [TAGS.onnx]: model.onnx.sha256,
  [TAGS.created]: String(model.createdAt),
});

export const isOurs = (remote: RemoteVersion): boolean => ID_TAG in membersOf(remote.tags);

export async function withAliases(
  client: MlflowClient,
  { name, version }: RemoteVersion,
): Promise<RemoteVersion> {
  const answer = await client.get<{ model_version: RemoteVersion }>(`${V2}/model-versions/get`, {
    name,
    version,
  });
  return answer.model_version;
}

export function versionOf(remote: RemoteVersion): RegisteredVersion {
  const all = membersOf(remote.tags);
  const id = all[ID_TAG] ?? '';
  const tags = Object.entries(all).filter(([key]) => !/^(finsight|mlflow)\./.test(key));
  return {
    id,
    ...splitId(id),
    stage: (all[TAGS.stage] ?? 'candidate') as Stage,
    tags: Object.fromEntries(tags),
    aliases: [...(remote.aliases ?? [])].sort(),
    onnxSha256: all[TAGS.onnx] ?? '',
    createdAt: Number(all[TAGS.created] ?? 0),
    remote: { number: remote.version, run: remote.run_id ?? '' },
  };
}

/** Aliases there are of numbers, ours of versions. */
export async function modelOf(
  client: MlflowClient,
  { name, aliases = [] }: RemoteModel,
): Promise<RegisteredModel> {
  const all = aliases.map(async ({ alias, version }) => {
    const { tags } = await withAliases(client, { name, version });
    const id = membersOf(tags)[ID_TAG];
    return { alias, version: id ? splitId(id).version : version };
  });
  const found = await Promise.all(all);
  return { name, aliases: found.sort((a, b) => (a.alias < b.alias ? -1 : 1)) };
}

export function splitId(id: string): { name: string; version: string } {
  const [, name = '', version = ''] = /^mdl_(.+)@([^@]+)$/.exec(id) ?? [];
  return { name, version };
}
