import type { EpochRecord } from '../domain/ml.js';

/** Where a model stands that trains now, by its last heartbeat. */
export interface TrainingProgress {
  /** Workflow id of the story whose step it is. */
  story: string;
  step: string;
  /** The one that is trained now; null before the first. */
  epoch: number | null;
  maxEpochs: number | null;
  /** Of the epoch, or of the whole training where it is told in steps. */
  batch: number | null;
  batches: number | null;
  bestEpoch: number | null;
  /** Training windows or texts a second. */
  rowsPerSecond: number | null;
  /** Those that are done. */
  epochs: EpochRecord[];
  /** Training loss of a sentiment model, a mean of 50 steps each. */
  losses: number[];
}

/** Reads a heartbeat, which may be of a worker of another version: what it does not tell is null. */
export function curveOf(story: string, step: string, told: unknown): TrainingProgress {
  const members = (typeof told === 'object' && told !== null ? told : {}) as Record<string, unknown>;
  const read = (name: string): number | null => {
    const value = members[name];
    return typeof value === 'number' && Number.isFinite(value) ? value : null;
  };
  const epochs = listOf(members['epochs']).flatMap((each, i): EpochRecord[] => {
    const [trainLoss, validationLoss, seconds] = listOf(each).map(Number);
    if (trainLoss === undefined || validationLoss === undefined) return [];
    return [{ epoch: i + 1, trainLoss, validationLoss, seconds: seconds ?? 0 }];
  });
  return {
    ...{ story, step, epoch: read('epoch') || null, maxEpochs: read('maxEpochs') },
    batch: read('batch') ?? read('step'),
    batches: read('batches') ?? read('steps'),
    bestEpoch: read('bestEpoch') || null,
    rowsPerSecond: read('rowsPerSecond'),
    epochs,
    losses: listOf(members['losses']).map(Number).filter(Number.isFinite),
  };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
