import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { childEnvironment, projectRoot } from '../../adapters/config.js';
import { readMlState, readToolPaths } from '../../adapters/toolchain.js';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import { EXIT, printJson, say } from '../output.js';
import type { Shell } from '../shell.js';

interface Answer {
  sent: Record<string, string>;
  waiting: number;
  refused: number;
  reason: string | null;
  address: string | null;
}

/** `train logs`: what MLflow has not got yet, and sending it. */
export function addLogs(train: Command, shell: Shell): void {
  train
    .command('logs')
    .description('trainings that wait for MLflow, which was down; they also go out with the next training')
    .option('--replay', 'send them now')
    .action(async ({ replay }: { replay?: true }) => {
      const answer = await ask(shell, replay ? ['--replay'] : []);
      // What was to be sent and was not: something needed is not reachable.
      if (replay && answer.waiting > 0) shell.endWith(EXIT.unreachable);
      if (shell.json()) return printJson(answer);
      const { sent, waiting, refused, reason, address } = answer;
      say(
        `${Object.keys(sent).length} sent to ${address ?? 'nowhere'}, ${waiting} waiting, ${refused} refused`,
      );
      if (replay && waiting > 0) say(reason ?? 'MLFLOW_TRACKING_URI is not set');
    });
}

async function ask(shell: Shell, more: string[]): Promise<Answer> {
  const { state, reason } = readMlState();
  if (state !== 'ready')
    throw new UnreachableError(`The Python environment, which speaks to MLflow, is ${state}: ${reason}`);
  try {
    const { stdout } = await promisify(execFile)(
      readToolPaths().mlPython,
      ['-m', 'finsight_ml', 'tracking', ...more],
      { cwd: join(projectRoot(), 'ml-pipelines'), env: childEnvironment(shell.config(), {}) },
    );
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Answer;
  } catch (error) {
    throw new UnreachableError(`MLflow's records could not be read: ${messageOf(error)}`);
  }
}
