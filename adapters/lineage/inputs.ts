import { barsId } from '../../domain/lineage.js';
import type { ModelVersion } from '../../domain/models.js';
import type { Article } from '../../domain/news/articles.js';
import type { Run } from '../../domain/research.js';
import { formatSource, type Source } from '../../domain/sources.js';
import { baseOf, parseStream } from '../../domain/streams.js';
import { documentReader, iso, parent, sourceFacts } from './documents.js';
import { readBars, readScores } from './series.js';

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
      parity: doc.parityMaxAbs,
      ...sourceFacts(doc),
    },
    parents: doc.dataset ? [parent(walk, 'dataset', doc.dataset)] : [],
  }),
);

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
        Promise.resolve(readScores({ ...scores, sha256: doc.inputs[`scores:${stream}`] })),
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
    facts: {
      title: doc.title,
      address: doc.url,
      feed: doc.feed,
      published: iso(doc.publishedAt),
      'first seen': iso(doc.firstSeenAt),
      tickers: doc.tickers.join(', ') || null,
      source: formatSource(doc.source),
    },
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
      facts: {
        workflow: doc.workflowId,
        status: doc.status,
        input: JSON.stringify(doc.input),
        source: formatSource(doc.source),
        started: iso(doc.startedAt),
        finished: doc.finishedAt === null ? null : iso(doc.finishedAt),
        error: doc.error,
      },
      parents: ids.map((id) => parent(walk, id.startsWith('prd_') ? 'prediction' : 'backtest', id)),
    };
  },
);
