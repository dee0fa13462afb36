import { NotFoundError } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Registration, RegistryPort } from '../ports-registry.js';
import { mlflowArtifacts, type MlflowArtifacts } from './mlflow-artifacts.js';
import { mlflowClient, orNull, unlessThere } from './mlflow-client.js';
import { modelFile } from './mlflow-model-file.js';
import { ID_TAG, mlflowRuns, quoted, type MlflowRun } from './mlflow-runs.js';
import { mlflowPermissions } from './mlflow-permissions.js';
import {
  createVersion,
  isOurs,
  modelOf,
  ownTags,
  searchVersions,
  splitId,
  STAGE_TAG,
  tagPairs,
  versionOf,
  withAliases,
  writeTags,
  type RemoteModel,
  type RemoteVersion,
} from './mlflow-versions.js';

const V2 = '/api/2.0/mlflow';
const EXPERIMENT = 'trainings';
/** Where a run's files of the model lie. */
const FOLDER = 'model';

/**
 * Models of an MLflow server, which numbers versions by itself: ours are found by a tag with their id, so registering
 * again adds nothing.
 * @param address see readMlflowAddress
 */
export function mlflowRegistry(address: string): RegistryPort {
  const client = mlflowClient(address);
  const runs = mlflowRuns(client);
  const artifacts = mlflowArtifacts(client);
  const find = async (id: string): Promise<RemoteVersion | null> => {
    const { name } = splitId(id);
    const filter = `name = ${quoted(name)} and tag.\`${ID_TAG}\` = ${quoted(id)}`;
    const page = await searchVersions(client, { filter, limit: 1 });
    const found = page.items[0];
    if (!found) return null;
    // Searches leave the aliases out.
    const read = { name: found.name, version: found.version };
    return (await client.get<{ model_version: RemoteVersion }>(`${V2}/model-versions/get`, read))
      .model_version;
  };
  const need = async (id: string): Promise<RemoteVersion> => {
    const found = await find(id);
    if (found) return found;
    throw new NotFoundError(`MLflow has no version "${id}"; it is registered when it is published`);
  };
  const setTags = async (id: string, tags: Record<string, string>): Promise<void> => {
    const remote = await need(id);
    await writeTags(client, remote, tags);
  };
  return {
    backend: 'mlflow',
    address: client.address,
    probe: () => client.probe(),
    async register(registration) {
      const { model, tags } = registration;
      const run = await runOf(runs, model);
      await logEpochs(runs, run, model);
      const source = `${run.info.artifact_uri}/${FOLDER}`;
      await uploadFiles(artifacts, source, registration);
      const known = await find(model.id);
      if (!known)
        await unlessThere(client.send('POST', `${V2}/registered-models/create`, { name: model.name }));
      const all = { ...tags, ...ownTags(model) };
      const remote =
        known ?? (await createVersion(client, { model, source, runId: run.info.run_id, tags: all }));
      if (known) await writeTags(client, known, all);
      return versionOf({ ...remote, tags: tagPairs(all) });
    },
    async get(id) {
      const found = await orNull(find(id));
      return found && versionOf(found);
    },
    async versions({ name, limit, cursor }) {
      const filter = name ? `name = ${quoted(name)}` : undefined;
      const page = await searchVersions(client, { filter, limit, cursor });
      const items = page.items.filter(isOurs);
      const whole = await Promise.all(items.map((each) => withAliases(client, each)));
      return { items: whole.map(versionOf), cursor: page.cursor };
    },
    async models({ limit, cursor }) {
      const page = await client.get<{ registered_models?: RemoteModel[]; next_page_token?: string }>(
        `${V2}/registered-models/search`,
        { max_results: limit, page_token: cursor },
      );
      const items = page.registered_models ?? [];
      const all = await Promise.all(items.map((each) => modelOf(client, each)));
      return { items: all, cursor: page.next_page_token || null };
    },
    setTags,
    setStage: (id, stage) => setTags(id, { [STAGE_TAG]: stage }),
    async setAlias(name, alias, version) {
      if (version !== null) {
        const { version: number } = await need(`mdl_${name}@${version}`);
        await client.send('POST', `${V2}/registered-models/alias`, { name, alias, version: number });
        return;
      }
      const held = await orNull(
        client.get<{ registered_model: RemoteModel }>(`${V2}/registered-models/get`, { name }),
      );
      if (held?.registered_model.aliases?.some((each) => each.alias === alias))
        await client.send('DELETE', `${V2}/registered-models/alias`, { name, alias });
    },
    async files(id) {
      const { source } = await need(id);
      return source ? artifacts.list(source) : [];
    },
    async download(id, path) {
      const { source = '' } = await need(id);
      return artifacts.get(`${source}/${path}`);
    },
    permissions: mlflowPermissions(client),
    close: () => artifacts.close(),
  };
}

/** The run that the platform logged, else the one that Python logged there, else a new one. */
async function runOf(runs: ReturnType<typeof mlflowRuns>, model: ModelVersion): Promise<MlflowRun> {
  const experimentId = await runs.experiment(EXPERIMENT);
  const known = await runs.byId(model.id, [experimentId]);
  if (known) return known;
  const { mlflowRunId } = model.training as { mlflowRunId?: unknown };
  const theirs = typeof mlflowRunId === 'string' ? await orNull(runs.get(mlflowRunId)) : null;
  if (theirs?.info.lifecycle_stage === 'active') return theirs;
  const made = { experimentId, id: model.id, name: model.name, startedAt: model.createdAt, tags: {} };
  const run = await runs.create(made);
  await runs.end(run.info.run_id, { status: 'FINISHED', at: model.createdAt });
  return run;
}

/** Losses by epoch. A point of the same time and step is the same point there, however often it is sent. */
async function logEpochs(
  runs: ReturnType<typeof mlflowRuns>,
  run: MlflowRun,
  model: ModelVersion,
): Promise<void> {
  const { epochs } = model.training as { epochs?: unknown };
  if (!Array.isArray(epochs)) return;
  const timestamp = model.createdAt;
  const metrics = epochs.flatMap((each: Record<string, unknown>) =>
    ['trainLoss', 'validationLoss'].flatMap((name) => {
      const value = Number(each[name]);
      const step = Number(each['epoch']);
      return Number.isFinite(value) && Number.isInteger(step)
        ? [{ key: `epochs/${name}`, value, timestamp, step }]
        : [];
    }),
  );
  await runs.log(run.info.run_id, { metrics });
}

/** What is there in its whole length is not sent again; the description of the model goes last. */
async function uploadFiles(
  artifacts: MlflowArtifacts,
  source: string,
  registration: Registration,
): Promise<void> {
  const { model, files, read } = registration;
  const there = new Map((await artifacts.list(source)).map(({ path, bytes }) => [path, bytes]));
  for (const { path, ref } of files)
    if (there.get(path) !== ref.bytes) await artifacts.put(`${source}/${path}`, ref, read(ref));
  const { ref, bytes } = modelFile(model);
  const whole = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes;
  };
  if (there.get('MLmodel') !== bytes.length) await artifacts.put(`${source}/MLmodel`, ref, whole());
}
