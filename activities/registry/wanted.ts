import type { Ports } from '../../adapters/ports.js';
import type { TrackedRun } from '../../adapters/ports-tracking.js';
import type { Registration } from '../../adapters/ports-registry.js';
import { COLLECTIONS } from '../../domain/collections.js';
import { digestOf, runningSha256 } from '../../domain/digest.js';
import { DataQualityError } from '../../domain/errors.js';
import type { Evaluation } from '../../domain/evaluation.js';
import type { ModelVersion, ObjectRef } from '../../domain/models.js';
import { aliasName, versionFiles, versionTags, type PublicationKind } from '../../domain/registry.js';
import type { SentimentAlias } from '../../domain/sentiment/routing.js';
import { everyDocument } from './walking.js';

/** What is to stand in the registry of a version: tags, figures, files. */
export interface WantedVersion extends Omit<Registration, 'read'> {
  metrics: Record<string, number>;
}

const MOST_EVIDENCE = 50;

export const findRun = (ports: Ports, id: string): Promise<TrackedRun | null> => ports.tracking.get(id);

/** Null where it is not there any more. */
export async function findWantedVersion(ports: Ports, id: string): Promise<WantedVersion | null> {
  const model = await ports.documents.get<ModelVersion>('models', id);
  if (!model) return null;
  const evaluations = await ports.documents.find<Evaluation>('evaluations', {
    where: { model: `${model.name}@${model.version}` },
    limit: MOST_EVIDENCE,
  });
  const dataset = model.dataset
    ? await ports.documents.get<{ sha256: string }>('datasets', model.dataset)
    : null;
  const evidence = evaluations.items.map((each) => each.id).sort();
  const tags = versionTags(model, { evidence, datasetSha256: dataset?.sha256 ?? null });
  return { model, tags, files: versionFiles(model), metrics: figuresOf(evaluations.items) };
}

/** Of each stream the newest evaluation. */
function figuresOf(evaluations: Evaluation[]): Record<string, number> {
  const figures: Record<string, number> = {};
  for (const { stream, n, mae, directionalAccuracy, profitAfterCosts, conformal } of [
    ...evaluations,
  ].reverse()) {
    const all = { n, mae, directionalAccuracy };
    const more = { profitAfterCosts: profitAfterCosts.total, coverage: conformal.measuredCoverage };
    for (const [name, value] of Object.entries({ ...all, ...more }))
      if (Number.isFinite(value)) figures[`evaluation/${stream}/${name}`] = value;
  }
  return figures;
}

interface StoredAlias {
  name: string;
  alias: string;
  sourceKey: string;
  model: string;
}

/** Who is tried beside the champion, where deployments are kept. */
interface Rollout {
  model: string;
  source: { kind: string; detail: string };
  stage: string;
  candidate: string | null;
}

const TRIED = new Set(['shadow', 'approval', 'canary']);

/** Alias → version of every alias of a model's name; of sentiment models, the aliases that lead to one of that name. */
export async function findWantedAliases(ports: Ports, name: string): Promise<Record<string, string>> {
  const wanted: Record<string, string> = {};
  const point = (alias: string, id: string): void => {
    const [, model, version] = /^(?:mdl_)?(.+)@([^@]+)$/.exec(id) ?? [];
    if (model === name && version) wanted[alias] = version;
  };
  for await (const each of everyDocument<StoredAlias>(ports, 'aliases', { name }))
    point(aliasName(each.alias, each.sourceKey), each.model);
  if (Object.hasOwn(COLLECTIONS, 'deployments'))
    for await (const each of everyDocument<Rollout>(ports, 'deployments'))
      if (each.model === name && each.candidate && TRIED.has(each.stage))
        point(aliasName('challenger', keyOf(each.source)), each.candidate);
  const settings = everyDocument<SentimentAlias>(ports, 'sentimentSettings', { kind: 'alias' });
  for await (const each of settings) if (each.model) point(each.name, each.model);
  // Such an alias may lead to a model that ships with the code, which is registered nowhere.
  const known = await ports.documents.getMany<ModelVersion>(
    'models',
    Object.values(wanted).map((version) => `mdl_${name}@${version}`),
  );
  const versions = new Set(known.map(({ version }) => version));
  return Object.fromEntries(Object.entries(wanted).filter(([, version]) => versions.has(version)));
}

const keyOf = ({ kind, detail }: Rollout['source']): string =>
  kind === 'simulated' ? `simulated-${detail}` : kind;

/** Digest of what is to be published, to see whether it has changed; null where there is nothing any more. */
export async function digestWanted(
  ports: Ports,
  kind: PublicationKind,
  subject: string,
): Promise<string | null> {
  if (kind === 'aliases') return digestOf(await findWantedAliases(ports, subject));
  if (kind === 'run') {
    const run = await findRun(ports, subject);
    return run && digestOf(run);
  }
  const version = await findWantedVersion(ports, subject);
  return version && digestOfVersion(version);
}

export const digestOfVersion = ({ model, tags, files, metrics }: WantedVersion): string =>
  digestOf({ stage: model.stage, tags, files, metrics });

/** Bytes of an object as they pass. @throws DataQualityError at their end where they are not those of the digest */
export async function* readVerified(ports: Ports, ref: ObjectRef): AsyncGenerator<Uint8Array> {
  const hash = runningSha256();
  // The last piece is held back: who receives the stream must not take it for whole before it was checked.
  let held: Uint8Array | null = null;
  for await (const chunk of await ports.objects.stream(ref.key)) {
    hash.update(chunk);
    if (held) yield held;
    held = chunk;
  }
  const found = hash.hex();
  if (found !== ref.sha256)
    throw new DataQualityError(
      `Object "${ref.key}" is not what was stored: its sha256 is ${found}, it should be ${ref.sha256}`,
    );
  if (held) yield held;
}
