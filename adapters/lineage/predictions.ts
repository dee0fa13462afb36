import { barsId, type Fact, type LineageNode } from '../../domain/lineage.js';
import type { Prediction } from '../../domain/prediction.js';
import { baseOf, parseStream } from '../../domain/streams.js';
import { documentReader, iso, parent, sourceFacts } from './documents.js';
import { readBars, readScores } from './series.js';
import type { Walk } from './walk.js';

/** A prediction leads to the model, or the members, that made it, their evidence, and what was read. */
export const predictionReader = documentReader<Prediction>(
  'prediction',
  { collection: 'predictions', form: /^prd_/, example: 'prd_…' },
  (doc, walk) => {
    const { stream, source, read, inputs } = doc;
    const bars = { id: barsId({ stream, source, ...read }), stream, source, ...read, sha256: inputs['bars'] };
    const scores = {
      ...read,
      source,
      model: String(inputs['sentimentModel']),
      asset: baseOf(parseStream(stream).symbol),
      sha256: inputs['scores'],
    };
    return {
      facts: { ...figuresOf(doc), ...circumstancesOf(doc), ...sourceFacts(doc) },
      parents: [...madeBy(walk, doc), readBars(walk, bars), readScores(walk, scores)],
    };
  },
);

function madeBy(walk: Walk, doc: Prediction): Promise<LineageNode>[] {
  const { model, reason, inputs } = doc;
  if (model.startsWith('baseline:'))
    return [Promise.resolve({ id: model, kind: 'baseline', facts: { reason }, parents: [] })];
  const suffixes = inputs['ensemble'] === undefined ? [''] : membersOf(doc).map((member) => `:${member}`);
  return suffixes.flatMap((suffix) => {
    const evaluation = inputs[`evaluation${suffix}`];
    return [
      parent(walk, 'model', `mdl_${suffix ? inputs[`model${suffix}`] : model}`),
      ...(evaluation ? [parent(walk, 'evaluation', String(evaluation))] : []),
    ];
  });
}

const membersOf = ({ inputs }: Prediction): number[] =>
  Array.from({ length: Number(inputs['members']) }, (_, i) => i + 1);

const figuresOf = (doc: Prediction): Record<string, Fact> => ({
  stream: doc.stream,
  'as of': iso(doc.asOf),
  'target time': iso(doc.targetTime),
  'bars ahead': doc.horizonBars,
  'last close': doc.lastClose,
  mean: doc.mean,
  interval: `${doc.interval.lower} … ${doc.interval.upper} (${doc.interval.coverage})`,
  'probability up': doc.probabilityUp,
});

/** Who answered and why, and how it ended; what is not so is left out. */
function circumstancesOf(doc: Prediction): Record<string, Fact> {
  const { abstained, chain = [], path = [], trigger, settledAt, realised } = doc;
  const refusals = chain.map(({ model, reason }) => `${model}: ${reason}`).join('; ');
  return {
    model: doc.model,
    reason: doc.reason,
    ...(refusals ? { 'did not answer': refusals } : {}),
    ...(abstained ? { abstained } : {}),
    ...(trigger ? { trigger } : {}),
    ...(path.length > 0
      ? { path: path.map((point) => `+${point.horizonBars}: ${point.mean}`).join(', ') }
      : {}),
    ...(settledAt === null
      ? {}
      : { settled: iso(settledAt), realised, settlement: `stl_${doc.id.slice(4)}` }),
  };
}
