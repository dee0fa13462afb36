import type { ForecastTask } from '../forecast.js';
import { askPython } from './python.js';

/**
 * Our training loop beside a plain Hugging Face Trainer in turns, in one process: same network, windows and batch;
 * samples a second, and the share of what a matrix product reaches in that process.
 */
export async function benchTraining({ data }: ForecastTask): Promise<Record<string, unknown>> {
  const figures = await askPython([
    'finsight_ml.series.peer',
    ...(data === undefined ? [] : ['--data', data]),
  ]);
  return { ...figures, limits: { ratioToTrainer: 1, stretch: 1.5 } };
}
