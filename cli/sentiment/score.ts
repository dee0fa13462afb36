import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Command } from 'commander';
import type { TextToScore } from '../../adapters/ports-sentiment.js';
import { InvalidInputError, messageOf } from '../../domain/errors.js';
import { modelName, type ScoredText } from '../../domain/sentiment/scores.js';
import { connectApi, dataOf } from '../api.js';
import { isLocal } from '../in-process.js';
import { printJson, printTable } from '../output.js';
import { given, type Shell } from '../shell.js';
import { withLocalModel } from './local.js';

interface Options {
  file?: string;
  model?: string;
  target?: string;
  language?: string;
  local?: boolean;
}

type Shown = ScoredText & { text: string; model: string };

const PER_REQUEST = 1000;

/** `sentiment score`: texts as arguments, or one a line of a file. */
export function addScore(sentiment: Command, shell: Shell): void {
  sentiment
    .command('score [texts...]')
    .description('negative, neutral or positive, how sure, and why not')
    .option('--file <file>', 'one text a line; - reads stdin, .gz is fine')
    .option('--model <name@version|dir>', 'another model than the one that is served')
    .option('--target <name>', 'what the texts say of this')
    .option('--language <code>', 'of all texts, such as en; else it is found out for each')
    .option('--local', 'in this process')
    .action(async (texts: string[], options: Options) => {
      const { target, language } = options;
      const asked = readTexts(texts, options.file).map((text) => ({ text, ...given({ target, language }) }));
      const config = shell.config();
      const scores = isLocal(config, options.local)
        ? await withLocalModel(config, { asked: options.model }, async ({ model, score }) =>
            shown(asked, await score(asked), modelName(model)),
          )
        : await throughApi(connectApi(config).client, asked, options.model);
      if (shell.json()) return printJson({ scores });
      printTable(
        scores.map(({ text, label, probabilities, abstained, reason }) => ({
          label: abstained ? '–' : label,
          positive: probabilities.positive.toFixed(3),
          negative: probabilities.negative.toFixed(3),
          text: text.slice(0, 80),
          reason: reason ?? '',
        })),
      );
    });
}

const shown = (texts: readonly TextToScore[], answers: readonly ScoredText[], model: string): Shown[] =>
  answers.map((answer, i) => ({ text: texts[i]?.text ?? '', ...answer, model: answer.model ?? model }));

async function throughApi(
  client: ReturnType<typeof connectApi>['client'],
  texts: readonly TextToScore[],
  model: string | undefined,
): Promise<Shown[]> {
  const scores: Shown[] = [];
  for (let at = 0; at < texts.length; at += PER_REQUEST) {
    const part = texts.slice(at, at + PER_REQUEST);
    const body = { texts: part, ...given({ model }) };
    const answer = dataOf<{ scores: (ScoredText & { model: string })[] }>(
      (await client.POST('/sentiment/score' as never, { body } as never)) as never,
    );
    scores.push(...answer.scores.map((score, i) => ({ text: part[i]?.text ?? '', ...score })));
  }
  return scores;
}

/** @throws InvalidInputError where there is nothing to read, or both. */
function readTexts(texts: string[], file: string | undefined): string[] {
  if (file !== undefined && texts.length > 0) throw new InvalidInputError('Give texts or --file, not both');
  if (file === undefined && texts.length === 0)
    throw new InvalidInputError('Give texts, or --file with one a line (- for stdin)');
  if (file === undefined) return texts;
  const lines = readText(file).split(/\r\n|\n|\r/);
  // What follows the last line break is no line.
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** A file, or stdin for `-`, as text; packed ones are unpacked. @throws InvalidInputError where it cannot be read */
export function readText(file: string): string {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
    if (bytes[0] === 0x1f && bytes[1] === 0x8b) bytes = gunzipSync(bytes);
  } catch (error) {
    throw new InvalidInputError(`${file} cannot be read: ${messageOf(error)}`);
  }
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff))
    throw new InvalidInputError(`${file} is UTF-16; save it as UTF-8`);
  return bytes.toString('utf8').replace(/^\ufeff/, '');
}
