import type { Command } from 'commander';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { SentimentTrainingReport } from '../../activities/training/sentiment-registry.js';
import type { LabelledSet } from '../../activities/training/sentiment.js';
import type { Config } from '../../adapters/config.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import { connectApi } from '../api.js';
import { upload } from '../bars-upload.js';
import { printJson, printTable, say } from '../output.js';
import { runStory } from '../run.js';
import { decimalNumber, given, list, wholeNumber, type Shell } from '../shell.js';

/** Sets whose licences allow shipping weights that were trained on them. */
const SHIPPABLE = ['sentfin', 'twitter_fin_news', 'finentity'];
const MEASURED = ['cryptolin', 'phrasebank'];

export interface TrainOptions {
  data: string;
  name: string;
  sets?: string[];
  measure?: string[];
  weak?: string;
  weakWeight?: number;
  base?: string;
  balance?: true;
  renamed?: number;
  research?: true;
  maxTokens?: number;
  epochs?: number;
  batchSize?: number;
  microBatchSize?: number;
  learningRate?: number;
  frozenLayers?: number;
  seed?: number;
}

/** `sentiment train`: labelled sets to a registered model by the story `trainModel`. */
export function addTrain(sentiment: Command, shell: Shell): void {
  sentimentOptions(sentiment.command('train'))
    .description('trains an encoder on labelled texts, calibrates and measures it, and registers it')
    .action(async (options: TrainOptions) => {
      const report = await train(shell.config(), options);
      if (shell.json()) return printJson(report);
      say(
        `${report.model}@${report.version}: ${report.rows.train} rows, ${report.seconds.toFixed(0)} s${report.reused ? ', trained before' : ''}`,
      );
      printTable(report.figures.map((each) => ({ ...each, ...rounded(each) })));
    });
}

async function train(config: Config, options: TrainOptions): Promise<SentimentTrainingReport> {
  const input = { ...(await sentimentBase(config, options)), name: options.name };
  return (await runStory(config, 'trainModel', input)) as SentimentTrainingReport;
}

/** Sends the files; the input of `trainModel` without the name. */
export async function sentimentBase(config: Config, options: TrainOptions): Promise<Record<string, unknown>> {
  const files = await setsOf(options);
  const api = connectApi(config);
  const sets: LabelledSet[] = [];
  for (const { path, ...set } of files) {
    const { object } = await upload(api, path);
    sets.push({ ...set, object: { key: object.key, sha256: object.sha256 } });
    say(`sent ${set.name}, sha256 ${object.sha256}`);
  }
  const { base, weakWeight, balance, renamed, maxTokens } = options;
  const { epochs, batchSize, microBatchSize, learningRate, frozenLayers, seed } = options;
  const recipe = given({ epochs, batchSize, microBatchSize, learningRate, frozenLayers, seed });
  const input = given({ base, weakWeight, balance, renamed, maxTokens });
  return { task: 'sentiment', sets, ...input, recipe };
}

/** What decides a sentiment model, for `sentiment train` and `sentiment tune`. */
export const sentimentOptions = (command: Command): Command =>
  command
    .requiredOption('--data <dir>', 'directory of CSV files with the columns text, label and maybe entities')
    .option('--name <name>', 'name of the model', 'sentiment-en')
    .option('--sets <names>', `sets to train on, by file name (default: ${SHIPPABLE.join(',')})`, list)
    .option(
      '--measure <names>',
      'sets to measure on only (default: those of cryptolin,phrasebank that are there)',
      list,
    )
    .option('--research', 'train on every set of the directory; not for shipping')
    .option('--weak <file>', 'CSV file labelled by a model: trains marked as weak')
    .option('--weak-weight <number>', 'weight of a weak row (default: 0.2)', decimalNumber)
    .option('--base <model>', "minilm (the default), a directory, or a hub's name such as ProsusAI/finbert")
    .option('--balance', 'each label of a set trains with the same weight')
    .option(
      '--renamed <share>',
      'share of texts that train once more with other names (default: 0.5)',
      decimalNumber,
    )
    .option('--max-tokens <n>', 'tokens read of a text (default: 64)', wholeNumber)
    .option('--epochs <n>', 'passes over the data (default: 4)', wholeNumber)
    .option('--batch-size <n>', 'rows of one step (default: 32)', wholeNumber)
    .option('--micro-batch-size <n>', 'rows in memory at once (default: 32)', wholeNumber)
    .option('--learning-rate <number>', 'of the last layer (default: 0.0001)', decimalNumber)
    .option('--frozen-layers <n>', 'lowest layers that stay as they are (default: 0)', wholeNumber)
    .option('--seed <n>', 'decides order and dropout (default: 7)', wholeNumber);

/** Which file of the directory is what. @throws NotFoundError naming a set that is not there. */
async function setsOf(options: TrainOptions): Promise<(Omit<LabelledSet, 'object'> & { path: string })[]> {
  const names = (await readdir(options.data).catch(() => [])).flatMap((file) =>
    file.endsWith('.csv') ? [file.slice(0, -'.csv'.length)] : [],
  );
  if (names.length === 0) throw new NotFoundError(`No CSV files in ${options.data}`);
  if (options.research && (options.sets ?? options.measure))
    throw new InvalidInputError(
      '--research takes every set of the directory; --sets and --measure do not go with it',
    );
  // Labels of these are a rule's or a crowd's, not people's who were asked.
  const research = names.filter((name) => !/weak|votes/.test(name));
  const training = options.research ? research : (options.sets ?? SHIPPABLE);
  const measured = options.research
    ? []
    : (options.measure ?? MEASURED.filter((name) => names.includes(name)));
  const missing = [...training, ...measured].find((name) => !names.includes(name));
  if (missing !== undefined)
    throw new NotFoundError(`No ${missing}.csv in ${options.data}; there are: ${names.sort().join(', ')}`);
  const path = (name: string): string => join(options.data, `${name}.csv`);
  return [
    ...training.map((name) => ({ name, path: path(name) })),
    ...measured.map((name) => ({ name, path: path(name), role: 'measure' as const })),
    ...(options.weak ? [{ name: 'weak', path: options.weak, weak: true }] : []),
  ];
}

const rounded = (figures: SentimentTrainingReport['figures'][number]): Record<string, string> => ({
  accuracy: figures.accuracy.toFixed(3),
  macroF1: figures.macroF1.toFixed(3),
  ece: figures.ece.toFixed(3),
});
