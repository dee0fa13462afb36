import { canonicalStream } from '../domain/streams.js';
import type { operations } from '../web/src/api-types.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, list, wholeNumber, type AddCommands } from './shell.js';

type Body = operations['createPredictionPolicy']['requestBody']['content']['application/json'];

interface Options {
  horizons: string[];
  on: string;
  model?: string;
  source?: string;
  debounce?: number;
  cron?: string;
  timeZone?: string;
}

/** `predict policies`: forecasts that make themselves. */
export const addPredictPolicies: AddCommands = (program, shell) => {
  const predict = program.commands.find((each) => each.name() === 'predict') ?? program.command('predict');
  const policies = predict.command('policies').description('forecasts that make themselves');
  policies
    .command('list', { isDefault: true })
    .description('what is forecast by itself')
    .action(async () => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/prediction-policies', { params: { query: { limit: 1000 } } }));
      if (shell.json()) return printJson(page);
      printTable(
        page.items.map(({ id, on, streams, horizons, model, source, cron }) => ({
          id,
          on: cron ?? on,
          streams: streams.join(' '),
          horizons: horizons.join(' '),
          model,
          source,
        })),
      );
    });
  policies
    .command('add <streams...>')
    .description('forecast streams when a bar closes, when a story is scored, or by the clock')
    .requiredOption('--on <trigger>', 'bar, sentiment or cron')
    .option('--horizons <list>', 'bars ahead, such as 1,24', list, ['1'])
    .option('--model <name>', 'whose champion answers (the best by past skill)')
    .option('--source <kind>', 'of the bars (that of the event)')
    .option('--debounce <seconds>', 'stories within so long are one trigger (900)', wholeNumber)
    .option('--cron <line>', 'five fields, where --on is cron')
    .option('--time-zone <name>', 'IANA name (UTC)')
    .action(async (streams: string[], { horizons, debounce, ...rest }: Options) => {
      const body = given({
        ...rest,
        streams: streams.map(canonicalStream),
        horizons: horizons.map(Number),
        debounceSeconds: debounce,
      }) as Body;
      const { client } = connectApi(shell.config());
      const made = dataOf(await client.POST('/prediction-policies', { body }));
      if (shell.json()) return printJson(made);
      say(`${made.id}: ${made.streams.join(', ')} on ${made.cron ?? made.on}`);
    });
  policies
    .command('remove <id>')
    .description('no more forecasts by this policy; those that were made stay')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      dataOf(await client.DELETE('/prediction-policies/{id}', { params: { path: { id } } }));
      say(`removed ${id}`);
      if (shell.json()) printJson({ id, removed: true });
    });
};
