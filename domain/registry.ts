import type { ModelVersion, ObjectRef } from './models.js';
import { sourceKey } from './sources.js';

/** What is published of what, to the registry beside the platform. */
export type PublicationKind = 'run' | 'version' | 'aliases';

/** That something is to be published, or how it went. What is to be told is read when it is told. */
export interface Publication {
  /** `run/<tracked run>`, `version/<mdl_…>` or `aliases/<model name>`. */
  id: string;
  kind: PublicationKind;
  /** Of what. */
  subject: string;
  /** `refused`: the registry will not have it, and waiting will not help. */
  state: 'waiting' | 'published' | 'refused';
  /** Of what was last published; null before. */
  digest: string | null;
  /** Counts what has changed since: what was published in the mean time of a change is published again. */
  wanted: number;
  /** Names of aliases that were told: one that is gone here is removed there, others there are not ours. */
  aliases: string[];
  attempts: number;
  error: string | null;
  remote: { number: string; run: string } | null;
  publishedAt: number | null;
  /** Of the last change, epoch ms. */
  at: number;
}

/** Runs before the versions that refer to them, those before aliases. */
export const PUBLICATION_KINDS: readonly PublicationKind[] = ['run', 'version', 'aliases'];

export const publicationId = (kind: PublicationKind, subject: string): string => `${kind}/${subject}`;

/** The publication after something of its subject changed, or may have. */
export function wantedAgain(
  before: Publication | null,
  { kind, subject, now }: { kind: PublicationKind; subject: string; now: number },
): Publication {
  const id = publicationId(kind, subject);
  const first = { digest: null, remote: null, publishedAt: null, wanted: 0, aliases: [] };
  const held = before ?? { ...first, id, kind, subject };
  return { ...held, state: 'waiting', error: null, at: now, attempts: 0, wanted: held.wanted + 1 };
}

/** `champion` for live data; what was promoted on other data has its source in the name. */
export const aliasName = (alias: string, key: string): string => (key === 'live' ? alias : `${alias}-${key}`);

/** The alias and the key of its source, as `sourceKey` writes it. */
export function readAliasName(name: string): { alias: string; sourceKey: string } {
  const [, alias, key] = /^(.*?)-(recorded|simulated-.+)$/.exec(name) ?? [];
  return alias && key ? { alias, sourceKey: key } : { alias: name, sourceKey: 'live' };
}

/** Longer texts are cut: tags are for finding, the record is in the platform. */
const MOST_CHARACTERS = 4000;

/** What a version is found and judged by, as tags: digests, data, evidence, environment. */
export function versionTags(
  model: ModelVersion,
  more: { evidence: string[]; datasetSha256: string | null },
): Record<string, string> {
  const training = model.training as { weightsSha256?: unknown; environment?: unknown };
  const environment = (training.environment ?? {}) as Record<string, unknown>;
  const all: Record<string, unknown> = {
    ...model.tags,
    task: model.task,
    kind: model.kind,
    source: sourceKey(model.source),
    specSha256: model.specSha256,
    onnxSha256: model.onnx.sha256,
    weightsSha256: training.weightsSha256,
    dataset: model.dataset,
    datasetSha256: more.datasetSha256 ?? environment['datasetSha256'],
    featureVersion: model.featureVersion,
    parityMaxAbs: Number.isFinite(model.parityMaxAbs) ? model.parityMaxAbs : null,
    leaks: model.leaks?.length ? model.leaks.map(({ evaluation }) => evaluation).join(', ') : null,
    evidence: more.evidence.length > 0 ? more.evidence.join(', ') : null,
    ...Object.fromEntries(Object.entries(environment).map(([name, value]) => [`environment.${name}`, value])),
  };
  return Object.fromEntries(
    Object.entries(all)
      .filter(([, value]) => value !== null && value !== undefined && value !== '')
      .map(([name, value]) => [
        name,
        (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MOST_CHARACTERS),
      ]),
  );
}

/** The files that a version is served from, by their names there. */
export function versionFiles(model: ModelVersion): { path: string; ref: ObjectRef }[] {
  const beside = Object.entries(model.training).flatMap(([name, value]) =>
    isObjectRef(value) ? [{ path: fileName(name, value), ref: value }] : [],
  );
  return [{ path: 'model.onnx', ref: model.onnx }, ...beside];
}

const fileName = (member: string, { key }: ObjectRef): string => {
  const ending = /\.[a-z0-9]+$/i.exec(key)?.[0] ?? '';
  return `${member}${ending}`;
};

function isObjectRef(value: unknown): value is ObjectRef {
  if (typeof value !== 'object' || value === null) return false;
  const { key, sha256 } = value as Partial<ObjectRef>;
  return typeof key === 'string' && /^[0-9a-f]{64}$/.test(String(sha256));
}
