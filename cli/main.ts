import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { environment, readConfig } from '../adapters/config.js';
import { packageVersion } from '../api/config.js';
import { InvalidInputError } from '../domain/errors.js';
import { editDistance, nearNames } from '../domain/near-names.js';
import { addAudit } from './audit.js';
import { addBacktest } from './backtest.js';
import { addBars } from './bars.js';
import { addBarsUpkeep } from './bars-upkeep.js';
import { addCoverage } from './coverage.js';
import { addDatasets } from './datasets.js';
import { addDemo } from './demo.js';
import { addDeployments } from './deployments.js';
import { addDoctor } from './doctor.js';
import { addDrift } from './drift.js';
import { addEvaluate } from './evaluate.js';
import { addEvents } from './events.js';
import { addIndicators } from './indicators.js';
import { addLive } from './live.js';
import { addLineage } from './lineage.js';
import { addMetrics } from './metrics.js';
import { addModels } from './models.js';
import { addMove } from './move.js';
import { addNewsAggregates } from './news-aggregates.js';
import { addNews } from './news.js';
import { addNotifications } from './notifications.js';
import { EXIT, printJson, reportFailure } from './output.js';
import { addPlatform } from './platform-commands.js';
import { addPredict } from './predict.js';
import { addPredictPolicies } from './predict-policies.js';
import { addRegistry } from './registry.js';
import { addRuns } from './runs.js';
import { addSchedules } from './schedules.js';
import { addScorecard } from './scorecard.js';
import { addSentiment } from './sentiment.js';
import { addServe } from './serve.js';
import type { Shell } from './shell.js';
import { addSources } from './sources.js';
import { addTrain } from './train.js';

export function createProgram(endWith: Shell['endWith'] = () => undefined): Command {
  const program = new Command('finsight')
    .description('Market data, news, sentiment, forecasts and backtests as durable workflows')
    .option('--data-dir <dir>', 'where everything is kept (default: .finsight in the project)')
    .option('--json', 'one JSON object as the last line on stdout', false)
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(finsight --help lists the commands)');
  const shell: Shell = {
    config() {
      const directory = program.opts<{ dataDir?: string }>().dataDir;
      return readConfig(directory ? { ...environment(), FINSIGHT_DATA_DIR: resolve(directory) } : undefined);
    },
    json: () => program.opts<{ json: boolean }>().json,
    endWith,
  };
  for (const add of [
    addPlatform,
    addRuns,
    addBars,
    addCoverage,
    addBarsUpkeep,
    addLive,
    addNews,
    addNewsAggregates,
    addEvents,
    addNotifications,
    addSources,
    addSentiment,
    addPredict,
    addDrift,
    addPredictPolicies,
    addScorecard,
    addBacktest,
    addAudit,
    addIndicators,
    addMetrics,
    addDemo,
    addModels,
    addRegistry,
    addDatasets,
    addDeployments,
    addTrain,
    addEvaluate,
    addMove,
    addSchedules,
    addLineage,
    addServe,
    addDoctor,
  ])
    add(program, shell);
  return program;
}

/** `--data-dir` and `--json` are understood wherever they stand. @throws InvalidInputError where the directory is left out. */
export function globalFirst(argv: string[]): string[] {
  const front: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--json' || word.startsWith('--data-dir=')) front.push(word);
    else if (word === '--data-dir') front.push(word, directoryAfter(argv, i++));
    else rest.push(word);
  }
  return [...front, ...rest];
}

function directoryAfter(argv: string[], at: number): string {
  const directory = argv[at + 1];
  if (directory && !directory.startsWith('-')) return directory;
  throw new InvalidInputError('--data-dir names no directory; give one: --data-dir <dir>');
}

/** What follows the global options, which stand in front. */
function commandWords(words: string[]): string[] {
  const first = words.findIndex((word, i) => !word.startsWith('-') && words[i - 1] !== '--data-dir');
  return first < 0 ? [] : words.slice(first);
}

/** A noun with a default verb would take an unknown verb for one argument too many. */
function checkVerbs(program: Command, words: string[]): void {
  let noun = program.commands.find((each) => each.name() === words[0]);
  for (const [i, verb] of words.slice(1).entries()) {
    const known = noun?.commands.map((each) => each.name()) ?? [];
    // One that takes an argument of its own, such as a stream, knows itself what is wrong with it.
    const takesArgument = (noun?.registeredArguments.length ?? 0) > 0;
    if (known.length === 0 || takesArgument || verb.startsWith('-') || verb === 'help') return;
    if (!known.includes(verb)) {
      const near = nearNames(verb, known, 1).find((name) => editDistance(verb, name) <= 2);
      const meant = near ? ` did you mean "${near}"?` : '';
      throw new InvalidInputError(
        `Unknown command "${words.slice(0, i + 2).join(' ')}";${meant} known: ${known.join(', ')}`,
      );
    }
    noun = noun?.commands.find((each) => each.name() === verb);
  }
}

export async function main(argv: string[]): Promise<number> {
  const json = argv.includes('--json');
  try {
    let code: number = EXIT.done;
    const program = createProgram((given) => (code = given));
    const words = globalFirst(argv);
    checkVerbs(program, commandWords(words));
    await program.parseAsync(words, { from: 'user' });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) return reportFailure(error, json);
    return error.exitCode === 0 ? EXIT.done : wrongUsage(error, json);
  }
}

/** Commander has told the person already; a program that reads stdout is told here. */
function wrongUsage(error: CommanderError, json: boolean): number {
  const message =
    error.code === 'commander.help' ? 'No command was given' : error.message.replace(/^error: /, '');
  if (json) printJson({ error: { name: 'InvalidInputError', message }, exitCode: EXIT.input });
  return EXIT.input;
}

/** A pipe takes 64 KiB at a time: leaving at once would cut a longer answer off. */
function endAfterOutput(code: number): void {
  process.stdout.once('error', () => process.exit(code));
  process.stdout.write('', () => process.exit(code));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  endAfterOutput(await main(process.argv.slice(2)));
