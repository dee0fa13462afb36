import type { operations } from '../web/src/api-types.js';
import { connectApi, dataOf } from './api.js';
import { printJson, printTable, say } from './output.js';
import { given, wholeNumber, type AddCommands } from './shell.js';

type Query = NonNullable<operations['getScorecard']['parameters']['query']>;
interface Options extends Omit<Query, 'from' | 'to' | 'horizonBars'> {
  since?: string;
  until?: string;
  horizonBars?: number;
}

/** `scorecard`: how predictions came out. */
export const addScorecard: AddCommands = (program, shell) => {
  program
    .command('scorecard')
    .description('how predictions came out, beside naive baselines and the backtest of the same model')
    .option('--stream <stream>', 'only of this stream')
    .option('--model <model>', 'only by this model or baseline')
    .option('--source <kind>', 'only from this source: live, recorded, simulated:<seed>')
    .option('--trigger <name>', 'only made for this: request, or policy:<id>')
    .option('--horizon-bars <n>', 'only of this horizon', wholeNumber)
    .option('--since <time>', 'targets at or after')
    .option('--until <time>', 'targets before')
    .option('--by <list>', 'what rows tell apart: some of model,stream,horizonBars,source,trigger')
    .action(async ({ since, until, horizonBars, ...filters }: Options) => {
      const bars = horizonBars === undefined ? undefined : String(horizonBars);
      const query = given({ ...filters, from: since, to: until, horizonBars: bars }) as Query;
      const { client } = connectApi(shell.config());
      const card = dataOf(await client.GET('/scorecard', { params: { query } }));
      if (shell.json()) return printJson(card);
      printTable(card.rows.map((row) => rowOf(row as Row)));
      say(card.costs);
    });
};

type Row = operations['getScorecard']['responses'][200]['content']['application/json']['rows'][number];

function rowOf(row: Row): Record<string, unknown> {
  const { model, stream, horizonBars, source, trigger, direction, interval } = row;
  const [low, high] = direction.wilson95;
  return {
    ...given({ model, stream, horizonBars, source, trigger }),
    n: row.n,
    open: row.open,
    lost: row.unsettleable,
    direction: percent(direction.share),
    '95 %': low === null ? null : `${percent(low)}–${percent(high)}`,
    majority: percent(row.baselines.majority.share),
    maeRatio: rounded(row.maeRatio),
    coverage:
      interval.coverage === null ? null : `${percent(interval.coverage)} of ${percent(interval.asked)}`,
    brier: rounded(row.brier),
    baseRate: rounded(row.baseRateBrier),
    net: percent(row.pnl.net),
    backtest: row.backtest ? percent(row.backtest.directionalAccuracy) : null,
    'p equal': row.backtest ? rounded(row.backtest.difference.pValue) : null,
  };
}

const percent = (share: number | null): string | null =>
  share === null ? null : `${(100 * share).toFixed(1)} %`;
const rounded = (value: number | null): string | null => (value === null ? null : value.toFixed(3));
