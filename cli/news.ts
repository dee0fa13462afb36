import { addNewsFiles } from './news-files.js';
import { addDedupe } from './news/dedupe.js';
import { addNewsReads } from './news/reads.js';
import { addNewsSearches } from './news/searches.js';
import { addTag } from './news/tag.js';
import { printJson } from './output.js';
import { runStory } from './run.js';
import { given, list, type AddCommands } from './shell.js';

/** `news collect`, and what the files of news/ add. */
export const addNews: AddCommands = (program, shell) => {
  const news = program.command('news').description('articles and their sentiment');
  news
    .command('collect')
    .option('--source <kind>', 'live, recorded:<dir>, simulated[:<seed>]')
    .option('--feeds <list>', 'names of feeds', list)
    .option('--from <time>')
    .option('--to <time>')
    .action(async (input: Record<string, unknown>) => {
      printJson(await runStory(shell.config(), 'collectNews', given(input)));
    });
  addNewsFiles(news, shell);
  addDedupe(news, shell);
  addTag(news, shell);
  addNewsReads(news, shell);
  addNewsSearches(news, shell);
};
