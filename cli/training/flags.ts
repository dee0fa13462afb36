import { InvalidArgumentError, type Command } from 'commander';
import { ENGINES } from '../../domain/training/distributed.js';
import { TRAINERS, type ParamValue, type Params } from '../../domain/training/trainers.js';
import { decimalNumber, given, wholeNumber } from '../shell.js';

export interface ForecastFlags {
  dataset: string;
  trainer?: string;
  param?: Params;
  maxEpochs?: number;
  patience?: number;
  batchSize?: number;
  learningRate?: number;
  gradientClip?: number;
  precision?: string;
  compile?: true;
  quantiles?: number[];
  seed?: number;
  processes?: number;
  engine?: string;
  nodes?: string[];
  rendezvous?: string;
  rayAddress?: string;
}

/** What decides a forecaster, for `train run` and `train tune`. */
export const forecastOptions = (command: Command): Command =>
  command
    .requiredOption('--dataset <id>', 'ds_…; make one by: finsight dataset build')
    .option('--trainer <kind>', `${TRAINERS.join(', ')} (default: what the platform has)`)
    .option('--param <name=value>', "a model's own parameter; repeat for several", parameter)
    .option('--max-epochs <n>', 'at most', wholeNumber)
    .option('--patience <n>', 'epochs without a gain after which it ends', wholeNumber)
    .option('--batch-size <n>', 'samples of one step', wholeNumber)
    .option('--learning-rate <number>', 'the highest of the cycle', decimalNumber)
    .option('--gradient-clip <number>', 'largest norm of the gradient', decimalNumber)
    .option('--precision <kind>', 'auto, float32 or bfloat16')
    .option('--compile', 'by torch.compile')
    .option('--quantiles <list>', 'levels, such as 0.05,0.5,0.95', numbers)
    .option('--seed <n>', 'decides weights and order', wholeNumber);

/** In how many processes and where, for `train run`. */
export const distributedOptions = (command: Command): Command =>
  command
    .option('--processes <n>', 'that share each batch: on each machine, or in the Ray cluster', wholeNumber)
    .option('--engine <name>', `${ENGINES.join(' or ')} (default: torchrun)`)
    .option('--nodes <list>', 'machines, by the names of their workers: gpu1,gpu2', names)
    .option('--rendezvous <host:port>', 'of the first of the nodes, as the others reach it')
    .option('--ray-address <address>', "of the Ray cluster (default: the training worker's RAY_ADDRESS)");

/** Undefined where one process is meant. */
function distributedOf(flags: ForecastFlags): Record<string, unknown> | undefined {
  const { processes, engine, nodes, rendezvous, rayAddress: address } = flags;
  const told = given({ processes, engine, nodes, rendezvous, address });
  return Object.keys(told).length === 0
    ? undefined
    : Object.assign({ engine: 'torchrun', processes: 1 }, told);
}

/** The same as members of `trainModel`'s input, without the name. */
export function forecastBase(flags: ForecastFlags): Record<string, unknown> {
  const { dataset, trainer, param, maxEpochs, patience, batchSize } = flags;
  const { learningRate, gradientClip, precision, compile, quantiles, seed } = flags;
  const training = given({
    ...{ maxEpochs, patience, batchSize, learningRate, gradientClip },
    ...{ precision, compile, quantiles, seed },
    distributed: distributedOf(flags),
  });
  return given({
    ...{ dataset, trainer, params: param },
    training: Object.keys(training).length > 0 ? training : undefined,
  });
}

function parameter(text: string, before: Params = {}): Params {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must be <name>=<value>, such as layers=3.');
  return { ...before, [text.slice(0, at).trim()]: valueOf(text.slice(at + 1).trim()) };
}

function valueOf(text: string): ParamValue {
  if (text === 'true' || text === 'false') return text === 'true';
  const number = Number(text);
  return text !== '' && Number.isFinite(number) ? number : text;
}

function numbers(text: string): number[] {
  const found = text.split(',').map((each) => (each.trim() === '' ? NaN : Number(each)));
  if (found.every(Number.isFinite)) return found;
  throw new InvalidArgumentError('It must be numbers, such as 0.05,0.5,0.95.');
}

function names(text: string): string[] {
  const found = text.split(',').map((each) => each.trim());
  if (found.every(Boolean)) return found;
  throw new InvalidArgumentError('It must be names with commas between them, such as gpu1,gpu2.');
}
