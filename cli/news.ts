import { addDedupe } from './news/dedupe.js';
import { addTag } from './news/tag.js';
import { connectApi, dataOf } from './api.js';
import { addNewsFiles } from './news-files.js';
import { printJson, printTable } from './output.js';
import { runStory } from './run.js';
import { given, list, wholeNumber, type AddCommands } from './shell.js';

/** `news collect|list|show`, and those on files. */
export const addNews: AddCommands = (program, shell) => {
  const news = program.command('news').description('articles and their sentiment');
  addNewsFiles(news, shell);
  news
    .command('collect')
    .option('--source <kind>', 'live, recorded:<dir>, simulated[:<seed>]')
    .option('--feeds <list>', 'names of feeds', list)
    .option('--from <time>')
    .option('--to <time>')
    .action(async (input: Record<string, unknown>) => {
      printJson(await runStory(shell.config(), 'collectNews', given(input)));
    });
  news
    .command('list', { isDefault: true })
    .option('--ticker <ticker>', 'such as BTC')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .action(async (query: { ticker?: string; limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf(await client.GET('/articles', { params: { query } } as never));
      if (shell.json()) return printJson(page);
      const { items } = page as {
        items: { publishedAt: number; feed: string; tickers: string[]; title: string }[];
      };
      printTable(
        items.map(({ publishedAt, feed, tickers, title }) => ({
          published: new Date(publishedAt).toISOString(),
          feed,
          tickers: tickers.join(','),
          title: title.slice(0, 90),
        })),
      );
    });
  addDedupe(news, shell);
  addTag(news, shell);
  news.command('show <id>').action(async (id: string) => {
    const { client } = connectApi(shell.config());
    printJson(dataOf(await client.GET('/articles/{id}', { params: { path: { id } } } as never)));
  });
};
