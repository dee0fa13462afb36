import type { Command } from 'commander';
import type { ReproductionReport } from '../activities/training/reproduction.js';
import type { TrainingReport } from '../domain/research.js';
import { connectApi, dataOf } from './api.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import { wholeNumber, type AddCommands, type Shell } from './shell.js';
import { distributedOptions, forecastBase, forecastOptions, type ForecastFlags } from './training/flags.js';
import { addLogs } from './training/logs.js';
import { addTune } from './training/tune.js';
import { addWatch } from './training/watch.js';

/** `train run|tune|reproduce|list|show|follow|trainers|tunings|logs`. */
export const addTrain: AddCommands = (program, shell) => {
  const train = program.command('train').description('forecasters: train, tune, watch, train again');
  distributedOptions(forecastOptions(train.command('run')))
    .description('train one forecaster on a data set and register it; the same again is found')
    .requiredOption('--name <name>', 'of the model')
    .action(async ({ name, ...flags }: ForecastFlags & { name: string }) => {
      const input = { name, ...forecastBase(flags) };
      showTraining(shell, (await runStory(shell.config(), 'trainModel', input)) as TrainingReport);
    });
  addTune(train, shell);
  addReproduce(train, shell);
  addWatch(train, shell);
  train
    .command('trainers')
    .description('kinds of forecasters with their parameters')
    .action(async () => {
      const { client } = connectApi(shell.config());
      const list = dataOf(await client.GET('/training/trainers', {})) as unknown as {
        items: { kind: string; title: string; params: object }[];
      };
      if (shell.json()) return printJson(list);
      printTable(
        list.items.map(({ kind, title, params }) => ({ kind, title, parameters: JSON.stringify(params) })),
      );
    });
  train
    .command('tunings')
    .description('finished tunings')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (query: { limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/tunings', { params: { query } } as never)) as unknown as {
        items: {
          id: string;
          name: string;
          trials: number;
          pruned: number;
          failed: number;
          best: { value: number };
        }[];
      };
      if (shell.json()) return printJson(page);
      printTable(
        page.items.map(({ id, name, trials, pruned, failed, best }) => ({
          ...{ id, name, trials, pruned, failed, best: best.value },
        })),
      );
    });
  addLogs(train, shell);
};

function addReproduce(train: Command, shell: Shell): void {
  train
    .command('reproduce <model>')
    .description(
      'train <name>@<version> again from its record and compare the digests; exit 4 where they differ',
    )
    .action(async (model: string) => {
      const report = (await runStory(shell.config(), 'reproduceModel', { model })) as ReproductionReport;
      if (!report.identical) shell.endWith(EXIT.integrity);
      if (shell.json()) return printJson(report);
      const { recorded, found } = report;
      printTable(
        Object.keys(recorded).map((digest) => ({
          ...{ digest, recorded: recorded[digest], found: found[digest] },
        })),
      );
      if (report.differences.length > 0) printTable(report.differences);
      say(
        report.identical
          ? `${report.model} was trained again with the same weights, ${report.seconds.toFixed(0)} s`
          : `${report.model} came out otherwise${report.differences.length > 0 ? '; see above what differs from the first training' : ', though nothing of the environment differs'}`,
      );
    });
}

function showTraining(shell: Shell, report: TrainingReport): void {
  if (shell.json()) return printJson(report);
  const { model, version, trainer, rows, epochs, bestEpoch, validationLoss, stopped, seconds, reused } =
    report;
  printTable([
    {
      ...{ model: `${model}@${version}`, trainer, rows, epochs, bestEpoch },
      ...{ validationLoss: validationLoss?.toPrecision(5), stopped, seconds: seconds.toFixed(1) },
    },
  ]);
  for (const note of report.notes ?? []) say(note);
  if (reused) say('trained before: the same spec on the same data is not trained again');
}
