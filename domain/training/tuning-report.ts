import type { ObjectRef } from '../models.js';
import type { Objective, TuningPlan } from './tuning.js';

/** What a tuning came to. */
export interface TuningReport {
  id: string;
  name: string;
  objective: Objective['name'];
  trials: number;
  complete: number;
  pruned: number;
  failed: number;
  best: { trial: number; value: number; params: Record<string, unknown> };
  /** All trials, as JSON. */
  table: ObjectRef;
  /** The best trial's model, trained to its end and registered. */
  model: { model: string; version: string; onnxSha256: string };
  /** Over plan, trials and the model's bytes: the same tuning gives the same. */
  digest: string;
  reused: boolean;
}

export type StoredTuning = Omit<TuningReport, 'reused'> & { plan: TuningPlan; createdAt: number };
