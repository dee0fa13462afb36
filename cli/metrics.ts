import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { columnOf } from '../domain/metrics/returns-file.js';
import { metricsTable } from '../domain/metrics/table.js';
import { printJson, printTable } from './output.js';
import { benchmarkOf, localOption, readReturns } from './returns-files.js';
import { addSignificance } from './significance.js';
import { decimalNumber, type AddCommands, type Shell } from './shell.js';

interface ComputeOptions {
  returns: string;
  benchmark?: string;
  periods: number;
  riskFree: number;
  requiredReturn: number;
  cutoff: number;
}

/** `metrics compute|significance`: figures of files of returns, in this process. */
export const addMetrics: AddCommands = (program, shell) => {
  const metrics = program.command('metrics').description('figures of returns, and whether they are luck');
  addCompute(metrics, shell);
  addSignificance(metrics, shell);
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
