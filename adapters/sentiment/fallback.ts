import { messageOf } from '../../domain/errors.js';
import { modelName, type ScoredText, type SentimentModel } from '../../domain/sentiment/scores.js';
import { isBusy } from './guarded.js';

/** What another model does not cure: the question itself is wrong. */
const FINAL = new Set(['InvalidInputError', 'NotFoundError']);
/** A refused key, or an address that is gone, is the LLM's fault, not the question's. */
const isCurable = (error: unknown, { kind }: SentimentModel): boolean =>
  kind === 'llm' || !(isBusy(error) || (error instanceof Error && FINAL.has(error.name)));

/**
 * Asks a model; where it fails, the served one, and at last the lexicon, answers in its place, each answer saying so.
 * @throws what the first model failed by, where no other can answer.
 */
export async function answerInPlace(
  model: SentimentModel,
  way: {
    ask(model: SentimentModel): Promise<ScoredText[]>;
    /** The served one first. */
    models(): Promise<SentimentModel[]>;
  },
): Promise<ScoredText[]> {
  try {
    return await way.ask(model);
  } catch (error) {
    if (!isCurable(error, model)) throw error;
    for (const other of await othersOf(model, way.models)) {
      const answers = await way.ask(other).catch(() => null);
      const fallback = { asked: modelName(model), reason: messageOf(error).slice(0, 500) };
      if (answers) return answers.map((answer) => ({ ...answer, fallback, model: modelName(other) }));
    }
    throw error;
  }
}

/** The served model, the shipped ones, and the lexicon; never a second LLM. */
async function othersOf(
  model: SentimentModel,
  models: () => Promise<SentimentModel[]>,
): Promise<SentimentModel[]> {
  const all = (await models()).filter((each) => modelName(each) !== modelName(model) && each.kind !== 'llm');
  const [first] = all;
  const shipped = all.find(({ ref }) => ref.onnx.key.startsWith('shipped/'));
  const lexicon = all.find(({ kind }) => kind === 'lexicon');
  return [...new Set([first, shipped, lexicon])].filter((each) => each !== undefined);
}
