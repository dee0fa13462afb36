import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig } from '../adapters/config.js';
import { parseCsv } from '../adapters/csv.js';
import { openPorts } from '../adapters/open.js';
import type { SentimentPort, TextToScore } from '../adapters/ports-sentiment.js';
import { InvalidInputError } from '../domain/errors.js';
import { clauseAround } from '../domain/sentiment/clauses.js';
import { foldOf, TEST_FOLD } from '../domain/sentiment/folds.js';
import { modelName, SENTIMENT_LABELS, type SentimentModel } from '../domain/sentiment/scores.js';
import { wilson } from '../domain/statistics.js';

/** Sets whose rows have a label for each entity that they speak of. */
const SETS = ['sentfin', 'finentity'];
interface Case {
  set: string;
  text: string;
  entity: string;
  label: number;
  /** Whether the row's entities have different labels. */
  mixed: boolean;
}

/**
 * What a model says of one entity of a text that speaks of several, by what it is given: the whole text, the clause of the
 * entity, or, where it reads targets, the text with the entity. Held-out rows (test fold) of sets with a label for each
 * entity: `--data <labelled sets> [--model <name>]`.
 */
export async function benchSentimentTargets(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({ args, options: { data: { type: 'string' }, model: { type: 'string' } } });
  if (!values.data) throw new InvalidInputError('--data <directory of the labelled sets> is needed');
  const cases = SETS.flatMap((set) => readCases(values.data ?? '', set));
  const folder = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const ports = openPorts(readConfig({ FINSIGHT_DATA_DIR: folder, FINSIGHT_ML: 'off' }));
  try {
    const model = await ports.sentiment.choose(values.model ? { model: values.model } : {});
    const ways: Record<string, TextToScore[]> = {
      whole: cases.map(({ text }) => ({ text })),
      clause: cases.map((each) => ({ text: clauseOf(each) })),
      ...(model.targets ? { target: cases.map(({ text, entity }) => ({ text, target: entity })) } : {}),
    };
    const hits: Record<string, boolean[]> = {};
    for (const [way, texts] of Object.entries(ways))
      hits[way] = (await answersOf(ports.sentiment, model, texts)).map((said, i) => said === cases[i]?.label);
    return { model: modelName(model), ...figuresOf(cases, hits) };
  } finally {
    await ports.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answersOf(
  sentiment: SentimentPort,
  model: SentimentModel,
  texts: TextToScore[],
): Promise<number[]> {
  const said: number[] = [];
  for (let at = 0; at < texts.length; at += 500)
    for (const { probabilities } of await sentiment.score(model, texts.slice(at, at + 500))) {
      const row = SENTIMENT_LABELS.map((label) => probabilities[label]);
      said.push(row.indexOf(Math.max(...row)));
    }
  return said;
}

function figuresOf(cases: Case[], hits: Record<string, boolean[]>): Record<string, unknown> {
  const parts: Record<string, (each: Case) => boolean> = {
    all: () => true,
    ...Object.fromEntries(SETS.map((set) => [set, (each: Case) => each.set === set])),
    mixed: (each) => each.mixed,
  };
  return Object.fromEntries(
    Object.entries(parts).map(([part, isOf]) => {
      const rows = cases.flatMap((each, i) => (isOf(each) ? [i] : []));
      const whole = hits['whole'] ?? [];
      const ways = Object.entries(hits).map(([way, own]) => {
        const right = rows.filter((i) => own[i]).length;
        // Of the cases in which one of both is right: what McNemar's test counts.
        const gained = rows.filter((i) => own[i] && !whole[i]).length;
        const lost = rows.filter((i) => !own[i] && whole[i]).length;
        const accuracy = right / rows.length;
        return [way, { accuracy, wilson95: wilson(right, rows.length), gained, lost }];
      });
      return [part, { entities: rows.length, ...Object.fromEntries(ways) }];
    }),
  );
}

function readCases(data: string, set: string): Case[] {
  const [header = [], ...body] = parseCsv(readFileSync(join(data, `${set}.csv`), 'utf8'));
  const [textAt, entitiesAt] = [header.indexOf('text'), header.indexOf('entities')];
  if (textAt < 0 || entitiesAt < 0)
    throw new InvalidInputError(
      `${set}.csv has the columns ${header.join(', ')}; text and entities are needed`,
    );
  return body.flatMap((cells): Case[] => {
    const text = cells[textAt] ?? '';
    const entities = entitiesOf(cells[entitiesAt] ?? '');
    if (entities.length < 2 || foldOf(text) !== TEST_FOLD) return [];
    const mixed = new Set(entities.map(([, label]) => label)).size > 1;
    return entities.map(([entity, label]) => ({ set, text, entity, label, mixed }));
  });
}

/** `{"entity": "label"}` or `[["entity", "Label"]]`. */
function entitiesOf(cell: string): [string, number][] {
  const parsed = JSON.parse(cell || '{}') as Record<string, string> | [string, string][];
  const pairs = Array.isArray(parsed) ? parsed : Object.entries(parsed);
  return pairs.flatMap(([entity, label]): [string, number][] => {
    const target = (SENTIMENT_LABELS as readonly string[]).indexOf(label.toLowerCase());
    return target < 0 ? [] : [[entity, target]];
  });
}

/** The clause of the entity's first place, as `askedTargets` would give it. */
function clauseOf({ text, entity }: Case): string {
  const from = text.toLowerCase().indexOf(entity.toLowerCase());
  return from < 0 ? text : clauseAround(text, { from, to: from + entity.length });
}
