import { findModel, ruleFor, type SentimentRules } from '../../domain/sentiment/routing.js';
import {
  ANY_LANGUAGE,
  abstentionReason,
  scoreFrom,
  type ScoredText,
  type SentimentKind,
  type SentimentModel,
} from '../../domain/sentiment/scores.js';
import { openHttp } from '../http/client.js';
import type { CachePort, DocumentsPort, HttpClient, ObjectsPort, ServingPort } from '../ports.js';
import type {
  ScoreOptions,
  SentimentModelsPort,
  SentimentPort,
  TextScorer,
  TextToScore,
} from '../ports-sentiment.js';
import { openBudget, type Budget } from './budget.js';
import { encoderScorer } from './encoder.js';
import { answerInPlace } from './fallback.js';
import { guardedScorer } from './guarded.js';
import { openKnown } from './known.js';
import { lexiconScorer } from './lexicon.js';
import { llmScorer } from './llm.js';
import type { LlmSettings } from './llm-settings.js';
import { openSentimentModels } from './choices.js';
import { ngramScorer } from './ngram.js';
import { cachedScorer } from './score-cache.js';

interface Options {
  serving: Pick<ServingPort, 'infer' | 'lanes'>;
  objects: Pick<ObjectsPort, 'get'>;
  documents: Pick<DocumentsPort, 'find' | 'get' | 'update'>;
  cache: Pick<CachePort, 'get' | 'set'>;
  llm: LlmSettings | null;
  now?: () => number;
}

/** What the scorers are opened with. */
interface ScorerOptions extends Options {
  budget: Budget | null;
  now: () => number;
}

/** Scorers by the kind of the model. */
export const SCORERS: Record<SentimentKind, (options: ScorerOptions) => TextScorer> = {
  ngram: ngramScorer,
  encoder: (options) => cachedScorer(guardedScorer(encoderScorer(options)), options.cache),
  lexicon: lexiconScorer,
  llm: (options) => llmScorer(llmOptions(options)),
};

/** The models of this installation, each asked through the scorer of its kind, and how they are managed. */
export function openSentiment(given: Options): {
  sentiment: SentimentPort;
  sentimentModels: SentimentModelsPort;
} {
  const now = given.now ?? Date.now;
  const { documents, llm } = given;
  const budget = llm ? openBudget({ documents, settings: llm, now }) : null;
  const options: ScorerOptions = { ...given, budget, now };
  const known = openKnown({ documents, llm, isKnown: (kind) => Object.hasOwn(SCORERS, kind) });
  const scorers = new Map<SentimentKind, TextScorer>();
  const scorerOf = (kind: SentimentKind): TextScorer => {
    const open = scorers.get(kind) ?? SCORERS[kind](options);
    scorers.set(kind, open);
    return open;
  };
  const models = async (): Promise<SentimentModel[]> => (await known.read()).models;
  const ask = async (
    model: SentimentModel,
    texts: readonly TextToScore[],
    asked: ScoreOptions,
  ): Promise<ScoredText[]> => {
    const rows = await scorerOf(model.kind).score(model, texts, asked);
    return texts.map((text, i) => scoredOf(model, text, rows[i] ?? []));
  };
  const sentiment: SentimentPort = {
    models,
    async choose({ model: asked, language, source } = {}) {
      const all = await known.read();
      if (asked !== undefined) return findModel(asked, all);
      if (language !== undefined || source !== undefined) {
        const held = await documents.get<SentimentRules>('sentimentSettings', 'rules');
        const rule = ruleFor(held?.rules ?? [], { language, source });
        if (rule) return findModel(rule.model, all);
      }
      return findModel(modelOfFirst(all.models), all);
    },
    async score(model, texts, asked = {}) {
      if (texts.length === 0) return [];
      if (asked.durable) return ask(model, texts, asked);
      return answerInPlace(model, { ask: (each) => ask(each, texts, asked), models });
    },
    async close() {
      const open = [...scorers.values()];
      scorers.clear();
      for (const each of open) await each.close();
    },
  };
  return { sentiment, sentimentModels: openSentimentModels({ documents, known, budget, now }) };
}

const modelOfFirst = ([first]: readonly SentimentModel[]): string =>
  first ? `${first.ref.name}@${first.ref.version}` : '';

const UNDECIDED = [1 / 3, 1 / 3, 1 / 3];

function scoredOf(
  model: SentimentModel,
  { text, language }: TextToScore,
  row: readonly number[],
): ScoredText {
  const spoken = language ?? model.languages[0] ?? ANY_LANGUAGE;
  // What a scorer has given up on.
  if (row.length > 0 && row.every(Number.isNaN))
    return scoreFrom(UNDECIDED, 'the model gave no usable answer, however often it was asked');
  return scoreFrom(row, abstentionReason({ text, language: spoken, row: [...row], model }));
}

/** The operator's own address: it may lie on this machine or in a private network, and is asked without politeness. */
function llmOptions({ llm, budget, cache, now }: ScorerOptions): Parameters<typeof llmScorer>[0] {
  if (!llm || !budget)
    throw new Error(
      'No LLM is configured; there is no such model without FINSIGHT_LLM_URL and FINSIGHT_LLM_MODEL',
    );
  const limits = { silenceMs: llm.timeoutMs, windowMs: llm.timeoutMs };
  const http: HttpClient = openHttp({ only: new URL(llm.url).origin, limits });
  return { settings: llm, budget, cache, http, now };
}
