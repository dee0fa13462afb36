import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../domain/errors.js';
import { benchPublished } from './forecast/published.js';
import { benchServing } from './forecast/serving.js';
import { benchTraining } from './forecast/training.js';

export interface ForecastTask {
  /** Empty, and removed afterwards. */
  directory: string;
  /** ETTh1 as csv, csv.gz or parquet; without it no part that needs it has figures. */
  data: string | undefined;
}

/** Figures beside the limits and peers that they are to be held against, or why there are none. */
export type ForecastPart = (task: ForecastTask) => Promise<Record<string, unknown>>;

const PARTS: Record<string, ForecastPart> = {
  training: benchTraining,
  published: benchPublished,
  serving: benchServing,
};

/** Figures on forecasts; `--part training,serving` takes some of them, without it all run. `--data <ETTh1>`. */
export async function benchForecast(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { part: { type: 'string' }, data: { type: 'string' } },
  });
  const names = values.part?.split(',') ?? Object.keys(PARTS);
  const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new InvalidInputError(
      `Unknown part "${unknown}" of the forecast bench; known: ${Object.keys(PARTS).join(', ')}`,
    );
  const root = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  // Other work on the machine makes every time an upper bound: how much there was stands beside the figures.
  const figures: Record<string, unknown> = { loadBefore: loadavg()[0] };
  try {
    for (const name of names) {
      process.stderr.write(`bench forecast: ${name}\n`);
      const directory = join(root, name);
      mkdirSync(directory);
      figures[name] = await PARTS[name]?.({ directory, data: values.data });
      rmSync(directory, { recursive: true, force: true });
    }
    return { ...figures, loadAfter: loadavg()[0] };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
