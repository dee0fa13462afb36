import { InvalidInputError } from '../errors.js';

/** One training in several processes; each takes its share of every batch, and gradients are averaged. */
export interface DistributedSettings {
  /** `ray`: on a Ray cluster. */
  engine: 'torchrun' | 'ray';
  /** On each machine; with Ray, in the whole cluster. */
  processes: number;
  /** Names of machines, whose workers serve the queue `train@<name>`; left out: the one that takes the training. */
  nodes?: string[] | null | undefined;
  /** `<host>:<port>` of the first of `nodes`, as the others reach it. */
  rendezvous?: string | null | undefined;
  /** Of the Ray cluster; left out: RAY_ADDRESS of the worker. */
  address?: string | null | undefined;
}

/** Those that learn by gradients. */
export const DISTRIBUTED_TRAINERS = ['patchtst', 'patchtsmixer', 'transformer', 'dlinear'] as const;
export const ENGINES = ['torchrun', 'ray'] as const;
export const MOST_PROCESSES = 1024;

/** What a machine may be called: it is part of a queue's name. */
export const NODE_NAME = /^[\w.-]{1,100}$/;
export const RENDEZVOUS = /^(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})$/i;
export const RAY_ADDRESS = /^(auto|(ray:\/\/)?(\[[0-9a-f:]+\]|[\w.-]+):\d{1,5})$/i;

/** Of all machines together. */
export const processesOf = ({ processes, nodes }: DistributedSettings): number =>
  processes * (nodes?.length ?? 1);

/** The queue that a machine's worker serves. */
export const nodeQueue = (node: string): string => `train@${node}`;

/** @throws InvalidInputError naming what is wrong or does not go together */
export function checkDistributed(
  settings: DistributedSettings,
  { trainer, batchSize }: { trainer: string; batchSize: number },
): void {
  const { engine, processes, nodes, rendezvous, address } = settings;
  if (!ENGINES.includes(engine))
    throw new InvalidInputError(`Unknown engine "${String(engine)}"; known: ${ENGINES.join(', ')}`);
  if (!(Number.isInteger(processes) && processes >= 1 && processes <= MOST_PROCESSES))
    throw new InvalidInputError(
      `processes is ${processes}; it must be a whole number from 1 to ${MOST_PROCESSES}`,
    );
  if (!DISTRIBUTED_TRAINERS.some((each) => each === trainer))
    throw new InvalidInputError(
      `${trainer} is trained by one process; distributed goes with ${DISTRIBUTED_TRAINERS.join(', ')}`,
    );
  const all = processesOf(settings);
  if (all > 1 && batchSize < 2 * all)
    throw new InvalidInputError(
      `A batch of ${batchSize} has fewer than two rows for each of ${all} processes; take a larger batchSize or fewer processes`,
    );
  if (nodes) checkNodes(engine, nodes, rendezvous);
  else if (rendezvous)
    throw new InvalidInputError('rendezvous goes with nodes: the names of the machines that meet there');
  if (address) checkAddress(engine, address);
}

function checkNodes(engine: string, nodes: readonly string[], rendezvous: string | null | undefined): void {
  if (engine !== 'torchrun')
    throw new InvalidInputError('nodes are of the engine torchrun; a Ray cluster knows its own');
  if (nodes.length < 2 || new Set(nodes).size < nodes.length)
    throw new InvalidInputError(
      `nodes are ${nodes.join(', ') || 'none'}; several machines are wanted, each named once`,
    );
  const odd = nodes.find((node) => !NODE_NAME.test(node));
  if (odd !== undefined)
    throw new InvalidInputError(
      `The node "${odd}" is no name; letters, digits, dots, dashes and underscores are`,
    );
  const port = Number(RENDEZVOUS.exec(rendezvous ?? '')?.[2]);
  if (!(port >= 1 && port <= 65_535))
    throw new InvalidInputError(
      `The rendezvous of several machines is <host>:<port> of ${nodes[0] ?? ''}, not "${rendezvous ?? ''}"`,
    );
}

function checkAddress(engine: string, address: string): void {
  if (engine !== 'ray') throw new InvalidInputError('address is of the engine ray; torchrun has rendezvous');
  if (!RAY_ADDRESS.test(address))
    throw new InvalidInputError(
      `The address of a Ray cluster is <host>:<port>, ray://<host>:<port> or auto, not "${address}"`,
    );
}

/**
 * What of the settings decides the weights: how many processes share a batch, wherever they run. One process gives the
 * weights of a training that is not distributed, so it has the same digest.
 */
export function decidingWeights<T extends { distributed?: DistributedSettings | null | undefined }>(
  training: T,
): Omit<T, 'distributed'> & { processes?: number } {
  const { distributed, ...rest } = training;
  const processes = distributed ? processesOf(distributed) : 1;
  return processes > 1 ? { ...rest, processes } : rest;
}

/** @throws InvalidInputError: a tuning trains its trials side by side instead */
export function checkOneProcess(training: { distributed?: unknown } | undefined): void {
  if (training?.distributed)
    throw new InvalidInputError(
      'A tuning trains each trial by one process; leave out distributed, and train the best one again with it',
    );
}
