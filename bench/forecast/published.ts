import { join } from 'node:path';
import { projectRoot } from '../../adapters/config.js';
import type { ForecastTask } from '../forecast.js';
import { askPython } from './python.js';

/** Test MSE on ETTh1 at horizon 96: what is asked for, and what the papers report. */
const LIMITS: Record<string, { target: number; paper: number }> = {
  dlinear: { target: 0.38, paper: 0.375 },
  patchtsmixer: { target: 0.375, paper: 0.368 },
  patchtst: { target: 0.375, paper: 0.37 },
};

/** The specs of the published table, trained from nothing: about half an hour of two cores. */
export async function benchPublished({ data, directory }: ForecastTask): Promise<Record<string, unknown>> {
  if (data === undefined) return { skipped: 'no data; name ETTh1.csv or ETTh1.csv.gz by --data' };
  const figures: Record<string, unknown> = {};
  for (const [model, limits] of Object.entries(LIMITS)) {
    const spec = join(projectRoot(), 'ml-pipelines', 'specs', `etth1-96-${model}.json`);
    const told = await askPython(['finsight_ml', 'train', spec, '--data', data, '--out', directory]);
    figures[model] = { ...told, ...limits };
  }
  return figures;
}
