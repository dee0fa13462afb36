import { DataQualityError, NotFoundError } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import { aliasName, readAliasName, versionFiles, versionTags } from '../../domain/registry.js';
import type { DocumentsPort, ObjectsPort } from '../ports.js';
import type { RegisteredModel, RegisteredVersion, RegistryPage, RegistryPort } from '../ports-registry.js';

interface StoredAlias {
  id: string;
  name: string;
  sourceKey: string;
  alias: string;
  model: string;
  evaluations: string[];
  updatedAt: number;
}

export interface RegistryStores {
  documents: DocumentsPort;
  objects: ObjectsPort;
}

/** The platform's own record as a registry: the collections `models` and `aliases`, files among the objects. */
export function documentRegistry({ documents, objects }: RegistryStores): RegistryPort {
  const need = async (id: string): Promise<ModelVersion> => {
    const found = await documents.get<ModelVersion>('models', id);
    if (found) return found;
    throw new NotFoundError(`No model "${id}"; ids are mdl_<name>@<version>`);
  };
  const change = (id: string, how: (model: ModelVersion) => ModelVersion): Promise<ModelVersion> =>
    documents.update<ModelVersion>('models', id, (model) => {
      if (model) return how(model);
      throw new NotFoundError(`No model "${id}"; ids are mdl_<name>@<version>`);
    });
  const aliasesOf = (name?: string): Promise<StoredAlias[]> => readAliases(documents, name);
  const get = async (id: string): Promise<RegisteredVersion | null> => {
    const model = await documents.get<ModelVersion>('models', id);
    return model && told(model, await aliasesOf(model.name));
  };
  return {
    backend: 'documents',
    address: 'documents:',
    async probe() {
      await documents.count('models', {});
    },
    async register({ model, tags }) {
      await documents.update<ModelVersion>('models', model.id, (held) => ({
        ...(held ?? model),
        stage: model.stage,
        tags: { ...held?.tags, ...model.tags, ...tags },
      }));
      return (await get(model.id)) as RegisteredVersion;
    },
    get,
    async versions({ name, limit, cursor }) {
      const query = { ...(name && { where: { name } }), limit, ...(cursor && { cursor }) };
      const page = await documents.find<ModelVersion>('models', query);
      const aliases = await aliasesOf(name);
      return { items: page.items.map((model) => told(model, aliases)), cursor: page.cursor };
    },
    models: (query) => listModels(documents, query),
    async setTags(id, tags) {
      await change(id, (model) => ({ ...model, tags: { ...model.tags, ...tags } }));
    },
    async setStage(id, stage) {
      await change(id, (model) => ({
        ...model,
        stage,
        ...(stage === 'archived' && { archivedAt: model.archivedAt ?? Date.now() }),
      }));
    },
    async setAlias(name, alias, version) {
      const place = readAliasName(alias);
      const id = `${name}:${place.alias}:${place.sourceKey}`;
      if (version === null) return void (await documents.remove('aliases', [id]));
      const { id: model } = await need(`mdl_${name}@${version}`);
      const held = { id, name, ...place, model, evaluations: [], updatedAt: Date.now() };
      await documents.upsert<StoredAlias>('aliases', [held]);
    },
    async files(id) {
      return versionFiles(await need(id)).map(({ path, ref }) => ({ path, bytes: ref.bytes }));
    },
    download: async (id, path) => readFile(objects, await need(id), path),
    // The stores are not this one's to close.
    close: async () => undefined,
  };
}

async function namesOf(documents: DocumentsPort): Promise<string[]> {
  const names = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: ModelVersion[]; cursor: string | null } = await documents.find('models', {
      limit: 500,
      ...(cursor && { cursor }),
    });
    for (const { name } of page.items) names.add(name);
    ({ cursor } = page);
  }
  return [...names].sort();
}

async function readAliases(documents: DocumentsPort, name?: string): Promise<StoredAlias[]> {
  const all: StoredAlias[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { limit: 500, ...(name && { where: { name } }), ...(cursor && { cursor }) };
    const page: { items: StoredAlias[]; cursor: string | null } = await documents.find('aliases', query);
    all.push(...page.items);
    ({ cursor } = page);
  }
  return all;
}

const told = (model: ModelVersion, aliases: StoredAlias[]): RegisteredVersion => ({
  ...{ id: model.id, name: model.name, version: model.version, stage: model.stage },
  tags: versionTags(model, { evidence: [], datasetSha256: null }),
  aliases: aliases
    .filter((alias) => alias.model === model.id)
    .map(({ alias, sourceKey }) => aliasName(alias, sourceKey))
    .sort(),
  onnxSha256: model.onnx.sha256,
  createdAt: model.createdAt,
  remote: null,
});

async function listModels(
  documents: DocumentsPort,
  { limit, cursor }: { limit: number; cursor?: string },
): Promise<RegistryPage<RegisteredModel>> {
  const names = await namesOf(documents);
  const page = names.filter((name) => !cursor || name > cursor).slice(0, limit);
  const aliases = await readAliases(documents);
  const items = page.map((name) => ({
    name,
    aliases: aliases
      .filter((alias) => alias.name === name)
      .map((each) => ({
        alias: aliasName(each.alias, each.sourceKey),
        version: each.model.slice(each.model.lastIndexOf('@') + 1),
      }))
      .sort((a, b) => (a.alias < b.alias ? -1 : 1)),
  }));
  const last = page.at(-1);
  return { items, cursor: last !== undefined && last !== names.at(-1) ? last : null };
}

async function readFile(
  objects: ObjectsPort,
  model: ModelVersion,
  path: string,
): Promise<AsyncIterable<Uint8Array>> {
  const file = versionFiles(model).find((each) => each.path === path);
  if (!file) throw new NotFoundError(`${model.id} has no file "${path}"`);
  const { key, sha256 } = file.ref;
  const state = await objects.head(key);
  if (!state || state.sha256 === sha256) return objects.stream(key);
  throw new DataQualityError(
    `"${path}" of ${model.id} is not what was registered: its sha256 is ${state.sha256}, it should be ${sha256}`,
  );
}
