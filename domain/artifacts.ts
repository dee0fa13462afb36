import type { ModelVersion } from './models.js';

/** What documents name of that which may be cleaned up: versions, data sets and objects. */
export interface NamedThings {
  /** `mdl_<name>@<version>`. */
  models: Set<string>;
  datasets: Set<string>;
  keys: Set<string>;
}

/** Folders of the object store that models, trainings and evaluations fill. */
export const ARTIFACT_FOLDERS = ['models/', 'checkpoints/', 'datasets/', 'forecasts/'] as const;

const MODEL = /[\w.-]+@[\w.-]+/g;
const DATASET = /ds_[0-9a-f]+/g;
/** What stands further behind in a text is prose. */
const LONGEST = 2000;

export const noNames = (): NamedThings => ({ models: new Set(), datasets: new Set(), keys: new Set() });

/** Adds whatever a document names, wherever it stands in it, also within a longer text such as `model:<name>@<version>`. */
export function addNames(value: unknown, named: NamedThings): void {
  if (typeof value === 'string') {
    const text = value.slice(0, LONGEST);
    if (ARTIFACT_FOLDERS.some((folder) => text.startsWith(folder))) named.keys.add(text);
    for (const [found] of text.matchAll(MODEL)) named.models.add(`mdl_${found.replace(/^mdl_/, '')}`);
    for (const [found] of text.matchAll(DATASET)) named.datasets.add(found);
  } else if (Array.isArray(value)) {
    for (const each of value) addNames(each, named);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, each] of Object.entries(value)) {
      addNames(name, named);
      addNames(each, named);
    }
  }
}

export type Fate = 'keep' | 'archive' | 'remove';

/**
 * What becomes of a version that nothing points to: first it is archived, and after as long again it is removed.
 * @param before epoch ms; what is younger stays as it is
 */
export function fateOf(model: ModelVersion, { isUsed, before }: { isUsed: boolean; before: number }): Fate {
  if (isUsed || model.stage === 'champion' || model.createdAt >= before) return 'keep';
  if (model.stage !== 'archived' || model.archivedAt === undefined) return 'archive';
  return model.archivedAt < before ? 'remove' : 'keep';
}

/** `models/<spec>/`: what lies in one folder was made together and goes together; cards are one by one. */
export const folderOf = (key: string): string =>
  key.startsWith('models/cards/') ? key : key.slice(0, key.lastIndexOf('/') + 1);
