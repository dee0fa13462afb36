import type { Prediction } from '../domain/prediction.js';
import { canonicalStream } from '../domain/streams.js';
import { printJson, printTable } from './output.js';
import { runStory } from './run.js';
import { given, wholeNumber, type AddCommands } from './shell.js';

/** `predict <stream>`: a forecast from the stored bars. */
export const addPredict: AddCommands = (program, shell) => {
  program
    .command('predict <stream>')
    .description('forecast a stored stream with its champion, or the best baseline')
    .option('--source <kind>', 'of the stored bars')
    .option('--horizon-bars <n>', 'how far ahead', wholeNumber)
    .option('--name <model>', 'model name whose champion answers')
    .action(async (stream: string, options: { source?: string; horizonBars?: number; name?: string }) => {
      const made = (await runStory(
        shell.config(),
        'predict',
        given({ stream: canonicalStream(stream), ...options }),
      )) as Prediction;
      if (shell.json()) return printJson(made);
      const { id, model, reason, lastClose, mean, interval, probabilityUp, source } = made;
      const row = {
        id,
        model,
        asOf: new Date(made.asOf).toISOString(),
        lastClose,
        mean,
        ...interval,
        probabilityUp,
      };
      printTable([{ ...row, source: source.kind, reason }]);
    });
};
