import { externalTrades, type ExternalRequest } from '../../domain/backtest/external.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { EngineJob } from '../ports-engines.js';
import type { Json, TableColumn } from '../ports.js';

/** Bars and decisions as a table: contracts in domain/backtest/external.ts. */
export const tableOf = ({ bars, signal }: EngineJob): TableColumn[] => [
  { name: 'time', type: 'int64', values: own(bars.time) },
  ...(['open', 'high', 'low', 'close', 'volume'] as const).map((name) => ({
    name,
    type: 'float64' as const,
    values: own(bars[name]),
  })),
  { name: 'decision', type: 'float64', values: own(signal) },
];

/** DuckDB takes no memory that threads share. */
const own = (values: Float64Array): Float64Array =>
  values.buffer instanceof SharedArrayBuffer ? values.slice() : values;

/** @throws InvalidInputError for a size that is only ours. */
export function sizeOf({ spec }: Pick<EngineJob, 'spec'>): ExternalRequest['size'] {
  const { size } = spec;
  if (size.kind === 'units') return { kind: 'units', amount: size.units };
  if (size.kind === 'equity') return { kind: 'equity', amount: size.fraction };
  const { kind } = size as { kind: string };
  throw new InvalidInputError(
    `Sizes of the kind "${kind}" are ours only; engines of others take units and equity`,
  );
}

/** What no engine of others does alike, or null. */
export function beyondOthers({ spec }: EngineJob): string | null {
  const { size, costs, closeAtEnd } = spec;
  if (size.kind !== 'units' && size.kind !== 'equity')
    return `sizes of the kind "${(size as { kind: string }).kind}" are ours only; others take units and equity`;
  const { feeBps: _fee, slippageBps: _slippage, ...more } = costs;
  const cost = Object.entries(more).find(([, value]) => value !== 0);
  if (cost) return `the cost ${cost[0]} is ours only; others take feeBps and slippageBps`;
  const extra = (['exits', 'funding', 'fillShare'] as const).find((name) => (spec as object as Json)[name]);
  if (extra) return `${extra} of a backtest are ours only`;
  return closeAtEnd ? 'positions are marked at the end by the others; leave closeAtEnd false' : null;
}

/** Decisions other than to be long, short or flat, which change the size of a position. */
export const hasParts = ({ signal }: EngineJob): boolean =>
  signal.some((value) => !Number.isNaN(value) && Math.abs(value) !== 1 && value !== 0);

export const readTrades = (bytes: Uint8Array) =>
  externalTrades.parse(JSON.parse(new TextDecoder().decode(bytes)));
