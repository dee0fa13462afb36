import type { Ports } from '../../adapters/ports.js';
import type { LatencyProbe } from '../../domain/deployment/evidence.js';
import { messageOf } from '../../domain/errors.js';
import type { ModelVersion } from '../../domain/models.js';
import { beat } from '../beat.js';
import { findDataset } from '../dataset.js';
import { findModel } from '../models.js';
import { inferPath } from '../parity.js';

/** What is wrong with the version itself; anything else may pass and is tried again. */
const FINAL = new Set(['InvalidInputError', 'NotFoundError', 'DataQualityError']);

export const probingSteps = (ports: Ports) => ({
  /** Loads a version and asks it a few times, as one request after the other would. */
  async probeCandidate(args: { model: string; probes: number }): Promise<LatencyProbe> {
    const { probes } = args;
    const model = await findModel(ports, args.model);
    const { spec, features } = await findDataset(ports, model.dataset ?? '');
    const dims: [number, number, number] = [1, spec.lookBack, features.length];
    const window = Float32Array.from({ length: spec.lookBack * features.length }, (_, i) => Math.sin(i));
    const times: number[] = [];
    let failure: string | null = null;
    try {
      await ports.serving.load(model);
      // The first one may still allocate what the later ones use again.
      await inferPath(ports, model, window, dims);
      while (times.length < probes) {
        const started = performance.now();
        await inferPath(ports, model, window, dims);
        times.push(performance.now() - started);
        beat();
      }
    } catch (error) {
      if (!(error instanceof Error && FINAL.has(error.name))) throw error;
      failure = messageOf(error);
    }
    const { backend, provider } = await ports.serving.health();
    const by = `${backend} (${provider})`.slice(0, 200);
    const sorted = times.sort((a, b) => a - b);
    const at = (share: number): number | null => sorted[Math.ceil(share * sorted.length) - 1] ?? null;
    return { answered: times.length, probes, p50Ms: at(0.5), p95Ms: at(0.95), by, failure };
  },

  /** Makes a version ready before requests go to it. @throws DataQualityError for a file that cannot be used */
  async loadVersion(args: { model: string }): Promise<void> {
    await ports.serving.load(await findModel(ports, args.model));
  },

  /**
   * Frees the model server of a version that is served no longer; whoever still asks for it has it loaded again. A server
   * that is away is let be: nothing depends on it.
   */
  async unloadVersion(args: { model: string }): Promise<void> {
    const model = await ports.documents.get<ModelVersion>('models', args.model);
    if (model) await ports.serving.unload(model).catch(() => undefined);
  },
});
