import type { ModelVersion, ObjectRef } from '../../domain/models.js';
import type { SentimentKind, SentimentModel } from '../../domain/sentiment/scores.js';
import type { DocumentsPort } from '../ports.js';

/** What training stores of a sentiment model, beside what every model version has. */
type RegisteredVersion = ModelVersion & {
  threshold?: number;
  languages?: string[];
  /** Beside model.onnx: tokenizer.json and model.json. */
  files?: Record<string, ObjectRef>;
};

const PAGE = 200;
/** Names of trainers → how their models are asked; other names are kinds themselves. */
const KINDS: Record<string, string> = { 'ngram-logistic': 'ngram' };
/** Where a version says nothing of it: as the first shipped model. */
const THRESHOLD = 0.45;

/** Sentiment models that training has registered and nobody has rejected, newest first. */
export async function registeredModels(
  documents: Pick<DocumentsPort, 'find'>,
  isKnown: (kind: string) => boolean,
): Promise<SentimentModel[]> {
  const { items } = await documents.find<RegisteredVersion>('models', {
    where: { task: 'sentiment' },
    limit: PAGE,
  });
  return items.flatMap((version) => {
    const kind = KINDS[version.kind] ?? (isKnown(version.kind) ? version.kind : 'encoder');
    if (!isKnown(kind) || version.stage === 'rejected' || version.stage === 'archived') return [];
    return [modelOf(version, kind as SentimentKind)];
  });
}

function modelOf(version: RegisteredVersion, kind: SentimentKind): SentimentModel {
  const { name, version: number, onnx, spec } = version;
  const trained = (version.training ?? {}) as {
    tokenizer?: ObjectRef;
    description?: ObjectRef;
    threshold?: number;
  };
  const files = version.files ?? filesOf(trained);
  const threshold = version.threshold ?? trained.threshold ?? spec['threshold'];
  const languages = version.languages ?? spec['languages'];
  return {
    ref: { name, version: number, onnx },
    kind,
    threshold: typeof threshold === 'number' ? threshold : THRESHOLD,
    languages: Array.isArray(languages) && languages.length > 0 ? languages.map(String) : ['en'],
    // Its scorer knows what else it needs.
    ...(files ? { files, targets: kind === 'encoder' } : {}),
  };
}

/** The Python worker's result names them so. */
const filesOf = (trained: {
  tokenizer?: ObjectRef;
  description?: ObjectRef;
}): Record<string, ObjectRef> | undefined =>
  trained.tokenizer && trained.description
    ? { 'tokenizer.json': trained.tokenizer, 'model.json': trained.description }
    : undefined;
