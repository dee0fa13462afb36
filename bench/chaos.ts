import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { environment, readConfig } from '../adapters/config.js';
import { openPorts } from '../adapters/open.js';
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
    'every-ms': { type: 'string', default: '1500' },
    json: { type: 'boolean', default: false },
  },
});
const input = { source: values.source, symbols: values.symbols.split(','), trainer: values.trainer };

const calm = await run(async () => 0);
const stormy = await run(kill);
const differences = differing(digests(calm.report), digests(stormy.report));
const result = {
  kills: stormy.kills,
  restarts: stormy.restarts,
  digestsEqual: differences.length === 0,
  differences,
  duplicates: difference(calm, stormy),
  gaps: stormy.report.bars.reduce((sum, each) => sum + each.missing, 0),
  seconds: { calm: calm.report.seconds, stormy: stormy.report.seconds },
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exitCode = result.digestsEqual && result.duplicates === 0 && result.gaps === 0 ? 0 : 4;

async function run(disturb: (platform: Platform, running: () => boolean) => Promise<number>) {
  const dataDir = mkdtempSync(join(tmpdir(), 'finsight-chaos-'));
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: dataDir });
  const platform = await startPlatform(config, { port: 0 });
  try {
    let running = true;
    const work = runStory(config, 'research', input).finally(
      () => (running = false),
    ) as Promise<ResearchReport>;
    const kills = await disturb(platform, () => running);
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

/** Each process in turn, so that every kind is hit. */
async function kill(platform: Platform, running: () => boolean): Promise<number> {
  let kills = 0;
  for (let turn = 0; kills < Number(values.kills) && running(); turn++) {
    await new Promise((resolve) => setTimeout(resolve, Number(values['every-ms'])));
    const processes = platform.processes();
    const victim = processes[turn % processes.length];
    if (!victim?.pid || !running()) continue;
    process.stderr.write(`kill -9 ${victim.name}\n`);
    process.kill(victim.pid, 'SIGKILL');
    kills++;
  }
  return kills;
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
