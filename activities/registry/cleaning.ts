import type { Ports } from '../../adapters/ports.js';
import {
  addNames,
  ARTIFACT_FOLDERS,
  fateOf,
  folderOf,
  noNames,
  type NamedThings,
} from '../../domain/artifacts.js';
import { COLLECTIONS } from '../../domain/collections.js';
import type { ModelVersion } from '../../domain/models.js';
import { publicationId, type Publication } from '../../domain/registry.js';
import { audit, type Asker } from '../auditing.js';
import { beat } from '../beat.js';
import { wantPublication } from './marking.js';
import { everyDocument } from './walking.js';

export interface Cleaned {
  count: number;
  bytes: number;
  /** The first of them. */
  names: string[];
}

export interface ArtifactsReport {
  dryRun: boolean;
  before: number;
  /** Versions that nothing points to: archived now, and archived long enough to be removed. */
  archived: Cleaned;
  versions: Cleaned;
  datasets: Cleaned;
  /** Objects that no document names: files of models, checkpoints of trainings and trials, forecasts. */
  objects: Cleaned;
}

interface Stored {
  key: string;
  bytes: number;
  at: number;
}

interface Dataset {
  id: string;
  object: { key: string; bytes?: number };
  createdAt: number;
}

interface Plan {
  archive: ModelVersion[];
  remove: ModelVersion[];
  datasets: Dataset[];
  objects: Stored[];
}

const MOST_LISTED = 200;
/** They tell of what was; what they name may go. Facts (FACTS of activities/cleaning.ts) are counted by their index instead. */
const NO_ROOTS = new Set([
  'models',
  'datasets',
  'runs',
  'trackingRuns',
  'tunings',
  'trials',
  'lineage',
  'publications',
]);

/**
 * Archives versions that nothing points to, and removes what has been archived for as long again, with the data sets and
 * objects that are left without anything that names them. An alias, a prediction, an evaluation, a settlement, a
 * deployment, a score, a backtest: whatever document names a version keeps it.
 */
export async function cleanArtifacts(
  ports: Ports,
  plan: { before: number; dryRun: boolean; facts: ReadonlySet<string> } & Asker,
): Promise<ArtifactsReport> {
  const { before, dryRun, principal, tenant, facts } = plan;
  const found = await findUnused(ports, before, facts);
  const report = reportOf(found, { before, dryRun });
  const all = [found.archive, found.remove, found.datasets, found.objects];
  if (dryRun || all.every((each) => each.length === 0)) return report;
  const { dryRun: _, ...detail } = report;
  await audit(ports, { principal, tenant, action: 'cleanArtifacts', target: 'objects' }, detail);
  for (const model of found.archive) await archiveVersion(ports, model.id);
  for (const model of found.remove) await removeVersion(ports, model);
  for (const { id } of found.datasets) await ports.documents.remove('datasets', [id]);
  for (const { key } of found.objects) {
    await ports.objects.remove(key);
    beat();
  }
  return report;
}

/** Its stage becomes `archived`; whatever serves it goes on doing so. */
export async function archiveVersion(ports: Ports, id: string): Promise<void> {
  const at = ports.now();
  await ports.documents.update<ModelVersion>('models', id, (held) => ({
    ...(held as ModelVersion),
    stage: 'archived',
    archivedAt: held?.archivedAt ?? at,
  }));
  if (ports.mirror) await wantPublication(ports, 'version', id);
}

/** What has come to point to it since it was looked at saves it. */
async function removeVersion(ports: Ports, model: ModelVersion): Promise<void> {
  if (await isNamedByIndex(ports, model)) return;
  const key = publicationId('version', model.id);
  await ports.documents.remove('models', [model.id]);
  await ports.documents.remove('publications', [key]);
  beat();
}

async function findUnused(ports: Ports, before: number, facts: ReadonlySet<string>): Promise<Plan> {
  // Listed before documents are read: what is stored meanwhile is named later than it was listed.
  const stored = await oldObjects(ports, before);
  const roots = noNames();
  for (const name of Object.keys(COLLECTIONS))
    if (!facts.has(name) && !NO_ROOTS.has(name))
      for await (const each of everyDocument(ports, name)) addNames(each, roots);
  const plan: Plan = { archive: [], remove: [], datasets: [], objects: [] };
  const kept: NamedThings = { ...roots, models: new Set() };
  for await (const model of everyDocument<ModelVersion>(ports, 'models')) {
    const isUsed =
      roots.models.has(model.id) || (await isNamedByIndex(ports, model)) || !(await isSafe(ports, model));
    const fate = fateOf(model, { isUsed, before });
    if (fate === 'archive') plan.archive.push(model);
    if (fate === 'remove') plan.remove.push(model);
    else addNames(model, kept);
  }
  for await (const dataset of everyDocument<Dataset>(ports, 'datasets')) {
    const isUsed = kept.datasets.has(dataset.id) || kept.keys.has(dataset.object.key);
    if (!isUsed && dataset.createdAt < before) plan.datasets.push(dataset);
    else kept.keys.add(dataset.object.key);
  }
  plan.objects = unnamed(stored, kept);
  return plan;
}

/** By the indexes of what is too much to be read: scores of articles, and what came while the rest was read. */
async function isNamedByIndex(ports: Ports, { name, version }: ModelVersion): Promise<boolean> {
  const model = `${name}@${version}`;
  const collections = ['aliases', 'predictions', 'openPredictions', 'settlements', 'evaluations', 'scores'];
  for (const each of collections) {
    const where = { model: each === 'aliases' ? `mdl_${model}` : model };
    // Aliases are few and have no index on their model.
    const query = each === 'aliases' ? { where: { name } } : { where };
    const { items } = await ports.documents.find<{ model?: string }>(each, {
      ...query,
      limit: each === 'aliases' ? 100 : 1,
    });
    if (each === 'aliases' ? items.some((item) => item.model === where.model) : items.length > 0) return true;
  }
  return false;
}

/** Where there is a registry beside the platform, a version goes only when it is there. */
async function isSafe(ports: Ports, { id }: ModelVersion): Promise<boolean> {
  if (!ports.mirror) return true;
  const held = await ports.documents.get<Publication>('publications', publicationId('version', id));
  return held?.state === 'published';
}

async function oldObjects(ports: Ports, before: number): Promise<Stored[]> {
  const all: Stored[] = [];
  for (const folder of ARTIFACT_FOLDERS) {
    const entries = await ports.objects.entries(folder);
    // A training that goes on writes its folder again and again: one young file keeps the older ones beside it.
    const young = new Set(entries.filter(({ at }) => at >= before).map(({ key }) => folderOf(key)));
    const isApart = folder === 'datasets/' || folder === 'forecasts/';
    all.push(...entries.filter(({ key, at }) => at < before && (isApart || !young.has(folderOf(key)))));
    beat();
  }
  return all;
}

/** Files of a model's folder are kept together with any of them that is named. */
function unnamed(stored: Stored[], kept: NamedThings): Stored[] {
  const folders = new Set([...kept.keys].filter((key) => key.startsWith('models/')).map(folderOf));
  return stored.filter(({ key }) => {
    if (kept.keys.has(key)) return false;
    const card = /^models\/cards\/(mdl_.+)\.[a-z]+$/.exec(key)?.[1];
    if (card) return !kept.models.has(card);
    return !(key.startsWith('models/') && folders.has(folderOf(key)));
  });
}

const reportOf = (plan: Plan, { before, dryRun }: { before: number; dryRun: boolean }): ArtifactsReport => ({
  dryRun,
  before,
  archived: summed(plan.archive.map((each) => ({ name: each.id, bytes: 0 }))),
  versions: summed(plan.remove.map((each) => ({ name: each.id, bytes: each.onnx.bytes }))),
  datasets: summed(plan.datasets.map((each) => ({ name: each.id, bytes: each.object.bytes ?? 0 }))),
  objects: summed(plan.objects.map(({ key, bytes }) => ({ name: key, bytes }))),
});

export const summed = (all: { name: string; bytes: number }[]): Cleaned => ({
  count: all.length,
  bytes: all.reduce((sum, { bytes }) => sum + bytes, 0),
  names: all.slice(0, MOST_LISTED).map(({ name }) => name),
});
