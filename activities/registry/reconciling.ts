import type { Ports } from '../../adapters/ports.js';
import type { MirrorPort } from '../../adapters/ports-registry.js';
import type { TrackedRun } from '../../adapters/ports-tracking.js';
import { InvalidInputError, UnreachableError } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import { publicationId, type Publication, type PublicationKind } from '../../domain/registry.js';
import { wantPublication } from './marking.js';
import { digestWanted } from './wanted.js';
import { everyDocument } from './walking.js';

export interface Missing {
  kind: PublicationKind;
  subject: string;
  reason: 'never published' | 'changed since' | 'gone from the registry' | 'refused before';
  /** What the registry said, where it refused. */
  error: string | null;
}

export interface SyncInput {
  /** Only this model's; left out: everything. */
  name?: string;
}

export interface SyncReport {
  /** All of what waits now, with what waited before. */
  waiting: number;
  missing: Missing[];
  /** Of `missing`, which is cut. */
  missingLeftOut: number;
  /** Why it could not be asked what it has lost; what waits is published when it answers again. Null: it was asked. */
  unreachable: string | null;
}

/** What a result may hold. */
const MOST_LISTED = 100;
const LONGEST_ERROR = 200;

/** Marks what the registry was never told, and what has changed since it was told. Returns what that is. */
export async function wantChanged(ports: Ports, name?: string): Promise<Missing[]> {
  const missing: Missing[] = [];
  for await (const [kind, subject] of subjectsOf(ports)) {
    if (!isOf(name, kind, subject)) continue;
    const found = await compare(ports, kind, subject);
    if (!found) continue;
    await wantPublication(ports, kind, subject);
    missing.push(found);
  }
  return missing;
}

/**
 * The same, and also what the registry has lost and what it refused before. Nothing is sent here: the publisher does that.
 * @throws InvalidInputError where there is no registry beside the platform
 */
export async function synchronise(ports: Ports, { name }: SyncInput = {}): Promise<SyncReport> {
  if (!ports.mirror)
    throw new InvalidInputError(
      'There is no registry beside the platform to bring up to date; REGISTRY_URL=mlflow:http://… names one',
    );
  const missing = await wantChanged(ports, name);
  const known = new Set(missing.map(({ kind, subject }) => publicationId(kind, subject)));
  let unreachable: string | null = null;
  const there = await remoteVersions(ports.mirror).catch((error: unknown) => {
    if (!(error instanceof UnreachableError)) throw error;
    unreachable = error.message;
    return null;
  });
  for await (const each of everyDocument<Publication>(ports, 'publications')) {
    if (known.has(each.id) || !isOf(name, each.kind, each.subject)) continue;
    const isGone =
      each.kind === 'version' && each.state === 'published' && there !== null && !there.has(each.subject);
    if (!isGone && each.state !== 'refused') continue;
    await wantPublication(ports, each.kind, each.subject);
    // With its versions a model's aliases are gone.
    if (isGone) await wantPublication(ports, 'aliases', nameOf(each.subject));
    const reason = isGone ? 'gone from the registry' : 'refused before';
    missing.push({
      kind: each.kind,
      subject: each.subject,
      reason,
      error: each.error?.slice(0, LONGEST_ERROR) ?? null,
    });
  }
  const waiting = await ports.documents.count('publications', { where: { state: 'waiting' } });
  return {
    waiting,
    missing: missing.slice(0, MOST_LISTED),
    missingLeftOut: Math.max(0, missing.length - MOST_LISTED),
    unreachable,
  };
}

/** Runs of other than trainings belong to no model. */
const isOf = (name: string | undefined, kind: PublicationKind, subject: string): boolean =>
  name === undefined || (kind === 'aliases' ? subject === name : subject.startsWith(`mdl_${name}@`));

const nameOf = (id: string): string => id.slice('mdl_'.length, id.lastIndexOf('@'));

/** Everything that can be published, in the order in which it is. */
async function* subjectsOf(ports: Ports): AsyncGenerator<[PublicationKind, string]> {
  for await (const { id, status } of everyDocument<TrackedRun>(ports, 'trackingRuns'))
    if (status !== 'running') yield ['run', id];
  const names = new Set<string>();
  for await (const { id, name } of everyDocument<ModelVersion>(ports, 'models')) {
    names.add(name);
    yield ['version', id];
  }
  for (const name of names) yield ['aliases', name];
}

/** Null where the registry has it as it is, or it waits already, or was refused as it is. */
async function compare(ports: Ports, kind: PublicationKind, subject: string): Promise<Missing | null> {
  const held = await ports.documents.get<Publication>('publications', publicationId(kind, subject));
  if (held && held.state !== 'published') return null;
  if (held && held.digest === (await digestWanted(ports, kind, subject))) return null;
  const reason = held ? 'changed since' : 'never published';
  return { kind, subject, reason, error: null };
}

async function remoteVersions({ registry }: MirrorPort): Promise<Set<string>> {
  const found = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query = { limit: 100, ...(cursor && { cursor }) };
    const page: Awaited<ReturnType<typeof registry.versions>> = await registry.versions(query);
    for (const { id } of page.items) found.add(id);
    ({ cursor } = page);
  }
  return found;
}
