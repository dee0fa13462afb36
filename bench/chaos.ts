import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, readConfig, type Config } from '../adapters/config.js';
import { openPorts } from '../adapters/open.js';
import { connectApi } from '../cli/api.js';
import { runStory } from '../cli/run.js';
import { startPlatform, type Platform } from '../cli/up.js';
import type { ResearchReport } from '../domain/research.js';

/**
 * `npm run chaos -- --kills 10 --json`: the main job undisturbed, and again while its processes (workers, API,
 * Temporal, training) are killed with SIGKILL in turn; both must end with the same digests.
 */
const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    source: { type: 'string', default: 'simulated' },
    symbols: { type: 'string', default: 'BTC/USDT,ETH/USDT' },
    trainer: { type: 'string', default: 'ridge' },
    json: { type: 'boolean', default: false },
  },
});
const input = { source: values.source, symbols: values.symbols.split(','), trainer: values.trainer };

async function compare(): Promise<void> {
  const calm = await run(async () => 0);
  const storms: Ended[] = [];
  // A job that ends before its kills are used up is run again on an empty directory.
  for (let left = Number(values.kills); left > 0; left -= storms.at(-1)?.kills || left)
    storms.push(await run((storm) => kill(storm, left)));
  const differences = storms.flatMap((each) => differing(digests(calm.report), digests(each.report)));
  const sum = (read: (each: Ended) => number): number =>
    storms.reduce((total, each) => total + read(each), 0);
  const result = {
    kills: sum((each) => each.kills),
    restarts: sum((each) => each.restarts),
    digestsEqual: differences.length === 0,
    differences: [...new Set(differences)],
    duplicates: sum((each) => difference(calm, each)),
    gaps: sum((each) => each.report.bars.reduce((missing, bars) => missing + bars.missing, 0)),
    runs: storms.length,
    seconds: { calm: calm.report.seconds, stormy: storms.map((each) => each.report.seconds) },
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exitCode = result.digestsEqual && result.duplicates === 0 && result.gaps === 0 ? 0 : 4;
}

interface Storm {
  platform: Platform;
  config: Config;
  running(): boolean;
}

async function run(disturb: (storm: Storm) => Promise<number>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-chaos-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir });
  const platform = await startPlatform(config, { port: 0 });
  try {
    let running = true;
    const work = runStory(config, 'research', input).finally(
      () => (running = false),
    ) as Promise<ResearchReport>;
    const kills = await disturb({ platform, config, running: () => running });
    const report = await work;
    const restarts = platform.processes().reduce((sum, each) => sum + each.restarts, 0);
    const ports = openPorts(config);
    const articles = await ports.documents.count('articles', {});
    await ports.close();
    return { report, kills, restarts, articles };
  } finally {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** A kill comes when a further step has ended, and after this time at the latest. */
const LONGEST_CALM_MS = 4_000;

/** Each process in turn, so that every kind is hit, the kills spread over the steps of the job. */
async function kill({ platform, config, running }: Storm, wanted: number): Promise<number> {
  let kills = 0;
  for (let turn = 0; kills < wanted && running(); turn++) {
    await untilFurther(config, running);
    const processes = platform.processes();
    const victim = processes[turn % processes.length];
    if (!victim?.pid || !running()) continue;
    process.stderr.write(`kill -9 ${victim.name}\n`);
    process.kill(victim.pid, 'SIGKILL');
    kills++;
  }
  return kills;
}

async function untilFurther(config: Config, running: () => boolean): Promise<void> {
  const before = await stepsDone(config);
  for (const deadline = Date.now() + LONGEST_CALM_MS; Date.now() < deadline && running(); await pause(150)) {
    const done = await stepsDone(config);
    if (before !== null && done !== null && done > before) return;
  }
}

/** Steps of the main job that have ended; null while the API does not answer. */
async function stepsDone(config: Config): Promise<number | null> {
  const { client } = connectApi(config);
  const query = { kind: 'research', limit: 1 };
  const found = await client.GET('/runs', { params: { query } as never }).catch(() => null);
  const workflowId = (found?.data as { items: { workflowId: string }[] } | undefined)?.items[0]?.workflowId;
  if (!workflowId) return null;
  const run = await client.GET('/runs/{workflowId}', { params: { path: { workflowId } } }).catch(() => null);
  const progress = (run?.data as { progress: { steps: { state: string }[] } | null } | undefined)?.progress;
  return progress?.steps.filter((step) => step.state === 'done').length ?? null;
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** What data, rule strategies and the model came to; ids of runs and times are left out. */
function digests(report: ResearchReport): Map<string, string> {
  const { bars, backtests, training, predictions } = report;
  return new Map([
    ...bars.map((each) => [`bars ${each.stream}`, each.digest] as const),
    ...backtests.map((each) => [`backtest ${each.stream} ${each.strategy}`, each.digest] as const),
    ...training.flatMap((each) => [['dataset', each.dataset] as const, ['model', each.onnxSha256] as const]),
    ...predictions.map((each) => [`prediction ${each.stream}`, each.id] as const),
  ]);
}

/** Names of what is not the same on both sides. */
function differing(a: Map<string, string>, b: Map<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((name) => a.get(name) !== b.get(name));
}

type Ended = Awaited<ReturnType<typeof run>>;

/** Records that the two stores differ by: the counts of steps may, since a lost attempt's count is lost with it. */
function difference(a: Ended, b: Ended): number {
  const bars = a.report.bars.map((each, i) => Math.abs((b.report.bars[i]?.expected ?? 0) - each.expected));
  return bars.reduce((sum, each) => sum + each, Math.abs(b.articles - a.articles));
}

await compare();
