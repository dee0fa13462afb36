import { statSync } from 'node:fs';
import type { Config } from '../../adapters/config.js';
import { loadSentimentDirectory, openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import { languageOf } from '../../domain/language.js';
import type { ScoredText, SentimentModel } from '../../domain/sentiment/scores.js';

/** Texts given to the port at a time: what waits is bounded, and batches still find texts of their length. */
const AT_ONCE = 4096;

export interface LocalModel {
  model: SentimentModel;
  /** In the order of the texts; the language is found out where none is given. */
  score(texts: readonly TextToScore[]): Promise<ScoredText[]>;
}

/**
 * `asked`: `<name>@<version>`, a name or an alias, or the directory of a model; `exact`: it answers itself or the command
 * fails, which is also so where a model was asked for.
 */
export async function withLocalModel<T>(
  config: Config,
  { asked, exact = asked !== undefined }: { asked: string | undefined; exact?: boolean },
  work: (local: LocalModel) => Promise<T>,
): Promise<T> {
  const ports = openPorts(config);
  try {
    const model = await modelOf(ports, asked);
    const score = async (texts: readonly TextToScore[]): Promise<ScoredText[]> => {
      const answers: ScoredText[] = [];
      for (let at = 0; at < texts.length; at += AT_ONCE) {
        const part = texts.slice(at, at + AT_ONCE).map((text) => ({
          ...text,
          language: text.language ?? languageOf(text.text),
        }));
        answers.push(...(await ports.sentiment.score(model, part, { durable: exact })));
      }
      return answers;
    };
    return await work({ model, score });
  } finally {
    await ports.close();
  }
}

async function modelOf(ports: Ports, asked: string | undefined): Promise<SentimentModel> {
  if (asked === undefined) return ports.sentiment.choose();
  return isDirectory(asked) ? loadSentimentDirectory(asked) : ports.sentiment.choose({ model: asked });
}

/** A path that leads nowhere is still meant as one. */
const isDirectory = (asked: string): boolean =>
  /^[./~]|[/\\]/.test(asked) || Boolean(statSync(asked, { throwIfNoEntry: false })?.isDirectory());
