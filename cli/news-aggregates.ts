import { connectApi, dataOf } from './api.js';
import { printJson, printTable } from './output.js';
import { given, wholeNumber, type AddCommands } from './shell.js';

/** `news aggregates`: how much is written about an asset, and in which mood. */
export const addNewsAggregates: AddCommands = (program, shell) => {
  const news = program.commands.find((each) => each.name() === 'news') ?? program.command('news');
  news
    .command('aggregates')
    .description('articles and sentiment per asset by hour or day')
    .option('--asset <ticker>', 'such as BTC')
    .option('--source <source>', 'live, recorded or simulated-<seed>')
    .option('--bucket <length>', 'hour or day', 'day')
    .option('--from <time>')
    .option('--to <time>')
    .option('--limit <n>', 'how many', wholeNumber, 30)
    .action(async (query: Record<string, unknown>) => {
      const { client } = connectApi(shell.config());
      const found = dataOf(
        await client.GET('/news/aggregates', { params: { query: given(query) } as never }),
      );
      if (shell.json()) return printJson(found);
      printTable(
        found.items.flatMap(({ from, asset, sourceKey, articles, sentiment }): Record<string, unknown>[] => {
          const bucket = {
            from: new Date(from).toISOString().slice(0, 16),
            asset,
            source: sourceKey,
            articles,
          };
          const none = {
            model: null,
            scored: null,
            negative: null,
            neutral: null,
            positive: null,
            mean: null,
          };
          if (sentiment.length === 0) return [{ ...bucket, ...none }];
          return sentiment.map(({ model, scored, negative, neutral, positive, mean }) => ({
            ...bucket,
            model,
            scored,
            negative,
            neutral,
            positive,
            mean: mean === null ? null : mean.toFixed(3),
          }));
        }),
      );
    });
};
