import { printRebalance } from '../../domain/backtest/portfolio/rebalance.js';
import { printSize } from '../../domain/backtest/sizing.js';
import { printSlippage } from '../../domain/backtest/slippage.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { barsId, type LineageNode } from '../../domain/lineage.js';
import type { Prediction } from '../../domain/prediction.js';
import { sourceKeyOf } from '../../domain/strategies/source.js';
import { baseOf, parseStream } from '../../domain/streams.js';
import { documentReader, iso, parent, sourceFacts } from './documents.js';
import { readBars, readScores } from './series.js';

const baselineNode = async (doc: Prediction): Promise<LineageNode> => ({
  id: doc.model,
  kind: 'baseline',
  facts: { reason: doc.reason },
  parents: [],
});

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
    const made = doc.model.startsWith('baseline:')
      ? baselineNode(doc)
      : parent(walk, 'model', `mdl_${doc.model}`);
    const evidence = inputs['evaluation'] ? [parent(walk, 'evaluation', String(inputs['evaluation']))] : [];
    return {
      facts: {
        stream,
        'as of': iso(doc.asOf),
        'target time': iso(doc.targetTime),
        mean: doc.mean,
        interval: `${doc.interval.lower} … ${doc.interval.upper} (${doc.interval.coverage})`,
        'probability up': doc.probabilityUp,
        ...sourceFacts(doc),
      },
      parents: [made, ...evidence, readBars(walk, bars), Promise.resolve(readScores(scores))],
    };
  },
);

export const evaluationReader = documentReader<Evaluation>(
  'evaluation',
  { collection: 'evaluations', form: /^evl_/, example: 'evl_…' },
  (doc, walk) => ({
    facts: {
      stream: doc.stream,
      n: doc.n,
      'directional accuracy': doc.directionalAccuracy,
      mae: doc.mae,
      object: doc.forecasts.key,
      sha256: doc.forecasts.sha256,
      ...sourceFacts(doc),
    },
    parents: [parent(walk, 'model', `mdl_${doc.model}`), parent(walk, 'dataset', doc.dataset)],
  }),
);

export const backtestReader = documentReader<BacktestResult>(
  'backtest',
  { collection: 'backtests', form: /^bt_/, example: 'bt_…' },
  (doc, walk) => {
    const { source, spec } = doc;
    const window = { source, from: spec.from, to: spec.to, asOf: spec.asOf };
    const reads = (doc.instruments ?? [doc]).map(({ stream, barsSha256: sha256 }) => ({
      id: barsId({ stream, ...window }),
      ...{ stream, ...window, sha256 },
    }));
    return {
      facts: {
        strategy: doc.strategy,
        ...(spec.code ? { 'sha256 of its source': spec.code, 'strategy file': sourceKeyOf(spec.code) } : {}),
        engine: doc.engine,
        'total return': doc.metrics.totalReturn,
        ...(spec.portfolio
          ? { rebalance: printRebalance(spec.portfolio.rebalance) }
          : { size: printSize(spec.size) }),
        costs: `${spec.costs.feeBps} bps a side, slippage ${printSlippage(spec.costs)}`,
        ...(doc.fundingSha256 ? { 'sha256 of the funding paid': doc.fundingSha256 } : {}),
        digest: doc.digest,
        object: doc.detail.key,
        sha256: doc.detail.sha256,
        run: doc.run,
        ...sourceFacts(doc),
      },
      parents: [
        ...reads.map((read) => readBars(walk, read)),
        ...(doc.evaluation ? [parent(walk, 'evaluation', doc.evaluation)] : []),
      ],
    };
  },
);
