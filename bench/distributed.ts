import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { InvalidInputError } from '../domain/errors.js';
import { askPython } from './forecast/python.js';

/**
 * One training in 1, 2 and 4 processes on this machine, by turns in one run: rows a second, efficiency against as many single
 * processes, memory of a process. `--processes 1,2,4 --rows 12000 --epochs 2 --repeats 3`.
 */
export async function benchDistributed(args: string[]): Promise<Record<string, unknown>> {
  const option = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { processes: option, rows: option, epochs: option, repeats: option },
  });
  const wrong = Object.entries(values).find(([, value]) => !/^[1-9]\d*(,[1-9]\d*)*$/.test(value));
  if (wrong)
    throw new InvalidInputError(
      `--${wrong[0]} is "${wrong[1]}"; it must be whole numbers from 1, such as ${wrong[0] === 'processes' ? '1,2,4' : '3'}`,
    );
  const words = Object.entries(values).flatMap(([name, value]) => [`--${name}`, value]);
  // Other work on the machine takes from the layouts with many processes first: how much there was stands beside the figures.
  const loadBefore = loadavg()[0];
  const figures = await askPython(['finsight_ml.distributed.measuring', ...words]);
  return { loadBefore, ...figures, loadAfter: loadavg()[0] };
}
