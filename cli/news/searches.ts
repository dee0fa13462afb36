import { connectApi, dataOf } from '../api.js';
import type { Command } from 'commander';
import { printJson, printTable } from '../output.js';
import { given, list, wholeNumber, type Shell } from '../shell.js';

interface Saved {
  id: string;
  name: string;
  filter: Record<string, unknown>;
  createdAt: number;
}

/** `news searches list|save|delete`. */
export function addNewsSearches(news: Command, shell: Shell): void {
  const searches = news.command('searches').description('saved searches: every match becomes an event');
  searches
    .command('list', { isDefault: true })
    .option('--limit <n>', 'how many', wholeNumber, 100)
    .action(async (query: { limit: number }) => {
      const { client } = connectApi(shell.config());
      const page = dataOf<{ items: Saved[] }>(
        (await client.GET('/news/searches' as never, { params: { query } } as never)) as never,
      );
      if (shell.json()) return printJson(page);
      printTable(
        page.items.map(({ id, name, filter, createdAt }) => ({
          id,
          name,
          filter: JSON.stringify(filter),
          created: new Date(createdAt).toISOString(),
        })),
      );
    });
  searches
    .command('save <name> [text...]')
    .option('--tickers <list>', 'such as BTC,ETH', list)
    .option('--topics <list>', '', list)
    .option('--feeds <list>', '', list)
    .option('--languages <list>', '', list)
    .option('--source <kind>', 'live, recorded, simulated-<seed>')
    .option('--sentiment <label>', 'negative, neutral, positive, abstained: told when it is scored')
    .option('--model <name@version>', 'of the sentiment')
    .action(async (name: string, words: string[], options: Record<string, unknown>) => {
      const { client } = connectApi(shell.config());
      const text = words.length > 0 ? { text: words.join(' ') } : {};
      const body = { name, filter: { ...text, ...given(options) } };
      printJson(dataOf((await client.POST('/news/searches' as never, { body } as never)) as never));
    });
  searches.command('delete <id>').action(async (id: string) => {
    const { client } = connectApi(shell.config());
    dataOf(
      (await client.DELETE('/news/searches/{id}' as never, { params: { path: { id } } } as never)) as never,
    );
    printJson({ deleted: id });
  });
}
