import { Option, type Command } from 'commander';
import type { TuningReport } from '../../domain/training/tuning-report.js';
import { runStory } from '../run.js';
import { given, type Shell } from '../shell.js';
import { searchInput, searchOptions, showTuning, type SearchFlags } from '../training/tune.js';
import { sentimentBase, sentimentOptions, type TrainOptions } from './train.js';

/** `sentiment tune`: recipes searched on the held-out texts, the best trained to its end and registered. */
export function addTune(sentiment: Command, shell: Shell): void {
  searchOptions(sentimentOptions(sentiment.command('tune')))
    .description('search a recipe by the accuracy on held-out texts, and register the best')
    .addOption(
      new Option('--objective <name>', 'what is made as large as can be').choices(['accuracy', 'macroF1']),
    )
    .action(async (flags: SearchFlags & TrainOptions & { objective?: string }) => {
      const config = shell.config();
      const base = await sentimentBase(config, flags);
      const input = { ...searchInput(flags), ...given({ objective: flags.objective }), base };
      showTuning(shell, (await runStory(config, 'tuneModel', input)) as TuningReport);
    });
}
