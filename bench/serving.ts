import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { benchFailover } from './serving/failover.js';
import { benchGpu } from './serving/gpu.js';
import { benchInFlight } from './serving/in-flight.js';
import { benchLive } from './serving/live.js';
import { benchOnnx } from './serving/onnx.js';
import { benchTriton } from './serving/triton.js';
import { benchSwap } from './serving/swap.js';
import { benchTorchscript, benchTorchserve } from './serving/torch.js';

export interface ServingTask {
  /** Empty, and removed afterwards. */
  directory: string;
}

/** Figures beside the limits and peers that they are to be held against, or `{ notMeasured: why }`. */
export type ServingPart = (task: ServingTask) => Promise<Record<string, unknown>>;

const PARTS: Record<string, ServingPart> = {
  onnx: benchOnnx,
  triton: benchTriton,
  swap: benchSwap,
  failover: benchFailover,
  inflight: benchInFlight,
  torchscript: benchTorchscript,
  torchserve: benchTorchserve,
  live: benchLive,
  gpu: benchGpu,
};

/** Figures on serving; `--part onnx,swap` takes some of them, without it all run, each for itself. */
export async function benchServing(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({ args, options: { part: { type: 'string' } } });
  const names = values.part?.split(',') ?? Object.keys(PARTS);
  const unknown = names.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    throw new InvalidInputError(
      `Unknown part "${unknown}" of the serving bench; known: ${Object.keys(PARTS).join(', ')}`,
    );
  const root = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  // Other work on the machine makes every time an upper bound: how much there was stands beside the figures.
  const figures: Record<string, unknown> = { loadBefore: loadavg()[0] };
  try {
    for (const name of names) {
      process.stderr.write(`bench serving: ${name}\n`);
      const directory = join(root, name);
      mkdirSync(directory);
      // One that cannot be measured here must not take the others' figures with it.
      figures[name] = await PARTS[name]?.({ directory }).catch((error: unknown) => ({
        failed: messageOf(error),
      }));
      rmSync(directory, { recursive: true, force: true });
    }
    const failed = names.filter((name) => Object.hasOwn(figures[name] as object, 'failed'));
    if (failed.length > 0) process.exitCode = 1;
    return { ...figures, loadAfter: loadavg()[0] };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
