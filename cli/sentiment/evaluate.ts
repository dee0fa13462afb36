import { InvalidArgumentError, type Command } from 'commander';
import { parseCsv } from '../../adapters/open.js';
import { evaluateSentiment, readLabelled } from '../../domain/sentiment/labelled.js';
import { modelName } from '../../domain/sentiment/scores.js';
import { printJson, printTable, say } from '../output.js';
import { localOption } from '../returns-files.js';
import { given, list, type Shell } from '../shell.js';
import { withLocalModel } from './local.js';
import { readText } from './score.js';

interface Options {
  data: string;
  model?: string;
  labels?: Record<string, string>;
  targetColumn?: string;
}

/** `sentiment evaluate`: how good a model is on labelled texts. */
export function addEvaluate(sentiment: Command, shell: Shell): void {
  localOption(sentiment.command('evaluate'))
    .description('accuracy, macro-F1, calibration and abstention of a model on labelled texts')
    .requiredOption('--data <csv>', 'columns text and label; .gz and - are fine')
    .option('--model <name@version|dir>', 'another model than the one that is served')
    .option('--labels <pairs>', 'other names of labels: bearish=negative,bullish=positive,mixed=-', pairs)
    .option('--target-column <name>', 'what the label of each text is about')
    .action(async ({ data, model: asked, labels, targetColumn: target }: Options) => {
      const { texts, leftOut } = readLabelled(parseCsv(readText(data)), {
        file: data,
        ...given({ labels, target }),
      });
      // Another model's answers must not be taken for those of the one that fails.
      const choice = { asked, exact: true };
      const result = await withLocalModel(shell.config(), choice, async ({ model, score }) => ({
        model: modelName(model),
        threshold: model.threshold,
        ...evaluateSentiment(texts, await score(texts), model.threshold),
        leftOut,
      }));
      for (const [label, count] of Object.entries(leftOut))
        say(`${data}: ${count} rows labelled "${label}" are left out`);
      if (shell.json()) return printJson(result);
      const { confusion, curve, labels: names, ...figures } = result;
      printTable(
        Object.entries(figures).map(([figure, value]) => ({
          figure,
          value: typeof value === 'number' ? Number(value.toFixed(4)) : JSON.stringify(value),
        })),
      );
      printTable(
        confusion.map((row, i) => ({
          label: names[i],
          ...Object.fromEntries(names.map((name, at) => [`said ${name}`, row[at]])),
        })),
      );
      printTable(curve.map((point) => ({ ...point })));
    });
}

/** Reads `--labels a=negative,b=-`. @throws InvalidArgumentError */
function pairs(text: string): Record<string, string> {
  return Object.fromEntries(
    list(text).map((pair) => {
      const at = pair.lastIndexOf('=');
      if (at <= 0) throw new InvalidArgumentError(`"${pair}" is no <name>=<label>.`);
      return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
    }),
  );
}
