import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { externalResult, type ExternalRequest } from '../../domain/backtest/external.js';
import { UnreachableError } from '../../domain/errors.js';
import { projectRoot } from '../config.js';
import type { BacktestEngine, EngineFacts, EngineJob, EngineOutcome } from '../ports-engines.js';
import { parquetTables } from '../tables.js';
import { runCommand } from './command.js';
import { beyondOthers, hasParts, readTrades, sizeOf, tableOf } from './job.js';
import { INSTALL, pythonEngines, pythonOf } from './place.js';

export interface PythonFacts extends Omit<EngineFacts, 'home'> {
  /** It follows decisions to be long, short or flat only. */
  whole?: boolean;
  /** What it alone cannot do, or null. */
  unsupported?(job: EngineJob): string | null;
}

/** An engine of ml-pipelines/finsight_verify as a process for each run. */
export function pythonEngine({ whole, unsupported, ...facts }: PythonFacts): BacktestEngine {
  return {
    ...facts,
    home: 'python',
    version: () => pythonEngines()?.versions[facts.name] ?? null,
    missing: () => (pythonEngines() ? null : `not installed; ${INSTALL}`),
    unsupported: (job) =>
      beyondOthers(job) ??
      (whole && hasParts(job) ? 'it follows decisions to be long, short or flat only' : null) ??
      unsupported?.(job) ??
      null,
    run: (job) => runPython(facts.name, job),
  };
}

/** A folder as the store of objects that the platform's queue has: the same program reads both. */
async function runPython(engine: string, job: EngineJob): Promise<EngineOutcome> {
  const installed = pythonEngines();
  if (!installed) throw new UnreachableError(`${engine} is not installed; ${INSTALL}`);
  const folder = await mkdtemp(join(tmpdir(), 'finsight-engine-'));
  try {
    const table = await parquetTables().encode(tableOf(job));
    await writeFile(join(folder, 'bars.parquet'), table);
    const sha256 = createHash('sha256').update(table).digest('hex');
    const { spec, rule, decide } = job;
    const request: ExternalRequest = {
      engine,
      bars: { key: 'bars.parquet', sha256, bytes: table.length },
      decide,
      rule,
      size: sizeOf(job),
      cash: spec.cash,
      feeBps: spec.costs.feeBps,
      slippageBps: spec.costs.slippageBps,
      outputKey: 'trades.json',
    };
    const path = join(folder, 'request.json');
    await writeFile(path, JSON.stringify(request));
    const answer = await runCommand({
      engine,
      command: pythonOf(installed),
      args: ['-m', 'finsight_verify', 'run', path],
      cwd: join(projectRoot(), 'ml-pipelines'),
      env: { OBJECTS_URL: `file:${folder}`, OMP_NUM_THREADS: '1' },
    });
    const { version, decided, finalEquity, seconds, cpuSeconds } = externalResult.parse(answer);
    const trades = readTrades(await readFile(join(folder, 'trades.json')));
    return { ...trades, version, decided, finalEquity, seconds, cpuSeconds };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
