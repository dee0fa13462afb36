import type { Command } from 'commander';
import { InvalidInputError } from '../domain/errors.js';
import type { Evaluation } from '../domain/evaluation.js';
import type { EvaluationComparison } from '../domain/evaluation/comparison.js';
import { canonicalStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { evaluationRows, intervalText, partRows, testRows } from './evaluate-tables.js';
import { EXIT, printJson, printTable, say } from './output.js';
import { runStory } from './run.js';
import {
  decimalNumber,
  given,
  jsonObject,
  list,
  wholeNumber,
  type AddCommands,
  type Shell,
} from './shell.js';

/** `evaluate run|walk-forward|show|compare`. */
export const addEvaluate: AddCommands = (program, shell) => {
  const evaluate = program
    .command('evaluate')
    .description('measure models on what they have not seen, beside naive baselines');
  addRun(evaluate, shell);
  addWalkForward(evaluate, shell);
  evaluate
    .command('show <id>')
    .description('one evaluation: baselines, scores, parts, leak audit')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      const path = { params: { path: { id } } } as never;
      tell(shell, [dataOf(await client.GET('/evaluations/{id}', path)) as Evaluation], true);
    });
  evaluate
    .command('compare <a> <b>')
    .description(
      'two evaluations (evl_…), or the newest of two versions (<name>@<version>), on the same rows',
    )
    .option('--stream <stream>', 'of versions: the stream to compare them on')
    .action(async (a: string, b: string, options: { stream?: string }) => {
      const { client } = connectApi(shell.config());
      const query = options.stream ? { stream: canonicalStream(options.stream) } : {};
      const asked = { params: { path: { id: a, other: b }, query } } as never;
      const found = dataOf(
        await client.GET('/evaluations/{id}/against/{other}', asked),
      ) as unknown as EvaluationComparison;
      if (shell.json()) return printJson(found);
      printTable([found.a, found.b].map((each) => ({ ...each, wilson95: each.wilson95.join(' … ') })));
      say(found.sentence);
    });
};

interface RunOptions {
  dataset?: string;
  streams?: string[];
  feeBps: number;
  slippageBps: number;
  explanation?: string;
}

function addRun(evaluate: Command, shell: Shell): void {
  evaluate
    .command('run <model>')
    .description("measure <name>@<version> on its data set's held-out part")
    .option('--dataset <id>', "left out: the model's own")
    .option('--streams <list>', "left out: all of the data set's", list)
    .option('--fee-bps <n>', 'a side', decimalNumber, 10)
    .option('--slippage-bps <n>', 'a side', decimalNumber, 2)
    .option('--explanation <text>', 'why an accuracy of more than 60 % is no leak')
    .action(async (model: string, options: RunOptions) => {
      const name = model.replace(/^mdl_/, '');
      const { client } = connectApi(shell.config());
      const path = { params: { path: { id: `mdl_${name}` } } } as never;
      const found = dataOf(await client.GET('/models/{id}', path)) as {
        dataset: string | null;
        spec: { dataset?: { streams?: string[] } };
      };
      const { feeBps, slippageBps, explanation } = options;
      const dataset = options.dataset ?? found.dataset;
      const streams = options.streams?.map(canonicalStream) ?? found.spec.dataset?.streams;
      if (!dataset || !streams)
        throw new InvalidInputError(`${name} names no data set; give --dataset and --streams`);
      const input = {
        model: name,
        dataset,
        streams,
        costs: { feeBps, slippageBps },
        ...given({ explanation }),
      };
      tell(shell, (await runStory(shell.config(), 'evaluateModel', input)) as Evaluation[], false);
    });
}

function addWalkForward(evaluate: Command, shell: Shell): void {
  evaluate
    .command('walk-forward <streams>')
    .description('train and measure a recipe on one part of the past after the other')
    .option('--trainer <kind>', 'patchtst, patchtsmixer, transformer, dlinear, lightgbm or ridge')
    .option('--params <json>', "hyper-parameters by the model's own names", jsonObject)
    .option('--training <json>', 'maxEpochs, batchSize, learningRate, seed, …', jsonObject)
    .option('--name <name>', "of the folds' models")
    .option('--source <source>', 'of the stored bars')
    .option('--from <time>', 'first bar; left out: the first stored one')
    .option('--to <time>', 'where the window ends')
    .option('--look-back <bars>', 'bars that the model sees', wholeNumber)
    .option('--horizon-bars <n>', 'how far ahead', wholeNumber)
    .option('--sentiment-index', 'with the sentiment index among the features')
    .option('--scheme <scheme>', 'expanding or rolling training window')
    .option('--folds <n>', 'parts that are forecast', wholeNumber)
    .option('--test-bars <n>', 'bars of each part', wholeNumber)
    .option('--validation-bars <n>', 'bars before each part that calibrate', wholeNumber)
    .option('--embargo-bars <n>', 'bars left out between the parts, besides the purge', wholeNumber)
    .option('--fee-bps <n>', 'a side', decimalNumber)
    .option('--slippage-bps <n>', 'a side', decimalNumber)
    .option('--explanation <text>', 'why an accuracy of more than 60 % is no leak')
    .action(async (streams: string, options: Record<string, unknown>) => {
      const input = { streams: list(streams).map(canonicalStream), ...given(options) };
      tell(shell, (await runStory(shell.config(), 'walkForward', input)) as Evaluation[], false);
    });
}

/** @param whole with the parts and tests, for one evaluation. A leak ends the command with exit code 3. */
function tell(shell: Shell, evaluations: Evaluation[], whole: boolean): void {
  const leaking = evaluations.filter(({ leakAudit }) => leakAudit && !leakAudit.passed);
  if (leaking.length > 0) shell.endWith(EXIT.leak);
  if (shell.json()) return printJson(whole ? evaluations[0] : { evaluations });
  for (const each of evaluations) {
    say(`${each.id}  ${each.model} on ${each.stream}, ${each.horizonBars} bars ahead, ${each.n} rows`);
    printTable(evaluationRows(each));
    say(intervalText(each));
    if (whole || each.folds) printTable(testRows(each));
    if (whole) printTable(partRows(each));
    for (const { check, verdict, text } of each.leakAudit?.checks ?? [])
      if (whole || verdict === 'leak') say(`${verdict}  ${check}: ${text}`);
  }
}
