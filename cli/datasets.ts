import type { DatasetSummary } from '../activities/dataset.js';
import { canonicalStream } from '../domain/streams.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable } from './output.js';
import { runStory } from './run.js';
import { given, list, wholeNumber, type AddCommands } from './shell.js';

interface BuildFlags {
  streams: string[];
  source?: string;
  from?: string;
  to?: string;
  lookBack?: number;
  horizonBars?: number;
  horizons?: string[];
  sentimentModel?: string;
  sentimentIndex?: boolean;
}

/** `dataset build|list|show`: what forecasters are trained on. */
export const addDatasets: AddCommands = (program, shell) => {
  const dataset = program.command('dataset').description('what forecasters are trained on');
  dataset
    .command('build')
    .description(
      'features and outcomes of stored bars as one table; the same bars and settings are the same data set',
    )
    .requiredOption('--streams <list>', 'such as binance/BTC-USDT/1h,binance/ETH-USDT/1h', list)
    .option('--source <kind>', 'of the stored bars')
    .option('--from <time>', 'ISO 8601; left out: the first stored bar')
    .option('--to <time>', 'ISO 8601; left out: behind the last stored bar')
    .option('--look-back <n>', 'bars that a forecast sees (default: 96)', wholeNumber)
    .option('--horizon-bars <n>', 'how far ahead to forecast (default: 1)', wholeNumber)
    .option('--horizons <list>', 'several at once, such as 1,4,24', list)
    .option('--sentiment-model <model>', 'whose scores are features (default: the served one)')
    .option('--sentiment-index', 'with the sentiment index and the width of its interval among the features')
    .action(async ({ streams, horizons, ...flags }: BuildFlags) => {
      const input = given({
        ...{ streams: streams.map(canonicalStream), ...flags },
        horizons: horizons?.map(wholeNumber),
      });
      const made = (await runStory(shell.config(), 'buildDataset', input)) as DatasetSummary;
      if (shell.json()) return printJson(made);
      printTable([{ ...made }]);
    });
  dataset.command('list', { isDefault: true }).action(async () => {
    const { client } = connectApi(shell.config());
    const page = dataOf(await client.GET('/datasets', {})) as unknown as {
      items: {
        id: string;
        rows: number;
        streams: string[];
        spec: Record<string, unknown>;
        createdAt: number;
      }[];
    };
    if (shell.json()) return printJson(page);
    printTable(
      page.items.map(({ id, rows, streams, spec, createdAt }) => ({
        ...{ id, rows, streams: streams.join(' '), lookBack: spec['lookBack'] },
        horizons: String(spec['horizons'] ?? spec['horizonBars']),
        created: new Date(createdAt).toISOString(),
      })),
    );
  });
  dataset.command('show <id>').action(async (id: string) => {
    const { client } = connectApi(shell.config());
    printJson(dataOf(await client.GET('/datasets/{id}', { params: { path: { id } } } as never)));
  });
};
