import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { resolve } from 'node:path';
import { environment, readConfig } from '../adapters/config.js';
import { addBacktest } from './backtest.js';
import { addBars } from './bars.js';
import { addCoverage } from './coverage.js';
import { addDoctor } from './doctor.js';
import { addLive } from './live.js';
import { addModels } from './models.js';
import { addNews } from './news.js';
import { EXIT, reportFailure } from './output.js';
import { addPlatform } from './platform-commands.js';
import { addPredict } from './predict.js';
import { addRuns } from './runs.js';
import type { Shell } from './shell.js';

export function createProgram(): Command {
  const program = new Command('finsight')
    .description('Market data, news, sentiment, forecasts and backtests as durable workflows')
    .option('--data-dir <dir>', 'where everything is kept (default: .finsight in the project)')
    .option('--json', 'one JSON object as the last line on stdout', false)
    .exitOverride()
    .showHelpAfterError('(finsight --help lists the commands)');
  const shell: Shell = {
    config() {
      const directory = program.opts<{ dataDir?: string }>().dataDir;
      return readConfig(directory ? { ...environment(), FINSIGHT_DATA_DIR: resolve(directory) } : undefined);
    },
    json: () => program.opts<{ json: boolean }>().json,
  };
  for (const add of [
    addPlatform,
    addRuns,
    addBars,
    addCoverage,
    addLive,
    addNews,
    addPredict,
    addBacktest,
    addModels,
    addDoctor,
  ])
    add(program, shell);
  return program;
}

/** `--data-dir` and `--json` are understood wherever they stand. */
export function globalFirst(argv: string[]): string[] {
  const front: string[] = [];
  const rest: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i] ?? '';
    if (word === '--json' || word.startsWith('--data-dir=')) front.push(word);
    else if (word === '--data-dir') front.push(word, argv[++i] ?? '');
    else rest.push(word);
  }
  return [...front, ...rest];
}

export async function main(argv: string[]): Promise<number> {
  try {
    await createProgram().parseAsync(globalFirst(argv), { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.input;
    return reportFailure(error, argv.includes('--json'));
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url))
  process.exit(await main(process.argv.slice(2)));
