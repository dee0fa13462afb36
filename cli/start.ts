import type { Config } from '../adapters/config.js';
import type { ResearchInput, ResearchReport } from '../domain/research.js';
import { printJson, printTable, say } from './output.js';
import { readPlatform } from './platform.js';
import { runStory } from './run.js';
import { startPlatform, untilSignal } from './up.js';

export interface StartOptions {
  json: boolean;
  exit: boolean;
  port?: number;
}

/** The whole product in one command: platform up, main job to its end, then the dashboard is served. */
export async function startAndRun(
  config: Config,
  input: ResearchInput,
  options: StartOptions,
): Promise<void> {
  const running = readPlatform(config.dataDir);
  const platform = running
    ? null
    : await startPlatform(config, options.port === undefined ? {} : { port: options.port });
  const { apiUrl, temporalUi } = running ?? platform!;
  say(`dashboard ${apiUrl}   API docs ${apiUrl}/docs${temporalUi ? `   Temporal ${temporalUi}` : ''}`);
  const interrupted = interruption();
  try {
    const work = runStory(config, 'research', input as unknown as Record<string, unknown>);
    const report = (await Promise.race([work, interrupted.promise])) as ResearchReport | null;
    if (!report) return say('interrupted: the run is durable and goes on at the next start');
    if (options.json) printJson(report);
    else printReport(report);
    interrupted.cancel();
    if (!options.exit && platform) {
      say(`serving ${apiUrl} until Ctrl+C`);
      await untilSignal(platform);
    }
  } finally {
    interrupted.cancel();
    await platform?.stop();
  }
}

/** Resolves with null at the first signal to end. */
function interruption(): { promise: Promise<null>; cancel(): void } {
  let stop = (): void => undefined;
  const promise = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    process.on('SIGINT', stop).on('SIGTERM', stop);
  });
  return { promise, cancel: () => void process.off('SIGINT', stop).off('SIGTERM', stop) };
}

/** The main job's result for people. */
export function printReport(report: ResearchReport): void {
  say(`source ${report.source.kind} ${report.source.detail} (${report.source.reason}), as of ${report.asOf}`);
  printTable(report.bars.map(({ digest, ...bars }) => ({ ...bars, digest: digest.slice(0, 12) })));
  printTable(
    report.evaluation.flatMap((each) =>
      [{ name: `${each.model}@${each.version}`, ...each }, ...each.baselines].map((row) => ({
        stream: each.stream,
        forecaster: row.name,
        n: row.n,
        mae: row.mae.toPrecision(5),
        direction: Number.isFinite(row.directionalAccuracy) ? row.directionalAccuracy.toFixed(4) : '–',
        wilson95: row.wilson95.map((bound) => (bound ?? NaN).toFixed(3)).join('…'),
      })),
    ),
  );
  for (const { model, version, decision, reasons } of report.deployment)
    say(`${model}@${version} ${decision}: ${reasons.join(' ')}`);
  printTable(
    report.predictions.map((each) => ({
      stream: each.stream,
      model: each.model,
      asOf: new Date(each.asOf).toISOString(),
      lastClose: each.lastClose,
      mean: each.mean.toPrecision(7),
      interval: `${each.interval.lower.toPrecision(7)} … ${each.interval.upper.toPrecision(7)}`,
      up: each.probabilityUp.toFixed(3),
    })),
  );
  printTable(
    report.backtests.map((each) => ({
      stream: each.stream,
      strategy: each.strategy,
      return: each.metrics.totalReturn.toFixed(4),
      hold: each.benchmark.totalReturn.toFixed(4),
      sharpe: each.metrics.sharpe?.toFixed(2) ?? '–',
      drawdown: each.metrics.maxDrawdown.toFixed(4),
      fees: `${each.costs.feeBps}+${each.costs.slippageBps} bps`,
      digest: each.digest.slice(0, 12),
    })),
  );
  say(`report ${report.report}   ${report.seconds.toFixed(1)} s   ${report.runId}`);
}
