import type { Ports, TableColumn, TextColumn } from '../../adapters/ports.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { SentimentRecipe, SentimentRequest } from '../../domain/ml/sentiment.js';
import type { ModelVersion } from '../../domain/models.js';
import { nearDuplicateOf } from '../../domain/sentiment/folds.js';
import {
  balanced,
  examplesOf,
  SPLITS,
  splitOf,
  withoutRepeats,
  type LabelledText,
} from '../../domain/training/labelled.js';
import { renamedCopies } from '../../domain/training/renamed.js';
import { beat } from '../beat.js';
import { sentimentReportOf, type SentimentTrainingReport } from './sentiment-registry.js';

/** A CSV file with the columns text, label and maybe entities, that was stored as an object. */
export interface LabelledSet {
  name: string;
  object: { key: string; sha256: string };
  /** `measure`: nothing of it trains. */
  role?: 'train' | 'measure';
  /** Labelled by a model: trains with `weakWeight` and measures nothing. */
  weak?: boolean;
}

export interface SentimentTrainingInput {
  task: 'sentiment';
  name: string;
  sets: LabelledSet[];
  /** `minilm`, a directory of the training machine, or a hub's name. */
  base?: string;
  weakWeight?: number;
  /** Each label of a set trains with the same weight. */
  balance?: boolean;
  /** Share of the texts with named assets that train once more with other names. */
  renamed?: number;
  maxTokens?: number;
  recipe?: Partial<SentimentRecipe>;
  /** Set by a tuning: the table that `prepareSentiment` made of the sets, which are then not read again. */
  prepared?: SentimentRequest['dataset'];
  tuning?: { id: string; trials: number };
  /** Set for a trial of a tuning: it ends after so many epochs, and nothing is registered. */
  untilEpoch?: number;
}

export interface SentimentPlan {
  request: SentimentRequest;
  /** Texts with two labels as one thing, and rows without one of the labels. */
  conflicts: number;
  unlabelled: number;
  existing: SentimentTrainingReport | null;
  tuning?: SentimentTrainingInput['tuning'];
}

const RECIPE: SentimentRecipe = {
  epochs: 4,
  batchSize: 32,
  microBatchSize: 32,
  learningRate: 1e-4,
  layerDecay: 0.9,
  labelSmoothing: 0.05,
  dropout: 0.1,
  frozenLayers: 0,
  precision: 'auto',
  checkpointSeconds: 120,
  seed: 7,
};
const CHUNK = 2000;

export const sentimentTrainingSteps = (ports: Ports) => ({
  /** Cleans, maps labels, splits, leaves near-duplicates of held-out texts out, and stores one table; equal input is found. */
  async prepareSentiment(input: SentimentTrainingInput): Promise<SentimentPlan> {
    const recipe = { ...RECIPE, ...input.recipe };
    const made = input.prepared
      ? { dataset: input.prepared, conflicts: 0, unlabelled: 0 }
      : await prepareTable(ports, input, recipe.seed);
    const { dataset, ...counts } = made;
    const asked = {
      name: input.name,
      base: input.base ?? 'minilm',
      recipe,
      maxTokens: input.maxTokens ?? 64,
    };
    const specSha256 = digestOf({ task: 'sentiment', ...asked, dataset: dataset.object.sha256 });
    const found = await ports.documents.find<ModelVersion>('models', { where: { specSha256 }, limit: 1 });
    return {
      request: { ...asked, specSha256, dataset },
      ...counts,
      existing: found.items[0] ? sentimentReportOf(found.items[0], true) : null,
      ...(input.tuning && { tuning: input.tuning }),
    };
  },
});

async function prepareTable(ports: Ports, input: SentimentTrainingInput, seed: number) {
  const { read, unlabelled } = await readSets(ports, input);
  const { rows, conflicts } = withoutRepeats(read);
  const measured = new Set(input.sets.filter(({ role }) => role === 'measure').map(({ name }) => name));
  const split = (row: LabelledText): number => (measured.has(row.set) ? SPLITS.measured : splitOf(row));
  const apart = rows.filter((row) => split(row) !== SPLITS.train);
  const { kept, nearDuplicates } = await leaveNear(
    rows.filter((row) => split(row) === SPLITS.train),
    apart,
  );
  const fair = input.balance ? balanced(kept) : kept;
  const share = input.renamed ?? 0.5;
  const copies = renamedCopies(
    fair.filter(({ weak }) => !weak),
    { share, seed: String(seed) },
  );
  const train = [...fair, ...copies];
  const table = tableOf([...train, ...apart], (row, at) => (at < train.length ? SPLITS.train : split(row)));
  const counts = { train: train.length, validation: 0, test: 0 };
  for (const row of apart) counts[split(row) === SPLITS.validation ? 'validation' : 'test'] += 1;
  if (counts.train === 0 || counts.validation === 0)
    throw new InvalidInputError(
      `${counts.train} rows to train and ${counts.validation} to hold out are left of ${read.length}; both are needed`,
    );
  const bytes = await ports.tables.encode(table);
  const sets = [...new Set(train.map(({ set }) => set))].sort();
  const object = await ports.objects.put(
    `datasets/sentiment-${digestOf({ input }).slice(0, 24)}.parquet`,
    bytes,
  );
  return { dataset: { object, rows: counts, nearDuplicates, sets }, conflicts, unlabelled };
}

async function readSets(
  ports: Ports,
  { sets, weakWeight = 0.2 }: SentimentTrainingInput,
): Promise<{ read: LabelledText[]; unlabelled: number }> {
  const read: LabelledText[] = [];
  let unlabelled = 0;
  for (const { name, object, weak = false } of sets) {
    const cells = await ports.tables.readCsv(await ports.objects.get(object.key, object.sha256));
    const column = (wanted: string): string[] | undefined =>
      cells.find((each) => each.name === wanted)?.values;
    const [texts, labels, entities] = [column('text'), column('label'), column('entities')];
    if (!texts || !labels)
      throw new InvalidInputError(
        `Set "${name}" has the columns ${cells.map((each) => each.name).join(', ')}; text and label are needed`,
      );
    for (const [i, text] of texts.entries()) {
      const row = { text, label: labels[i] ?? '', entities: weak ? '' : (entities?.[i] ?? '') };
      const examples = examplesOf(row, { set: name, weight: weak ? weakWeight : 1, weak });
      if (examples.length === 0) unlabelled += 1;
      read.push(...examples);
    }
    beat();
  }
  return { read, unlabelled };
}

/** In chunks, so that heartbeats and cancellations get their turn. */
async function leaveNear(
  rows: LabelledText[],
  apart: LabelledText[],
): Promise<{ kept: LabelledText[]; nearDuplicates: number }> {
  const isNear = nearDuplicateOf([...new Set(apart.map(({ text }) => text))]);
  const kept: LabelledText[] = [];
  for (let from = 0; from < rows.length; from += CHUNK) {
    kept.push(...rows.slice(from, from + CHUNK).filter(({ text }) => !isNear(text)));
    beat();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { kept, nearDuplicates: rows.length - kept.length };
}

const tableOf = (
  rows: LabelledText[],
  split: (row: LabelledText, at: number) => number,
): (TableColumn | TextColumn)[] => [
  { name: 'text', type: 'text', values: rows.map(({ text }) => text) },
  { name: 'target', type: 'text', values: rows.map(({ target }) => target) },
  { name: 'label', type: 'text', values: rows.map(({ label }) => label) },
  { name: 'set', type: 'text', values: rows.map(({ set }) => set) },
  { name: 'fold', type: 'int32', values: Int32Array.from(rows, ({ fold }) => fold) },
  { name: 'split', type: 'int32', values: Int32Array.from(rows, split) },
  { name: 'weight', type: 'float64', values: Float64Array.from(rows, ({ weight }) => weight) },
  { name: 'weak', type: 'int32', values: Int32Array.from(rows, ({ weak }) => Number(weak)) },
];
