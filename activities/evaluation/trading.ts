import type { Ports } from '../../adapters/ports.js';
import { conventionsOf } from '../../domain/backtest/conventions.js';
import type { Costs, RunSpec } from '../../domain/backtest/spec.js';
import type { ForecastRows } from '../../domain/evaluation/rows.js';
import { tradedFigures, type Traded } from '../../domain/evaluation/traded.js';
import type { Source } from '../../domain/sources.js';
import { resolveParams, resolveStrategy } from '../../domain/strategies/index.js';
import { parseStream, timeframeMs } from '../../domain/streams.js';
import { holding, runEngine } from '../backtest/simulation.js';

/**
 * Trades held-out forecasts through the backtest engine, from the bar that the first of them decides at: what is decided
 * at a close is filled at the next open. The trial is not counted in the ledger: it is part of the evaluation.
 */
export async function tradeForecasts(
  ports: Ports,
  args: {
    stream: string;
    source: Source;
    asOf: number;
    rows: Pick<ForecastRows, 'time' | 'forecast' | 'lastClose'>;
    horizonBars: number;
    costs: Costs;
  },
): Promise<Traded | null> {
  const { rows, costs } = args;
  const stream = parseStream(args.stream);
  const step = timeframeMs(stream.timeframe);
  const [first, last] = [rows.time[0], rows.time.at(-1)];
  if (first === undefined || last === undefined) return null;
  // The bar of a close opened one bar before.
  const range = { from: first - step, to: last + args.horizonBars * step };
  const bars = await ports.series.readColumns({ stream, source: args.source, range, asOf: args.asOf });
  if (bars.time.length < 2) return null;
  const strategy = resolveStrategy('model-signal');
  const direction = rows.forecast.map((forecast, i) => Math.sign(forecast - (rows.lastClose[i] ?? NaN)));
  const params = resolveParams(strategy, {});
  const forecasts = { time: rows.time, direction };
  const signal = strategy.signal({ bars, params, timeframeMs: step, forecasts });
  const spec: RunSpec = {
    costs,
    cash: 100_000,
    size: { kind: 'equity', fraction: 1 },
    closeAtEnd: false,
    periodsPerYear: 365,
  };
  const free = { ...spec, costs: { feeBps: 0, slippageBps: 0 } };
  const outcome = runEngine({ bars, signal, spec });
  return {
    ...tradedFigures(outcome),
    strategy: 'model-signal',
    engine: 'vectorised',
    costs,
    ...range,
    buyAndHold: tradedFigures(holding({ bars, spec })),
    beforeCosts: tradedFigures(runEngine({ bars, signal, spec: free })),
    conventions: conventionsOf(spec),
    notes: outcome.notes,
  };
}
