import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../domain/errors.js';
import { benchBackfill } from './market/backfill.js';
import { benchEtl } from './market/etl.js';
import { benchInflux } from './market/influx.js';
import { benchLive } from './market/live.js';
import { benchRange } from './market/range.js';
import { benchReplay } from './market/replay.js';
import { benchSizes } from './market/sizes.js';

export interface MarketTask {
  /** Empty, and removed afterwards. */
  directory: string;
  /** An interpreter with pandas and pyarrow. */
  python: string | undefined;
}

/** Figures beside the limits and peers that they are to be held against, or why there are none. */
export type MarketPart = (task: MarketTask) => Promise<Record<string, unknown>>;

const PARTS: Record<string, MarketPart> = {
  etl: benchEtl,
  sizes: benchSizes,
  replay: benchReplay,
  live: benchLive,
  range: benchRange,
  influx: benchInflux,
  backfill: benchBackfill,
};

/** Figures on market data; `--part etl,live` takes some of them, without it all run. */
export async function benchMarket(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { part: { type: 'string' }, python: { type: 'string' } },
  });
  const names = values.part?.split(',') ?? Object.keys(PARTS);
  const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new InvalidInputError(
      `Unknown part "${unknown}" of the market bench; known: ${Object.keys(PARTS).join(', ')}`,
    );
  const root = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  // Other work on the machine makes every time an upper bound: how much there was stands beside the figures.
  const figures: Record<string, unknown> = { loadBefore: loadavg()[0] };
  try {
    for (const name of names) {
      process.stderr.write(`bench market: ${name}\n`);
      const directory = join(root, name);
      mkdirSync(directory);
      figures[name] = await PARTS[name]?.({ directory, python: values.python });
      rmSync(directory, { recursive: true, force: true });
    }
    return { ...figures, loadAfter: loadavg()[0] };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
