import { backtestEvents } from '../../domain/backtest/events/run.js';
import type {
  EventContext,
  EventOptions,
  FillEvent,
  OrderRequest,
} from '../../domain/backtest/events/types.js';
import type { RunSpec } from '../../domain/backtest/spec.js';
import { FREE, SPEC } from './made-backtests.js';
import { columnsOf } from './made-bars.js';

export type Row = [open: number, high: number, low: number, close: number, volume?: number];

export const spec: RunSpec = { ...SPEC, cash: 1e6, costs: FREE, size: { kind: 'units', units: 1 } };

/** Runs callbacks by bar over rows; the first row is what is known when the first orders are laid. */
export function play(
  rows: Row[],
  asked: Record<number, (context: EventContext) => void>,
  more: { spec?: Partial<RunSpec>; options?: EventOptions } = {},
) {
  const bars = columnsOf(rows.length);
  rows.forEach(([open, high, low, close, volume = 1000], i) =>
    Object.entries({ open, high, low, close, volume }).forEach(
      ([name, value]) => (bars[name as 'open'][i] = value),
    ),
  );
  const fills: [bar: number, units: number, price: number][] = [];
  const outcome = backtestEvents({
    bars,
    spec: { ...spec, ...more.spec },
    options: more.options ?? {},
    strategy: {
      onBar: (context) => asked[context.index]?.(context),
      onFill: (_, { bar, units, price }: FillEvent) => void fills.push([bar, units, price]),
    },
  });
  return { fills, ...outcome };
}

export const order = (request: Partial<OrderRequest>) => (context: EventContext) =>
  void context.order({ side: 'buy', kind: 'market', units: 1, ...request });
export const STILL: Row = [100, 101, 99, 100];
