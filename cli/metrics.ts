import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { Option, type Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { columnOf, parseReturns, type ReturnColumns } from '../domain/metrics/returns-file.js';
import { metricsTable } from '../domain/metrics/table.js';
import { printJson, printTable } from './output.js';
import { decimalNumber, type AddCommands, type Shell } from './shell.js';

interface ComputeOptions {
  returns: string;
  benchmark?: string;
  periods: number;
  riskFree: number;
  requiredReturn: number;
  cutoff: number;
}

/** `metrics compute`: figures of a file of returns, in this process. */
export const addMetrics: AddCommands = (program, shell) => {
  const metrics = program.command('metrics').description('figures of returns, and whether they are luck');
  addCompute(metrics, shell);
};

function addCompute(metrics: Command, shell: Shell): void {
  localOption(metrics.command('compute'))
    .description('returns, risk, ratios and benchmark figures, equal to empyrical')
    .requiredOption('--returns <csv>', 'columns return[,benchmark][,date], a header first; .gz is fine')
    .option('--benchmark <csv>', 'a file whose column "return" is the benchmark, row by row')
    .option('--periods <n>', 'periods a year: 365 crypto, 252 where markets close', decimalNumber, 365)
    .option('--risk-free <rate>', "a period's return without risk", decimalNumber, 0)
    .option('--required-return <rate>', 'a year, for Omega', decimalNumber, 0)
    .option('--cutoff <share>', 'worst share of periods for value at risk', decimalNumber, 0.05)
    .action((options: ComputeOptions) => {
      checkOptions(options);
      const { returns: file, benchmark: other, ...rest } = options;
      const table = readReturns(file);
      const benchmark = benchmarkOf(table, file, other);
      const result = metricsTable({
        ...rest,
        returns: columnOf(table, 'return', file),
        ...(benchmark ? { benchmark } : {}),
        ...(table.time ? { time: table.time } : {}),
      });
      if (shell.json()) return printJson(result);
      printTable(Object.entries(result.metrics).map(([metric, value]) => ({ metric, value })));
      if (result.byYear) printTable(result.byYear.map((year) => ({ ...year })));
    });
}

function checkOptions({ periods, requiredReturn, cutoff }: ComputeOptions): void {
  if (!(periods > 0)) throw new InvalidInputError(`--periods ${periods} is not a number above 0`);
  if (!(requiredReturn > -1))
    throw new InvalidInputError(`--required-return ${requiredReturn} is not above -1`);
  if (!(cutoff > 0 && cutoff < 1)) throw new InvalidInputError(`--cutoff ${cutoff} is not between 0 and 1`);
}

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
