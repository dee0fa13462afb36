import type { Command } from 'commander';
import { openPorts } from '../../adapters/open.js';
import { InvalidInputError } from '../../domain/errors.js';
import { tagArticle } from '../../domain/news/tags/tag.js';
import { languageOf } from '../../domain/language.js';
import { plainText } from '../../domain/news/text.js';
import { printJson, printTable } from '../output.js';
import { localOption } from '../returns-files.js';
import type { Shell } from '../shell.js';

const LONGEST = 200_000;

/** `news tag --text …`: what a text speaks of, by the dictionary and the user's file over it. */
export function addTag(news: Command, shell: Shell): void {
  localOption(news.command('tag'))
    .description('tickers, entities with their places, topics and language of a text')
    .requiredOption('--text <text>', 'plain text or HTML')
    .option('--title <title>', 'a headline beside the text')
    .action(async ({ text: given, title: headline = '' }: { text: string; title?: string }) => {
      if (given.length > LONGEST) throw new InvalidInputError(`--text is longer than ${LONGEST} characters`);
      const [text, title] = [readable(given), readable(headline)];
      const ports = openPorts(shell.config());
      try {
        const tags = tagArticle({ title, text }, await ports.lexicon());
        const answer = { ...tags, language: languageOf(`${title} ${text}`.trim()), title, text };
        if (shell.json()) return printJson(answer);
        printTable([
          { tickers: tags.tickers.join(' '), topics: tags.topics.join(' '), language: answer.language },
        ]);
        printTable(tags.mentions.map((mention) => ({ ...mention })));
      } finally {
        await ports.close();
      }
    });
}

/** As it was given where it is plain already: the places are then those of the text that was given. */
const readable = (text: string): string => (/<[a-z!/]|&[a-z#]/i.test(text) ? plainText(text) : text);
