import { Option, type Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import { columnOf, type ReturnColumns } from '../domain/metrics/returns-file.js';
import { significanceTable, strategiesTable } from '../domain/significance/table.js';
import { verdictOf } from '../domain/significance/verdict.js';
import { printJson, printTable } from './output.js';
import { benchmarkOf, localOption, readReturns } from './returns-files.js';
import { decimalNumber, given, wholeNumber, type Shell } from './shell.js';

interface Options {
  returns?: string;
  strategies?: string;
  benchmark?: string | true;
  trials?: number;
  varianceOfTrials?: number;
  versus: number[];
  block?: number;
  resamples: number;
  seed: string;
  parts: number;
}

/** `metrics significance`: is a series of returns, or the best of several strategies, more than luck? */
export function addSignificance(metrics: Command, shell: Shell): void {
  const more = (text: string, before: number[]): number[] => [...before, decimalNumber(text)];
  localOption(metrics.command('significance'))
    .description('whether returns, or the best of several strategies, are more than luck')
    .option('--returns <csv>', 'a column "return", a header first')
    .option('--strategies <csv>', 'one column of returns for each strategy tried, instead of --returns')
    .option(
      '--benchmark [csv]',
      'judge what is above it: its column "return", or the column "benchmark" beside',
    )
    .option('--trials <n>', 'different things tried on these periods, this one included', wholeNumber)
    .option('--variance-of-trials <v>', 'of their Sharpe ratios, a period, not annualised', decimalNumber)
    .addOption(
      new Option('--versus <sharpe>', 'probability of more than this, a period')
        .argParser(more)
        .default([], '0'),
    )
    .option(
      '--block <n>',
      'mean block of the bootstrap, in periods; the optimal one by default',
      decimalNumber,
    )
    .option('--resamples <n>', 'of the bootstrap', wholeNumber, 2000)
    .option('--parts <n>', 'of the periods, for the probability of overfitting', wholeNumber, 16)
    .option('--seed <text>', 'of the bootstrap', '1')
    .action((options: Options) => {
      checkOptions(options);
      const answer =
        options.strategies === undefined ? judgeOne(options) : judgeMany(options, options.strategies);
      if (shell.json()) return printJson(answer);
      const { verdict, ...figures } = answer;
      printTable(Object.entries(figures).map(([figure, value]) => ({ figure, value: shown(value) })));
      process.stdout.write(`${verdict}\n`);
    });
}

type Answer = Record<string, unknown> & { verdict: string };

function judgeOne(options: Options): Answer {
  const file = options.returns ?? '';
  const table = readReturns(file);
  const returns = aboveBenchmark(columnOf(table, 'return', file), { table, file, ...options });
  const { trials, varianceOfTrials, versus, block, resamples, seed } = options;
  const tried = trials === undefined ? {} : { trials: { trials, variance: varianceOfTrials ?? 0 } };
  const { figures, evidence } = significanceTable({
    ...given({ block }),
    returns,
    ...tried,
    resamples,
    seed,
    versus,
  });
  const { finding, sentence, against } = verdictOf(evidence);
  return { ...figures, finding, against, verdict: sentence };
}

function judgeMany(options: Options, file: string): Answer {
  const table = readReturns(file);
  const names = table.names.filter((name) => name !== 'benchmark');
  if (names.length < 2)
    throw new InvalidInputError(
      `${file} has ${names.length} strategies; give --returns for one, or more columns`,
    );
  const columns = names.map((name) =>
    aboveBenchmark(columnOf(table, name, file), { table, file, ...options }),
  );
  const rows = columns[0]?.length ?? 0;
  const returns = new Float64Array(rows * names.length);
  for (const [k, column] of columns.entries())
    for (let row = 0; row < rows; row++) returns[row * names.length + k] = column[row] ?? NaN;
  const { block, resamples, seed, parts } = options;
  const { figures, verdict } = strategiesTable({
    ...given({ block }),
    returns,
    names,
    resamples,
    seed,
    parts,
  });
  return { ...figures, finding: verdict.finding, against: verdict.against, verdict: verdict.sentence };
}

function aboveBenchmark(
  returns: Float64Array,
  about: { table: ReturnColumns; file: string; benchmark?: string | true },
): Float64Array {
  const { table, file, benchmark } = about;
  if (benchmark === undefined) return returns;
  const other = benchmarkOf(table, file, benchmark === true ? undefined : benchmark);
  if (!other) throw new InvalidInputError(`${file} has no column "benchmark"; give --benchmark <csv>`);
  return returns.map((each, i) => each - (other[i] ?? NaN));
}

function checkOptions({ returns, strategies, trials, varianceOfTrials, block, resamples }: Options): void {
  if ((returns === undefined) === (strategies === undefined))
    throw new InvalidInputError('Give either --returns <csv> or --strategies <csv>');
  if (strategies !== undefined && trials !== undefined)
    throw new InvalidInputError('--strategies counts the trials itself; leave --trials out');
  if (trials !== undefined && trials < 1) throw new InvalidInputError(`--trials ${trials} is not at least 1`);
  if ((trials ?? 1) > 1 && varianceOfTrials === undefined)
    throw new InvalidInputError(
      '--trials needs --variance-of-trials, the variance of their Sharpe ratios a period',
    );
  if (varianceOfTrials !== undefined && !(varianceOfTrials >= 0))
    throw new InvalidInputError(`--variance-of-trials ${varianceOfTrials} is below 0`);
  if (block !== undefined && !(block >= 1)) throw new InvalidInputError(`--block ${block} is not at least 1`);
  if (!(resamples >= 1 && resamples <= 1_000_000))
    throw new InvalidInputError(`--resamples ${resamples} is not from 1 to 1000000`);
}

const shown = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? JSON.stringify(value).slice(0, 100) : value;
