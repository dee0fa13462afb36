import type { Command } from 'commander';
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readTime } from '../../activities/window.js';
import { openPorts } from '../../adapters/open.js';
import type { Config } from '../../adapters/config.js';
import { indexCsv } from '../../api/sentiment/asset-index.js';
import type { IndexQuestion } from '../../domain/sentiment/index-question.js';
import { connectApi, dataOf } from '../api.js';
import { isLocal } from '../in-process.js';
import { printJson, printTable, say } from '../output.js';
import { given, type Shell } from '../shell.js';

/** Points that a table shows; JSON and CSV have all of them. */
const SHOWN = 24;

interface Options extends Omit<IndexQuestion, 'asset' | 'from' | 'to' | 'asOf'> {
  from?: string;
  to?: string;
  asOf?: string;
  csv?: string;
  local?: boolean;
}

/** `sentiment index`: how an asset is spoken of over time. */
export function addIndex(sentiment: Command, shell: Shell): void {
  sentiment
    .command('index <asset>')
    .description('decayed, weighted mean of the scores of news about an asset, with its interval')
    .option('--window <length>', 'how long an article counts: 90m, 24h, 7d (default 7d)')
    .option('--half-life <length>', 'after how long an article weighs half (default 24h)')
    .option('--step <length>', 'time between two points (default 1h)')
    .option('--repeat <share>', 'what the next article of a story weighs, 0 to 1 (default 0.5)')
    .option('--weights <list>', "of outlets, such as 'coindesk=2,*=1'; over the configured ones")
    .option('--model <name>', '<name>@<version>, a name or an alias (default: the served one)')
    .option('--source <source>', 'live, recorded or simulated-<seed> (default: of the newest score)')
    .option('--from <time>', 'first point (default: 30 days before the last)')
    .option('--to <time>', 'last point (default: at the newest score)')
    .option('--as-of <time>', 'only what was known, and scored, then')
    .option('--csv <file>', 'write the points there')
    .option('--local', 'in this process, on the stores themselves')
    .action(async (asset: string, { csv, local, from, to, asOf, ...settings }: Options) => {
      const times = given({
        from: timeOf('--from', from),
        to: timeOf('--to', to),
        asOf: timeOf('--as-of', asOf),
      });
      const question: IndexQuestion = { ...given(settings), ...times, asset };
      const config = shell.config();
      const found = isLocal(config, local) ? await readHere(config, question) : await ask(config, question);
      if (csv !== undefined) await writeFile(resolve(csv), indexCsv(found));
      if (shell.json()) return printJson(found);
      printTable(found.points.slice(-SHOWN).map(rowOf));
      const { model, source, counts, asOf: known } = found;
      say(
        `model ${model ?? '–'}, source ${source?.kind ?? '–'}, as of ${new Date(known).toISOString()}: ` +
          `${counts.articles} articles, ${counts.abstained} abstentions, ${found.points.length} points`,
      );
    });
}

const timeOf = (name: string, text: string | undefined): number | undefined =>
  text === undefined ? undefined : readTime(name, /^\d{5,15}$/.test(text) ? Number(text) : text);

async function readHere(config: Config, question: IndexQuestion) {
  const ports = openPorts(config);
  try {
    return await ports.sentimentIndex.read(question);
  } finally {
    await ports.close();
  }
}

async function ask(config: Config, { asset, ...question }: IndexQuestion) {
  const { client } = connectApi(config);
  const { from, to, asOf, ...settings } = question;
  const times = given({ from: from?.toString(), to: to?.toString(), asOf: asOf?.toString() });
  return dataOf(
    await client.GET('/sentiment/{asset}/index', {
      params: { path: { asset }, query: given({ ...settings, ...times }) },
    }),
  ) as Awaited<ReturnType<typeof readHere>>;
}

const figure = (value: number | null | undefined, digits: number): string | null =>
  value === null || value === undefined ? null : value.toFixed(digits);

const rowOf = (point: Awaited<ReturnType<typeof readHere>>['points'][number]) => ({
  time: new Date(point.time).toISOString().slice(0, 16),
  index: figure(point.index, 3),
  lower: figure(point.interval?.lower, 3),
  upper: figure(point.interval?.upper, 3),
  articles: point.articles,
  abstained: point.abstained,
  stories: point.stories,
  effective: figure(point.effective, 1),
});
