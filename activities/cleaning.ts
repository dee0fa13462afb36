import type { Ports } from '../adapters/ports.js';
import { COLLECTIONS } from '../domain/collections.js';
import { audit, type Asker } from './auditing.js';
import { beat } from './beat.js';
import { cleanArtifacts, summed, type ArtifactsReport, type Cleaned } from './registry/cleaning.js';

export interface CleanInput {
  /** What is younger stays; left out: 7. */
  days?: number;
  /** Versions, data sets, checkpoints and forecasts that are younger stay; left out: 30. */
  modelDays?: number;
  /** `artifacts`: versions and what belongs to them, nothing else. */
  only?: 'artifacts';
  /** Left out: true. */
  dryRun?: boolean;
}

interface CleanPlan {
  before: number;
  modelsBefore: number;
  dryRun: boolean;
}

export interface CleanReport {
  dryRun: boolean;
  before: number;
  drafts: Cleaned;
  uploads: Cleaned;
}

const DAY_MS = 86_400_000;
/** Long enough for an upload that is still being imported. */
const CLEAN_DAYS = 7;
/** Longer than any training or tuning leaves its files alone. */
const MODEL_DAYS = 30;
const UPLOADS = 'uploads/';
/** Collections of facts, which are many and refer to no object. */
const FACTS = new Set([
  ...['articles', 'rejectedItems', 'scores', 'quarantine', 'funding', 'audit', 'coverage'],
  ...['handledEvents', 'newsAggregates', 'deliveries', 'articleVersions', 'articleKeys', 'stories'],
]);

/** Steps that tidy the objects. */
export const cleaningSteps = (ports: Ports) => ({
  async planCleaning(input: CleanInput): Promise<CleanPlan> {
    const { days = CLEAN_DAYS, modelDays = MODEL_DAYS, dryRun = true } = input;
    const now = ports.now();
    return { before: now - days * DAY_MS, modelsBefore: now - modelDays * DAY_MS, dryRun };
  },

  /** See cleanArtifacts. */
  async removeArtifacts({ modelsBefore, ...plan }: CleanPlan & Asker): Promise<ArtifactsReport> {
    return cleanArtifacts(ports, { ...plan, before: modelsBefore, facts: FACTS });
  },

  /** Uploads that no document names any more, and drafts whose writers died; both only where they are old. */
  async removeUnused(plan: { before: number; dryRun: boolean } & Asker): Promise<CleanReport> {
    const { before, dryRun, principal, tenant } = plan;
    const { objects } = ports;
    const old = (await objects.entries(UPLOADS)).filter(({ at }) => at < before);
    const named = old.length > 0 ? await namedUploads(ports) : new Set<string>();
    const uploads = old.filter(({ key }) => !named.has(key)).map(({ key, bytes }) => ({ name: key, bytes }));
    const drafts = (await objects.drafts?.(before)) ?? [];
    const report = { dryRun, before, drafts: summed(drafts), uploads: summed(uploads) };
    if (dryRun || drafts.length + uploads.length === 0) return report;
    const { dryRun: _, ...detail } = report;
    await audit(ports, { principal, tenant, action: 'cleanObjects', target: 'objects' }, detail);
    for (const { name } of uploads) {
      await objects.remove(name);
      beat();
    }
    for (const { name } of drafts) await objects.removeDraft?.(name);
    return report;
  },
});

/** Keys of uploads that stand anywhere in a document. */
async function namedUploads(ports: Ports): Promise<Set<string>> {
  const named = new Set<string>();
  const look = (value: unknown): void => {
    if (typeof value === 'string' && value.startsWith(UPLOADS)) named.add(value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(look);
  };
  for (const name of Object.keys(COLLECTIONS).filter((each) => !FACTS.has(each)))
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: { items: object[]; cursor: string | null } = await ports.documents.find(name, {
        limit: 500,
        ...(cursor ? { cursor } : {}),
      });
      page.items.forEach(look);
      ({ cursor } = page);
      beat();
    }
  return named;
}
