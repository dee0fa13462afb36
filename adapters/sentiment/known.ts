import { LEXICON_MODEL } from '../../domain/sentiment/lexicon.js';
import { CHAMPION, type SentimentAlias } from '../../domain/sentiment/routing.js';
import { modelName, type SentimentModel } from '../../domain/sentiment/scores.js';
import type { DocumentsPort } from '../ports.js';
import type { ListedSentimentModel } from '../ports-sentiment.js';
import { loadShippedModels } from '../serving/shipped.js';
import type { LlmSettings } from './llm-settings.js';
import { llmModel } from './llm-settings.js';
import { registeredModels } from './registered.js';

/** Models and aliases are asked for with each page of articles; a change is seen by every process this soon. */
const REMEMBERED_MS = 2000;

export interface KnownModels {
  models: ListedSentimentModel[];
  aliases: SentimentAlias[];
}

interface Options {
  documents: Pick<DocumentsPort, 'find'>;
  llm: LlmSettings | null;
  isKnown: (kind: string) => boolean;
}

/** All models of the installation, the served one first. */
export function openKnown(options: Options): { read(): Promise<KnownModels>; forget(): void } {
  let held: { at: number; known: Promise<KnownModels> } | null = null;
  return {
    read() {
      const now = performance.now();
      if (held && now - held.at < REMEMBERED_MS) return held.known;
      const mine = { at: now, known: readKnown(options) };
      held = mine;
      mine.known.catch(() => {
        if (held === mine) held = null;
      });
      return mine.known;
    },
    forget() {
      held = null;
    },
  };
}

async function readKnown({ documents, llm, isKnown }: Options): Promise<KnownModels> {
  const [shipped, registered, aliases] = await Promise.all([
    loadShippedModels(),
    registeredModels(documents, isKnown),
    readAliases(documents),
  ]);
  const all: (SentimentModel & Pick<ListedSentimentModel, 'origin'>)[] = [
    ...shipped.map((model) => ({ ...model, origin: 'shipped' as const })),
    ...registered.map((model) => ({ ...model, origin: 'registered' as const })),
    { ...LEXICON_MODEL, origin: 'built-in' },
    ...(llm ? [{ ...llmModel(llm), origin: 'configured' as const }] : []),
  ];
  const champion = aliases.find(({ name }) => name === CHAMPION)?.model;
  // A champion that is gone (another release ships another model) must not stop enrichment: the default is served.
  const served = all.find((each) => modelName(each) === champion) ?? all[0];
  const models = all
    .map((model) => ({
      ...model,
      served: model === served,
      aliases: aliases.filter((alias) => alias.model === modelName(model)).map(({ name }) => name),
    }))
    .sort((a, b) => Number(b.served) - Number(a.served));
  return { models, aliases };
}

async function readAliases(documents: Pick<DocumentsPort, 'find'>): Promise<SentimentAlias[]> {
  const { items } = await documents.find<SentimentAlias>('sentimentSettings', {
    where: { kind: 'alias' },
    limit: 1000,
  });
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
