import { printRebalance } from '../../domain/backtest/portfolio/rebalance.js';
import { printSize } from '../../domain/backtest/sizing.js';
import { printSlippage } from '../../domain/backtest/slippage.js';
import type { BacktestResult } from '../../domain/backtest/spec.js';
import type { Evaluation } from '../../domain/evaluation.js';
import { barsId } from '../../domain/lineage.js';
import { sourceKeyOf } from '../../domain/strategies/source.js';
import { documentReader, parent, sourceFacts } from './documents.js';
import { readBars } from './series.js';

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
