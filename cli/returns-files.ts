import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Option, type Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { columnOf, parseReturns, type ReturnColumns } from '../domain/metrics/returns-file.js';

/** The benchmark's returns, beside the others or in a file of their own; null where there are none. */
export function benchmarkOf(table: ReturnColumns, file: string, other?: string): Float64Array | null {
  if (other === undefined) return table.columns.get('benchmark') ?? null;
  const benchmark = columnOf(readReturns(other), 'return', other);
  const rows = [...table.columns.values()][0]?.length ?? 0;
  if (benchmark.length !== rows)
    throw new InvalidInputError(`${other} has ${benchmark.length} returns, ${file} has ${rows}`);
  return benchmark;
}

/** @throws InvalidInputError where the file cannot be read, or is no table of returns. */
export function readReturns(file: string): ReturnColumns {
  try {
    const bytes = readFileSync(file);
    const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return parseReturns((isPacked ? gunzipSync(bytes) : bytes).toString('utf8'), file);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    throw new InvalidInputError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** These commands never need the platform. */
export const localOption = (command: Command): Command =>
  command.addOption(new Option('--local', 'in this process (these commands always are)').hideHelp());
