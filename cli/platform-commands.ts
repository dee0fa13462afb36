import { openPredictor } from '../activities/prediction/predictor.js';
import { readTime } from '../activities/window.js';
import { childEnvironment } from '../adapters/config.js';
import { openPorts, approvalKeyFile, openApprovals } from '../adapters/open.js';
import type { Ports } from '../adapters/ports.js';
import type { Supervised } from '../adapters/processes.js';
import { enginesMissing, watchEngines } from '../adapters/toolchain.js';
import { temporalStories } from '../api/stories.js';
import { startApi } from '../api/server.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import { researchInput } from '../domain/research-input.js';
import type { ResearchInput } from '../domain/research.js';
import { parseSource } from '../domain/sources.js';
import { parseSymbol, parseTimeframe } from '../domain/streams.js';
import { startConsumers } from '../workers/consumers.js';
import { startMetrics } from '../workers/metrics.js';
import { parseQueues, startWorkers, type NodeQueue } from '../workers/worker.js';
import { printJson, say } from './output.js';
import { researchOptions, type ResearchFlags } from './research-flags.js';
import { portNumber, type AddCommands, type Shell } from './shell.js';
import { startAndRun } from './start.js';
import { startPlatform, untilSignal } from './up.js';

/** `start`, `up`, `worker` and `api`: the processes. */
export const addPlatform: AddCommands = (program, shell) => {
  const start = program
    .command('start')
    .description('start everything, run the main job, then serve the dashboard')
    .option('--exit', 'end after the main job', false)
    .option('--port <port>', 'port of API and dashboard', portNumber);
  researchOptions(start).action(async (flags: ResearchFlags & { exit: boolean; port?: number }) => {
    const { exit, port, ...rest } = flags;
    const options = { json: shell.json(), exit, ...(port === undefined ? {} : { port }) };
    await startAndRun(shell.config(), researchInputOf(rest), options);
  });
  program
    .command('up')
    .description('start Temporal, workers and API, and keep them running')
    .option('--port <port>', 'port of API and dashboard', portNumber)
    .action(async (options: { port?: number }) => up(shell, options));
  program
    .command('worker')
    .description('serve task queues of a Temporal server')
    .requiredOption('--queues <list>', 'finsight, io, live, cpu, gpu, verify', readQueues)
    .option('--metrics-port <port>', 'serve GET /metrics for Prometheus on 127.0.0.1', portNumber)
    .action(async ({ queues, metricsPort }: { queues: Queues; metricsPort?: number }) =>
      worker(shell, queues, metricsPort),
    );
  program
    .command('api')
    .description('serve the API and the dashboard')
    .action(async () => api(shell));
};

/** Flags as the main job's input, checked before anything is started for them. @throws InvalidInputError */
export function researchInputOf(flags: ResearchFlags): ResearchInput {
  const read = researchInput.safeParse(flags);
  if (!read.success) {
    const faults = read.error.issues.map(({ path, message }) => `${flagOf(String(path[0]))}: ${message}`);
    throw new InvalidInputError(`Wrong options: ${faults.join('; ')}`);
  }
  if (flags.source) parseSource(flags.source);
  parseTimeframe(read.data.timeframe);
  flags.symbols.forEach(parseSymbol);
  const [from, to] = (['from', 'to'] as const).map((name) =>
    flags[name] === undefined ? undefined : readTime(name, flags[name]),
  );
  if (from !== undefined && to !== undefined && from >= to)
    throw new InvalidInputError(`--from ${flags.from} is not before --to ${flags.to}`);
  return { ...flags, symbols: flags.symbols };
}

const flagOf = (member: string): string =>
  `--${member.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

async function up(shell: Shell, options: { port?: number }): Promise<void> {
  const platform = await startPlatform(shell.config(), options);
  const { apiUrl, temporalUi, temporalAddress } = platform;
  if (shell.json()) printJson({ apiUrl, temporalAddress, temporalUi });
  say(`dashboard ${apiUrl}   API docs ${apiUrl}/docs   Temporal ${temporalUi ?? temporalAddress}`);
  await untilSignal(platform);
}

interface Queues {
  node: NodeQueue[];
  /** The queue of the external engines, which a Python process serves. */
  verify: boolean;
}

/** @throws InvalidInputError naming the queue and the known ones. */
function readQueues(text: string): Queues {
  const names = text.split(',').map((name) => name.trim());
  const others = names.filter((name) => name !== 'verify');
  const verify = others.length < names.length;
  return { verify, node: verify && others.length === 0 ? [] : parseQueues(others.join(',')) };
}

async function worker(shell: Shell, { node, verify }: Queues, metricsPort?: number): Promise<void> {
  const config = shell.config();
  const missing = verify ? enginesMissing() : null;
  if (missing) throw new UnreachableError(`The queue verify cannot be served: ${missing}`);
  const metrics = metricsPort === undefined ? null : await startMetrics(metricsPort);
  const ports = openPorts(config);
  const workers = node.length > 0 ? await startWorkers({ config, ports, queues: node }) : null;
  // Where steps of the network and the stores run, the events are followed too.
  const consumers = node.includes('io')
    ? startConsumers({
        ports: { ...ports, ...(workers ? { stories: workers.stories } : {}) },
        log: say,
        eventDays: config.eventDays,
      })
    : null;
  const python: Supervised[] = [];
  const onReady = (each: Supervised): void => void python.push(each);
  const address = config.temporal.address;
  const env = childEnvironment(config, address ? { TEMPORAL_ADDRESS: address } : {});
  if (verify) watchEngines({ enabled: true, env, log: say, onReady });
  say(`worker ready: ${[...node, ...(verify ? ['verify'] : [])].join(', ')}`);
  if (metrics) say(`figures: ${metrics.url}`);
  await new Promise<void>((resolve, reject) => {
    onSignal(() => {
      const ending = [
        ...(workers ? [workers.drain()] : []),
        ...(consumers ? [consumers.drain()] : []),
        ...python.map((each) => each.stop()),
      ];
      Promise.all(ending).then(() => resolve(), reject);
    });
    workers?.done.catch(reject);
  });
  await workers?.done;
  await metrics?.close();
  await ports.close();
}

async function api(shell: Shell): Promise<void> {
  const config = shell.config();
  const ports = openPorts(config);
  const stories = await temporalStories(config.temporal);
  const forecasts = openPredictor(ports);
  const approvals = openApprovals({ file: approvalKeyFile(config.dataDir), documents: ports.documents });
  const { tenantWeights } = config.temporal;
  const settings = { ...config.api, tenantWeights };
  const server = await startApi({ ports, stories, config: settings, forecasts, approvals });
  // Stories that begin now know the key; what is wrong with it, whoever asks for a code is told.
  void approvals.ready().catch(() => undefined);
  say(`API ready: ${server.url}`);
  // The first one who asks for a score should not wait for the model to load; what is wrong, they are told.
  void warmSentiment(ports).catch(() => undefined);
  await new Promise<void>((resolve) => onSignal(resolve));
  await server.close();
  await stories.close();
  await ports.close();
}

async function warmSentiment({ sentiment }: Ports): Promise<void> {
  await sentiment.score(await sentiment.choose(), [{ text: 'Shares rise' }]);
}

function onSignal(work: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, work);
}
