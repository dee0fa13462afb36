import type { Command } from 'commander';
import type { TuningReport } from '../../domain/training/tuning-report.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { given, jsonObject, wholeNumber, type Shell } from '../shell.js';
import { forecastBase, forecastOptions, type ForecastFlags } from './flags.js';

export interface SearchFlags {
  name: string;
  space?: Record<string, unknown>;
  trials?: number;
  parallel?: number;
  prune: boolean;
  reduction?: number;
  searchSeed?: number;
}

/** `train tune`: Bayesian search of hyper-parameters, the best trained to its end and registered. */
export function addTune(train: Command, shell: Shell): void {
  searchOptions(forecastOptions(train.command('tune')))
    .description('search hyper-parameters by the validation loss, and register the best')
    .requiredOption('--name <name>', 'of the model')
    .action(async (flags: SearchFlags & ForecastFlags) => {
      const input = { ...searchInput(flags), base: forecastBase(flags) };
      showTuning(shell, (await runStory(shell.config(), 'tuneModel', input)) as TuningReport);
    });
}

/** How is searched, for forecasters and sentiment models alike. */
export const searchOptions = (command: Command): Command =>
  command
    .option(
      '--space <json>',
      'such as {"dropout":{"min":0,"max":0.5},"layers":{"values":[1,2,3]}}; left out: the usual one',
      jsonObject,
    )
    .option('--trials <n>', 'how many (default: 30)', wholeNumber)
    .option('--parallel <n>', 'suggested together and trained side by side (default: 4)', wholeNumber)
    .option('--no-prune', 'train every trial to its end')
    .option('--reduction <n>', 'one trial in so many goes on from each rung (default: 3)', wholeNumber)
    .option('--search-seed <n>', 'of the search (default: 1)', wholeNumber);

export function searchInput(flags: SearchFlags): Record<string, unknown> {
  const { name, space, trials, parallel, prune, reduction, searchSeed: seed } = flags;
  return given({ name, space, trials, parallel, reduction, seed, prune: prune ? undefined : false });
}

export function showTuning(shell: Shell, report: TuningReport): void {
  if (shell.json()) return printJson(report);
  printTable([{ model: `${report.model.model}@${report.model.version}`, ...report.best.params }]);
  say(
    `${report.id}: ${report.trials} trials, ${report.pruned} ended early, ${report.failed} failed; ` +
      `${report.objective} ${report.best.value.toPrecision(5)} in trial ${report.best.trial}${report.reused ? '; tuned before' : ''}`,
  );
}
