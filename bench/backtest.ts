import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify, parseArgs } from 'node:util';
import { peerCommands } from '../adapters/engines/peers.js';
import { openStepper } from '../adapters/backtest/stepper.js';
import { openPorts } from '../adapters/open.js';
import { readConfig } from '../adapters/config.js';
import { readToolPaths } from '../adapters/toolchain.js';
import { readFileBars } from '../activities/backtest/bars-file.js';
import { sourceOf } from '../domain/backtest/blocks.js';
import { backtest } from '../domain/backtest/engine.js';
import { backtestEvents } from '../domain/backtest/events/run.js';
import { strategyOfSignal } from '../domain/backtest/events/signal.js';
import { backtestRule } from '../domain/backtest/rule-run.js';
import { openGrid, type GridArgs } from '../domain/backtest/grid.js';
import type { Outputs } from '../domain/backtest/grid-types.js';
import type { Rule } from '../domain/backtest/rules.js';
import { findTick } from '../domain/backtest/ticks.js';
import type { BarColumns } from '../domain/bars.js';
import { messageOf } from '../domain/errors.js';
import { resolveStrategy } from '../domain/strategies/index.js';
import { walkBars } from './backtest/bars.js';
import { GRIDS, rulesOf, SPEC } from './backtest/grids.js';
import { barObjects, naiveRun } from './backtest/naive.js';
import { threadFigures } from './backtest/threads.js';
import { interleaved } from './backtest/times.js';

const ROUNDS = 5;
/** A single run takes a hundredth of a grid, and is warm after more of them. */
const SINGLE_ROUNDS = 20;
const FASTS = Array.from({ length: 11 }, (_, i) => 10 + 5 * i);
const SLOWS = Array.from({ length: 14 }, (_, i) => 70 + 10 * i);
const run = promisify(execFile);

/**
 * CPU time of grids and single runs, the least of five interleaved warm rounds, and of peers in processes of their own.
 * `--bars <file>` adds a grid on real bars, `--count` takes other than a million, `--python` an interpreter that has
 * vectorbt, Backtrader and backtesting.py.
 */
export async function benchBacktest(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: {
      bars: { type: 'string' },
      count: { type: 'string', default: '1000000' },
      python: { type: 'string' },
      'skip-peers': { type: 'boolean', default: false },
      'skip-memory': { type: 'boolean', default: false },
    },
  });
  const count = Number(values.count);
  const bars = walkBars(count, 64);
  const loadBefore = loadavg()[0];
  return {
    bars: count,
    combinations: 154,
    timing: `CPU time of the process, least of ${ROUNDS} interleaved warm rounds (single runs: ${SINGLE_ROUNDS})`,
    tick64: {
      entriesOfFirst: entriesOfFirst(bars),
      nsPerBarCombination: await gridFigures(bars),
      ...(await singleFigures(bars)),
    },
    noTick: { nsPerBarCombination: await gridFigures(walkBars(count, 0), false) },
    ...(values.bars ? { real: await realFigures(values.bars) } : {}),
    twoThreads: await threadFigures(bars, ROUNDS),
    ...(values['skip-memory'] ? {} : { memory: await memoryFigures() }),
    ...(values['skip-peers'] ? {} : { peers: await peerFigures(bars, values.python) }),
    targets: {
      smaNs: 2.2,
      smaWasmNs: 1.3,
      singleRunMs: 15,
      othersTimesSma: 3,
      twoThreads: 1.6,
      memoryMb: 500,
    },
    ...{ loadBefore, loadAfter: loadavg()[0] },
  };
}

const stepAll = (bars: BarColumns, rules: Rule[], perUnit: number, more: Partial<GridArgs> = {}): void => {
  const grid = openGrid({ source: sourceOf(bars, perUnit), rules, spec: SPEC, ...more });
  while (grid.step());
  grid.metrics();
};

/** To be held against what the peers found. */
function entriesOfFirst(bars: BarColumns): number {
  const grid = openGrid({ source: sourceOf(bars, 64), rules: rulesOf('sma').slice(0, 1), spec: SPEC });
  while (grid.step());
  return grid.metrics()[0]?.entries ?? NaN;
}

async function gridFigures(bars: BarColumns, withOutputs = true): Promise<Record<string, number>> {
  const n = bars.time.length;
  const perUnit = findTick([bars.open, bars.high, bars.low, bars.close]);
  const jobs: Record<string, () => void> = {};
  for (const name of Object.keys(GRIDS)) {
    const rules = rulesOf(name);
    jobs[name] = () => stepAll(bars, rules, perUnit);
    jobs[`${name}Wasm`] = () => stepAll(bars, rules, perUnit, { stepper: openStepper });
  }
  if (withOutputs) {
    // As vectorbt keeps it: equity at every bar and every trade, for all combinations.
    const equity = new Float64Array(154 * n);
    jobs['smaWithEquityAndTrades'] = () => {
      const trades: number[] = [];
      const trade: Outputs['trade'] = (c, _state, { bar, price }) => void trades.push(c, bar, price);
      stepAll(bars, rulesOf('sma'), perUnit, { outputs: { equity, bars: n, trade } });
    };
  }
  const best = await interleaved(jobs, ROUNDS);
  return Object.fromEntries(Object.entries(best).map(([name, ms]) => [name, (ms * 1e6) / n / 154]));
}

async function singleFigures(bars: BarColumns): Promise<Record<string, unknown>> {
  const strategy = resolveStrategy('sma-cross');
  const params = { fast: 20, slow: 100 };
  const rule = strategy.rule!(params);
  const objects = barObjects(bars);
  const equity = new Float64Array(bars.time.length);
  const perUnit = findTick([bars.open, bars.high, bars.low, bars.close]);
  const best = await interleaved(
    {
      engine: () => backtestRule({ bars, spec: SPEC, rule }),
      engineBySignal: () =>
        backtest({ bars, spec: SPEC, signal: strategy.signal({ bars, params, timeframeMs: 60_000 }) }),
      gridOfOne: () =>
        stepAll(bars, [rule], perUnit, { outputs: { equity, bars: bars.time.length, trade: null } }),
      eventDriven: () => {
        const signal = strategy.signal({ bars, params, timeframeMs: 60_000 });
        backtestEvents({ bars, spec: SPEC, strategy: strategyOfSignal(signal) });
      },
      naive: () => naiveRun(objects, { fast: 20, slow: 100 }),
    },
    SINGLE_ROUNDS,
  );
  return {
    singleRunMs: best,
    naiveNsPerBar: (best['naive']! * 1e6) / bars.time.length,
    eventDrivenNsPerBar: (best['eventDriven']! * 1e6) / bars.time.length,
  };
}

async function realFigures(path: string): Promise<Record<string, unknown>> {
  const ports = openPorts(readConfig({}));
  try {
    const { bars, perUnit } = await readFileBars(ports, { path });
    const rules = rulesOf('sma');
    const { tick, float } = await interleaved(
      { tick: () => stepAll(bars, rules, perUnit), float: () => stepAll(bars, rules, 0) },
      ROUNDS,
    );
    const ns = (ms = NaN): number => (ms * 1e6) / bars.time.length / 154;
    return { bars: bars.time.length, ticksPerUnit: perUnit, smaNs: ns(tick), smaNsAsFloats: ns(float) };
  } finally {
    await ports.close();
  }
}

async function memoryFigures(): Promise<unknown> {
  const { stdout } = await run(process.execPath, [
    join(import.meta.dirname, 'backtest/memory.js'),
    '10000000',
    '1000',
  ]);
  return JSON.parse(stdout);
}

/** Each in a process of its own, warm where it has anything to warm up. */
async function peerFigures(bars: BarColumns, python?: string): Promise<Record<string, unknown>> {
  const directory = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const path = join(directory, 'bars');
  const { open, high, low, close, time } = bars;
  const found: Record<string, unknown> = {};
  try {
    writeFileSync(
      path,
      Buffer.concat([open, high, low, close, time].map((column) => Buffer.from(column.buffer))),
    );
    const script = join(import.meta.dirname, '../../bench/backtest/peers.py');
    for (const name of ['numpy', 'vectorbt', 'backtesting.py', 'backtrader'])
      found[name] = await run(python ?? readToolPaths().mlPython, [
        script,
        path,
        String(close.length),
        name,
      ]).then(
        ({ stdout }) => {
          const { seconds, combinations, ...rest } = JSON.parse(stdout) as {
            seconds: number;
            combinations: number;
          };
          return {
            seconds,
            combinations,
            ...rest,
            nsPerBarCombination: (seconds * 1e9) / close.length / combinations,
          };
        },
        (error: unknown) => ({ skipped: messageOf(error).trim().split('\n').at(-1) }),
      );
    // Those that `finsight backtest verify` has installed measure themselves; Backtrader takes half a minute a run.
    for (const engine of ['vectorbt', 'backtesting.py', 'backtrader', 'ta4j']) {
      const isSlow = engine.startsWith('back');
      const wanted = {
        bars: close.length,
        fasts: isSlow ? [20] : FASTS,
        slows: isSlow ? [100] : SLOWS,
        engines: [engine],
      };
      for (const { command, args, cwd } of peerCommands(wanted))
        found[engine] = await run(command, args, { cwd }).then(
          ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as unknown,
          (error: unknown) => ({ skipped: messageOf(error).trim().split('\n').at(-1) }),
        );
    }
    return found;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
