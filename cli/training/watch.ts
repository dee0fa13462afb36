import type { Command } from 'commander';
import { connectApi, dataOf } from '../api.js';
import { printJson, printTable, say } from '../output.js';
import { wholeNumber, type Shell } from '../shell.js';

interface Training {
  workflowId: string | null;
  name: string;
  task: string;
  trainer: string | null;
  state: string;
  model: string | null;
  epoch: number | null;
  maxEpochs: number | null;
  bestEpoch: number | null;
  rowsPerSecond: number | null;
  epochs: Epoch[];
  failure: string | null;
}

interface Epoch {
  epoch: number;
  trainLoss: number;
  validationLoss: number;
  seconds: number;
}

const LOOK_EVERY_MS = 1000;

/** `train list|show|follow`: what trains and what was trained, with the losses by epoch. */
export function addWatch(train: Command, shell: Shell): void {
  train
    .command('list')
    .description('trainings that run, then finished ones')
    .option('--state <state>', 'running or finished')
    .option('--name <name>', 'only models of this name')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (query: { state?: string; name?: string; limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/training', { params: { query } } as never));
      if (shell.json()) return printJson(page);
      printTable((page as unknown as { items: Training[] }).items.map(lineOf));
    });
  train
    .command('show <id>')
    .description('one training by its workflow id, or mdl_<name>@<version>')
    .action(async (id: string) => {
      const training = await read(shell, id);
      if (shell.json()) return printJson(training);
      printTable([lineOf(training)]);
      printTable(training.epochs.map(rowOf));
    });
  train
    .command('follow <workflowId>')
    .description('print the losses of a training as they come, until it has ended')
    .action(async (id: string) => {
      let shown = 0;
      for (;;) {
        const training = await read(shell, id);
        for (const epoch of training.epochs.slice(shown)) say(sentenceOf(epoch, training));
        shown = Math.max(shown, training.epochs.length);
        if (training.state !== 'running') {
          if (shell.json()) return printJson(training);
          return printTable([lineOf(training)]);
        }
        await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
      }
    });
}

async function read(shell: Shell, workflowId: string): Promise<Training> {
  const { client } = connectApi(shell.config());
  const path = { workflowId };
  return dataOf(
    await client.GET('/training/{workflowId}', { params: { path } } as never),
  ) as unknown as Training;
}

const lineOf = (training: Training): Record<string, unknown> => ({
  state: training.state,
  name: training.model ?? training.name,
  trainer: training.trainer ?? training.task,
  epoch: `${training.epoch ?? '–'} of ${training.maxEpochs ?? '–'}`,
  best: training.bestEpoch,
  validationLoss: training.epochs.at(-1)?.validationLoss.toPrecision(5),
  rowsPerSecond: training.rowsPerSecond?.toFixed(0),
  workflowId: training.workflowId,
});

const rowOf = ({ epoch, trainLoss, validationLoss, seconds }: Epoch): Record<string, unknown> => ({
  epoch,
  trainLoss: trainLoss.toPrecision(5),
  validationLoss: validationLoss.toPrecision(5),
  seconds: seconds.toFixed(1),
});

/** One line a whole epoch. */
export function sentenceOf(
  { epoch, trainLoss, validationLoss }: Pick<Epoch, 'epoch' | 'trainLoss' | 'validationLoss'>,
  { maxEpochs, rowsPerSecond }: { maxEpochs: number | null; rowsPerSecond: number | null },
): string {
  const speed = rowsPerSecond ? `, ${rowsPerSecond.toFixed(0)} rows/s` : '';
  return `epoch ${epoch}${maxEpochs ? ` of ${maxEpochs}` : ''}: training loss ${trainLoss.toPrecision(5)}, validation loss ${validationLoss.toPrecision(5)}${speed}`;
}
