import { z } from 'zod';
import { runningSha256 } from '../domain/digest.js';
import { DataQualityError, InvalidInputError, NotFoundError } from '../domain/errors.js';
import type { ModelVersion, ObjectRef } from '../domain/models.js';
import { versionFiles } from '../domain/registry.js';
import type { Upload } from '../domain/uploads.js';
import { fileSegment, segment } from './query.js';
import { route, type Context } from './route.js';
import { answer, instant } from './schemas.js';
import { sendUpload } from './uploads-files.js';

const id = segment('mdl_<name>@<version>', 'mdl_ridge-1h-h1@0123456789ab');
/** Long enough to begin a download, too short to be passed on. */
const LINK_SECONDS = 60;
const BYTES = 'application/octet-stream';

const listArtifacts = route({
  id: 'listArtifacts',
  method: 'get',
  path: '/models/{id}/artifacts',
  group: 'models',
  summary: 'The files of a model version with their digests',
  role: 'viewer',
  params: { id },
  answers: {
    200: {
      description: 'Its files; `missing` where one is not there, or is not what was registered',
      schema: answer(
        'ModelArtifacts',
        z.object({
          id: z.string(),
          items: z.array(
            z.object({
              path: z.string().meta({ examples: ['model.onnx'] }),
              sha256: z.string(),
              bytes: z.int(),
              missing: z.boolean(),
            }),
          ),
          asOf: instant,
        }),
      ),
    },
  },
  example: { params: { id: 'mdl_example@1' } },
  async handle({ params, context }) {
    const { objects, now } = context.ports;
    const files = versionFiles(await findVersion(context, params.id));
    const items = files.map(async ({ path, ref }) => {
      const state = await objects.head(ref.key);
      return { path, sha256: ref.sha256, bytes: ref.bytes, missing: state?.sha256 !== ref.sha256 };
    });
    return { body: { id: params.id, items: await Promise.all(items), asOf: now() } };
  },
});

const downloadArtifact = route({
  id: 'downloadArtifact',
  method: 'get',
  path: '/models/{id}/artifacts/{path}',
  group: 'models',
  summary: 'A file of a model version, after its digest was checked; each access is in the audit log',
  role: 'operator',
  audited: true,
  params: { id, path: fileSegment('Name of the file', 'model.onnx') },
  answers: {
    200: { description: 'The bytes', mediaType: BYTES },
    206: { description: 'The part that Range asks for', mediaType: BYTES },
    304: { description: 'As the caller has it' },
    307: {
      description: `Where the store is S3: an address that is good for ${LINK_SECONDS} s and this file alone`,
    },
  },
  example: { params: { id: 'mdl_example@1', path: 'model.onnx' } },
  async handle({ params, context, req, res }) {
    const { path } = params;
    const files = versionFiles(await findVersion(context, params.id));
    const file = files.find((each) => each.path === path);
    if (!file)
      throw new NotFoundError(
        `${params.id} has no file "${path}"; it has ${files.map((each) => each.path).join(', ')}`,
      );
    const { ref } = file;
    const { objects } = context.ports;
    if (objects.link) {
      // Nobody looks at the bytes between the store and the caller: they are looked at before.
      await checkBytes(context, ref);
      const location = await objects.link(ref.key, LINK_SECONDS);
      const headers = { location, 'cache-control': 'no-store', 'x-finsight-sha256': ref.sha256 };
      return { status: 307, headers, target: params.id, detail: detailOf(path, ref) };
    }
    res.set('x-finsight-sha256', ref.sha256);
    await sendUpload({ context, req, res }, { ...ref, id: path } as unknown as Upload);
    return null;
  },
});

const archiveModel = route({
  id: 'archiveModel',
  method: 'post',
  path: '/models/{id}/archive',
  group: 'models',
  summary: 'Put a version away: it stays as long as anything points to it, and is cleaned up afterwards',
  role: 'operator',
  params: { id },
  answers: { 200: { description: 'Archived; again it changes nothing', schema: archived() } },
  example: { params: { id: 'mdl_archivable@1' } },
  async handle({ params, context }) {
    const { documents, now } = context.ports;
    const { name } = await findVersion(context, params.id);
    const { items } = await documents.find<{ model: string }>('aliases', { where: { name }, limit: 100 });
    if (items.some(({ model }) => model === params.id))
      throw new InvalidInputError(`${params.id} is served; promote another version or roll it back first`);
    const at = now();
    const { archivedAt = at } = await documents.update<ModelVersion>(
      'models',
      params.id,
      (held) => ({ ...(held as ModelVersion), stage: 'archived', archivedAt: held?.archivedAt ?? at }),
      (after, before) =>
        before?.stage === 'archived'
          ? []
          : [
              {
                id: `evt_model.archived_${after.id}_${at}`,
                ...{ type: 'model.archived', at },
                payload: { model: after.name, version: after.id },
              },
            ],
    );
    return { body: { id: params.id, archivedAt }, target: params.id };
  },
});

function archived() {
  return answer('ModelArchived', z.object({ id: z.string(), archivedAt: instant }));
}

const detailOf = (path: string, { sha256, bytes }: ObjectRef) => ({ path, sha256, bytes });

async function findVersion({ ports }: Context, id: string): Promise<ModelVersion> {
  const found = await ports.documents.get<ModelVersion>('models', id);
  if (found) return found;
  throw new NotFoundError(`No model "${id}"; ids are mdl_<name>@<version>`);
}

/** @throws DataQualityError where the bytes at rest are not those that were registered */
async function checkBytes({ ports }: Context, ref: ObjectRef): Promise<void> {
  const hash = runningSha256();
  for await (const chunk of await ports.objects.stream(ref.key)) hash.update(chunk);
  const found = hash.hex();
  if (found !== ref.sha256)
    throw new DataQualityError(
      `Object "${ref.key}" is not what was stored: its sha256 is ${found}, it should be ${ref.sha256}`,
    );
}

export const modelArtifactRoutes = [listArtifacts, downloadArtifact, archiveModel];
