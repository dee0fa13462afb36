import type { Command } from 'commander';
import { connectApi, dataOf } from '../api.js';
import { printJson, printTable } from '../output.js';
import { given, wholeNumber, type Shell } from '../shell.js';

interface Hit {
  id: string;
  publishedAt: number;
  feed: string;
  tickers: string[];
  title: string;
  titleMarks: [number, number][];
}

type Asked = Record<string, string | number | undefined>;

/** `news list|search|show|stats|stories|story|delete`. */
export function addNewsReads(news: Command, shell: Shell): void {
  const get = async <T>(path: string, options: { query?: Asked; path?: Record<string, string> } = {}) => {
    const { client } = connectApi(shell.config());
    const { query = {}, path: names = {} } = options;
    const params = { path: names, query: given(query) };
    return dataOf<T>((await client.GET(path as never, { params } as never)) as never);
  };
  const showPage = (page: { items: Hit[]; cursor: string | null }): void => {
    if (shell.json()) return printJson(page);
    printTable(page.items.map(rowOf));
    if (page.cursor) process.stderr.write(`more: --cursor ${page.cursor}\n`);
  };

  filters(news.command('list', { isDefault: true }))
    .description('articles, newest first')
    .action(async (query: Asked) => showPage(await get('/news', { query })));
  filters(news.command('search <text...>'))
    .description('articles by their words: "phrases", AND, OR, NOT, -word, (groups), prefix*')
    .action(async (words: string[], query: Asked) =>
      showPage(await get('/news/search', { query: { ...query, q: words.join(' ') } })),
    );
  news
    .command('show <id>')
    .option('--as-of <time>', 'as it was known then')
    .action(async (id: string, { asOf }: { asOf?: string }) =>
      printJson(await get('/news/{id}', { path: { id }, query: { asOf } })),
    );
  news
    .command('delete <id>')
    .description('with its versions and scores')
    .action(async (id: string) => {
      const { client } = connectApi(shell.config());
      dataOf(await client.DELETE('/news/{id}' as never, { params: { path: { id } } } as never));
      printJson({ deleted: id });
    });
  addStats(news, shell, get);
  addStories(news, shell, get);
}

type Get = <T>(path: string, options?: { query?: Asked; path?: Record<string, string> }) => Promise<T>;

function addStats(news: Command, shell: Shell, get: Get): void {
  news
    .command('stats')
    .description('how many articles')
    .option('--by <what>', 'day, hour, feed, ticker, topic, language, sentiment')
    .option('--ticker <ticker>')
    .option('--feed <name>')
    .option('--topic <topic>')
    .option('--language <language>')
    .option('--sentiment <label>')
    .option('--model <name@version>')
    .option('--source <kind>')
    .option('--from <time>')
    .option('--to <time>')
    .option('--limit <n>', 'how many', wholeNumber, 30)
    .action(async (query: Asked) => {
      const stats = await get<{ by: string; items: { key: string; articles: number }[] }>('/news/stats', {
        query,
      });
      if (shell.json()) return printJson(stats);
      printTable(stats.items.map(({ key, articles }) => ({ [stats.by]: key, articles })));
    });
  news
    .command('cache')
    .description('what the cache of news reads saves')
    .action(async () => printJson(await get('/news/cache')));
}

interface Story {
  id: string;
  lastAt: number;
  title: string | null;
  tickers: string[];
  feeds: string[];
}

function addStories(news: Command, shell: Shell, get: Get): void {
  news
    .command('stories [id]')
    .description('stories, newest first, or one with its articles')
    .option('--ticker <ticker>')
    .option('--topic <topic>')
    .option('--feed <name>')
    .option('--source <kind>')
    .option('--from <time>')
    .option('--to <time>')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .option('--cursor <cursor>')
    .action(async (id: string | undefined, query: Asked) => {
      if (id !== undefined)
        return printJson(await get('/news/stories/{id}', { path: { id }, query: { limit: query['limit'] } }));
      const page = await get<{ items: Story[] }>('/news/stories', { query });
      if (shell.json()) return printJson(page);
      printTable(
        page.items.map((story) => ({
          last: new Date(story.lastAt).toISOString(),
          id: story.id,
          feeds: story.feeds.join(','),
          tickers: story.tickers.join(','),
          title: (story.title ?? '').slice(0, 80),
        })),
      );
    });
}

const filters = (command: Command): Command =>
  command
    .option('--ticker <list>', 'such as BTC,ETH')
    .option('--topic <list>')
    .option('--feed <list>')
    .option('--language <list>')
    .option('--story <id>')
    .option('--source <kind>', 'live, recorded, simulated-<seed>')
    .option('--sentiment <label>', 'negative, neutral, positive, abstained')
    .option('--model <name@version>', 'of the sentiment')
    .option('--from <time>', 'published at or after')
    .option('--to <time>', 'published before')
    .option('--as-of <time>', 'as it was known then')
    .option('--order <order>', 'newest, oldest, relevance')
    .option('--limit <n>', 'how many', wholeNumber, 20)
    .option('--cursor <cursor>', 'of the page before');

const rowOf = ({ id, publishedAt, feed, tickers, title }: Hit) => ({
  published: new Date(publishedAt).toISOString(),
  id,
  feed,
  tickers: tickers.join(','),
  title: title.slice(0, 80),
});
