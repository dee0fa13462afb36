import { barsId, type Fact, type LineageNode } from '../../domain/lineage.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Article } from '../../domain/news/articles.js';
import type { Run } from '../../domain/research.js';
import { formatSource, type Source } from '../../domain/sources.js';
import { baseOf, parseStream } from '../../domain/streams.js';
import { documentReader, iso, parent, sourceFacts } from './documents.js';
import { articleFacts, readBars, readScores } from './series.js';
import type { Walk } from './walk.js';

export const modelReader = documentReader<ModelVersion>(
  'model',
  {
    collection: 'models',
    form: /^(mdl_)?[\w.-]+@[\w.-]+$/,
    example: 'mdl_<name>@<version>',
    idOf: (id) => (id.startsWith('mdl_') ? id : `mdl_${id}`),
  },
  (doc, walk) => ({
    facts: {
      kind: doc.kind,
      stage: doc.stage,
      'features version': doc.featureVersion,
      'spec sha256': doc.specSha256,
      object: doc.onnx.key,
      sha256: doc.onnx.sha256,
      ...(doc.torchscript && {
        'torchscript object': doc.torchscript.key,
        'torchscript sha256': doc.torchscript.sha256,
      }),
      parity: doc.parityMaxAbs,
      ...trainingFacts(doc.training),
      ...sourceFacts(doc),
    },
    parents: doc.dataset ? [trainedFrom(walk, { id: doc.id, dataset: doc.dataset })] : [],
  }),
);

/** How the weights came to be, as far as the record of the training tells. */
function trainingFacts(training: Record<string, unknown>): Record<string, Fact> {
  const { mlflowRunId, weightsSha256, environment } = training;
  const facts: Record<string, Fact> = {};
  if (typeof mlflowRunId === 'string') facts['tracked as'] = mlflowRunId;
  if (typeof weightsSha256 === 'string') facts['sha256 of its weights'] = weightsSha256;
  if (environment) facts['environment'] = JSON.stringify(environment);
  return facts;
}

/** The run that trained and decided on a model stands between it and its data set, where a run did. */
async function trainedFrom(walk: Walk, model: { id: string; dataset: string }): Promise<LineageNode> {
  const dataset = await parent(walk, 'dataset', model.dataset);
  const decisions = await walk.documents.find<{ detail: { run?: string | null } }>('audit', {
    where: { target: model.id },
    order: 'oldest',
    limit: 20,
  });
  const id = decisions.items.find(({ detail }) => detail?.run)?.detail.run;
  const run = id ? await walk.documents.get<Run>('runs', id) : null;
  return run ? { id: run.id, kind: 'run', facts: runFacts(run), parents: [dataset] } : dataset;
}

const runFacts = (doc: Run): Record<string, Fact> => ({
  workflow: doc.workflowId,
  status: doc.status,
  input: JSON.stringify(doc.input),
  source: formatSource(doc.source),
  started: iso(doc.startedAt),
  finished: doc.finishedAt === null ? null : iso(doc.finishedAt),
  error: doc.error,
});

interface StoredDataset {
  sha256: string;
  object: { key: string; sha256: string };
  streams: string[];
  rows: number;
  featureVersion: string;
  inputs: Record<string, string>;
  from: number;
  to: number;
  asOf: number;
  sentimentModel: string;
  source: Source;
  createdAt: number;
}

export const datasetReader = documentReader<StoredDataset>(
  'dataset',
  { collection: 'datasets', form: /^ds_/, example: 'ds_…' },
  (doc, walk) => {
    const { source, from, to, asOf } = doc;
    const parents = doc.streams.flatMap((stream) => {
      const read = { stream, source, from, to, asOf };
      const asset = baseOf(parseStream(stream).symbol);
      const scores = { model: doc.sentimentModel, asset, source, from, asOf };
      return [
        readBars(walk, { id: barsId(read), ...read, sha256: doc.inputs[`bars:${stream}`] }),
        readScores(walk, { ...scores, sha256: doc.inputs[`scores:${stream}`] }),
      ];
    });
    return {
      facts: {
        rows: doc.rows,
        'features version': doc.featureVersion,
        object: doc.object.key,
        sha256: doc.object.sha256,
        ...sourceFacts(doc),
      },
      parents,
    };
  },
);

export const articleReader = documentReader<Article>(
  'article',
  { collection: 'articles', form: /^art_/, example: 'art_…' },
  (doc) => ({
    facts: articleFacts(doc),
    parents: [],
  }),
);

export const runReader = documentReader<Run>(
  'run',
  { collection: 'runs', form: /^run_/, example: 'run_…' },
  (doc, walk) => {
    const output = (doc.output ?? {}) as { predictions?: { id: string }[]; backtests?: { id: string }[] };
    const ids = [...(output.predictions ?? []), ...(output.backtests ?? [])].map((each) => each.id);
    return {
      facts: runFacts(doc),
      parents: ids.map((id) => parent(walk, id.startsWith('prd_') ? 'prediction' : 'backtest', id)),
    };
  },
);
