import type { Ports } from '../../adapters/ports.js';
import { checkSpec } from '../../domain/backtest/checks.js';
import type { BacktestMetrics, RunSpec, Trade } from '../../domain/backtest/spec.js';
import {
  combinationsOf,
  pathOf,
  pricesNeeded,
  type SweepPath,
  type SweepRow,
} from '../../domain/backtest/sweep.js';
import { digestOf } from '../../domain/digest.js';
import { InvalidInputError } from '../../domain/errors.js';
import { resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { runEngine } from './simulation.js';
import { readFileBars, type FileBars, type FileBarsInput } from './bars-file.js';

export interface LocalSpec extends RunSpec {
  strategy: string;
}

export interface BarsNote {
  rows: number;
  sha256: string;
  timeframeMs: number;
  /** Ticks to a unit of price; 0 where no tick fits. */
  ticksPerUnit: number;
  gaps: FileBars['gaps'];
  gapsFound: number;
  zeroVolumeBars: number;
}

export interface LocalRun {
  spec: LocalSpec & { params: Record<string, number> };
  bars: BarsNote;
  metrics: BacktestMetrics;
  trades: Trade[];
  /** What has to be said of this run. */
  notes: string[];
  digest: string;
}

export interface LocalSweep {
  spec: LocalSpec & { grid: Record<string, unknown> };
  bars: BarsNote;
  path: SweepPath;
  rows: SweepRow[];
  skipped: { params: Record<string, number>; reason: string }[];
  /** CPU time of all threads. */
  nsPerBarCombination: number;
  digest: string;
}

/** One run on a file of bars. @throws InvalidInputError naming what is wrong with the bars, the parameters or the spec. */
export async function runOnFile(
  ports: Ports,
  input: { file: FileBarsInput; spec: LocalSpec; params: Record<string, number> },
): Promise<LocalRun> {
  const strategy = resolveStrategy(input.spec.strategy);
  if (strategy.name === 'model-signal' || strategy.name === 'news-sentiment')
    throw new InvalidInputError(
      `${strategy.name} needs what a file of bars does not hold; run it on a stored stream, or take another strategy`,
    );
  const params = resolveParams(strategy, input.params);
  const file = await readFileBars(ports, input.file);
  const { bars, timeframeMs, sha256 } = file;
  const spec = { ...input.spec, params };
  const { metrics, trades, notes } = runEngine({
    bars,
    spec,
    signal: strategy.signal({ bars, params, timeframeMs }),
  });
  const digest = digestOf({ spec, sha256, metrics, trades });
  return { spec, bars: noteOf(file), metrics, trades, notes, digest };
}

/** All combinations of a grid on a file of bars. @throws InvalidInputError as for one run. */
export async function sweepFile(
  ports: Ports,
  input: {
    file: FileBarsInput;
    spec: LocalSpec;
    grid: Record<string, unknown>;
    threads?: number;
    signal?: AbortSignal;
  },
): Promise<LocalSweep> {
  const { spec, grid } = input;
  const strategy = resolveStrategy(spec.strategy);
  if (spec.engine === 'event-driven')
    throw new InvalidInputError('A sweep runs on the vectorised engine; leave out engine event-driven');
  const { list, skipped } = combinationsOf(strategy, grid);
  checkSpec(spec);
  const file = await readFileBars(ports, { ...input.file, keep: pricesNeeded(strategy, spec, list) });
  const { bars, perUnit, timeframeMs, sha256 } = file;
  const before = process.cpuUsage();
  const metrics = await ports.sweeps.run(
    { bars, perUnit, timeframeMs, strategy: strategy.name, list, spec },
    {
      ...(input.threads !== undefined && { threads: input.threads }),
      ...(input.signal && { signal: input.signal }),
    },
  );
  const { user, system } = process.cpuUsage(before);
  const rows = list.map((params, i): SweepRow => ({ params, metrics: metrics[i] as SweepRow['metrics'] }));
  return {
    spec: { ...spec, grid },
    bars: noteOf(file),
    path: pathOf(strategy, spec),
    rows,
    skipped,
    nsPerBarCombination: ((user + system) * 1000) / (bars.time.length * list.length),
    digest: digestOf({ spec, sha256, rows }),
  };
}

const noteOf = ({ bars, perUnit, ...file }: FileBars): BarsNote => ({
  rows: bars.time.length,
  sha256: file.sha256,
  timeframeMs: file.timeframeMs,
  ticksPerUnit: perUnit,
  gaps: file.gaps,
  gapsFound: file.gapsFound,
  zeroVolumeBars: file.zeroVolumeBars,
});
