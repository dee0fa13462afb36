import { canonicalJson } from '../../digest.js';
import type { PortfolioPart } from '../spec.js';

/** Which strategy an instrument is traded by. */
export interface InstrumentStrategy {
  strategy: string;
  /** Digest of the source of a user's own. */
  code?: string;
  params: Record<string, number>;
}

interface Asked {
  streams: readonly string[];
  /** Of all streams. */
  strategy?: string | undefined;
  code?: unknown;
  params?: unknown;
  /** One for each stream, in the place of the others. */
  strategies?: readonly unknown[] | undefined;
}

/** Why it is not clear which strategy trades which stream, as a sentence; null where it is. */
export function strategiesFault({ streams, strategy, code, params, strategies }: Asked): string | null {
  if (strategies === undefined)
    return strategy === undefined
      ? 'say which strategy to run: strategy for all streams, or strategies with one for each'
      : null;
  if (strategy !== undefined || code !== undefined || params !== undefined)
    return 'strategies has one for each stream, with its own code and params; leave out strategy, code and params beside it';
  if (strategies.length !== streams.length)
    return `${strategies.length} strategies for ${streams.length} instruments (${streams.join(', ')}); give one for all, or one each, in their order`;
  return null;
}

/**
 * How a spec tells its strategies: where all instruments have the same one, it stands for all of them; where not, each
 * part tells its own, and the spec's name is all of theirs joined by +.
 */
export function toldStrategies(all: readonly InstrumentStrategy[]): {
  told: InstrumentStrategy;
  /** One a part; empty where the spec tells all. */
  parts: Pick<PortfolioPart, 'strategy' | 'code' | 'params'>[];
} {
  const [first] = all;
  if (first && all.every((each) => canonicalJson({ ...each }) === canonicalJson({ ...first })))
    return { told: first, parts: all.map(() => ({})) };
  const names = new Set(all.map(({ strategy }) => strategy));
  return { told: { strategy: [...names].join('+'), params: {} }, parts: [...all] };
}
