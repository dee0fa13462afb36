import { InvalidInputError } from '../../errors.js';
import { parseStream } from '../../streams.js';

/** What an instrument's bars cover. */
export interface Span {
  name: string;
  /** Open of the first and of the last bar, epoch ms. */
  first: number;
  last: number;
  timeframeMs: number;
}

/** What to do where instruments have bars over different spans. */
export const SPANS = ['same', 'common', 'all'] as const;
/** `same` refuses them, `common` takes what all have, `all` runs where any has bars. */
export type SpanRule = (typeof SPANS)[number];

export const MOST_INSTRUMENTS = 50;
/** Weights as people write them: thirds sum up to a little more than 1. */
export const ROUNDING = 1e-9;

/** Shares of the equity, alike where none are given. @throws InvalidInputError naming what cannot be shared so */
export function weightsOf(names: readonly string[], weights: readonly number[] | undefined): number[] {
  if (names.length < 2 || names.length > MOST_INSTRUMENTS)
    throw new InvalidInputError(
      `A portfolio has 2 to ${MOST_INSTRUMENTS} instruments; ${names.length} ${names.length === 1 ? 'is' : 'are'} given`,
    );
  if (weights === undefined) return names.map(() => 1 / names.length);
  if (weights.length !== names.length)
    throw new InvalidInputError(
      `${weights.length} weights for ${names.length} instruments (${names.join(', ')}); give one each, in their order`,
    );
  const bad = weights.findIndex((weight) => !(weight > 0 && weight <= 1));
  if (bad >= 0)
    throw new InvalidInputError(`${names[bad]} has weight ${weights[bad]}; it must be above 0 and at most 1`);
  const sum = sumOf(weights);
  if (sum > 1 + ROUNDING)
    throw new InvalidInputError(`The weights sum up to ${sum}; at most 1 is there to share`);
  return [...weights];
}

const sumOf = (weights: readonly number[]): number => weights.reduce((total, each) => total + each, 0);

/** What of the equity is left to no instrument, in a sentence; null where nothing is. */
export function cashNote(weights: readonly number[]): string | null {
  const sum = sumOf(weights);
  if (sum >= 1 - ROUNDING) return null;
  return `The weights sum up to ${Number(sum.toFixed(6))}: ${Number((1 - sum).toFixed(6))} of the equity stays cash.`;
}

/**
 * The span that is run over: opens of the first and of the last bar. @throws InvalidInputError for bars of several lengths
 * (the close of a long bar would be known before it is over), spans that differ where they must not, or have nothing in common.
 */
export function spanOf(spans: readonly Span[], rule: SpanRule): { first: number; last: number } {
  const [one] = spans;
  if (!one) throw new InvalidInputError('A portfolio needs at least one instrument');
  const other = spans.find(({ timeframeMs }) => timeframeMs !== one.timeframeMs);
  if (other)
    throw new InvalidInputError(
      `${one.name} has bars of ${lengthOf(one)}, ${other.name} of ${lengthOf(other)}; the bars of a portfolio have one length ("finsight bars resample" makes longer ones)`,
    );
  const of = (pick: (...values: number[]) => number, end: 'first' | 'last'): number =>
    pick(...spans.map((span) => span[end]));
  if (rule === 'all') return { first: of(Math.min, 'first'), last: of(Math.max, 'last') };
  const common = { first: of(Math.max, 'first'), last: of(Math.min, 'last') };
  if (common.first > common.last)
    throw new InvalidInputError(
      `The instruments have no time in common: ${spans.map(textOf).join('; ')}; take others`,
    );
  const differs = spans.some(({ first, last }) => first !== common.first || last !== common.last);
  if (differs && rule === 'same')
    throw new InvalidInputError(
      `The instruments cover different spans: ${spans.map(textOf).join('; ')}; take what all have with span common, or all of them with span all`,
    );
  return common;
}

/** One account has one currency. @throws InvalidInputError naming two streams that are told in different ones. */
export function checkQuotes(streams: readonly string[]): void {
  const quotes = streams.map((stream) => parseStream(stream).symbol.split('-')[1]);
  const other = quotes.findIndex((quote) => quote !== quotes[0]);
  if (other > 0)
    throw new InvalidInputError(
      `${streams[0]} is told in ${quotes[0]}, ${streams[other]} in ${quotes[other]}; instruments that share cash must have one quote currency`,
    );
}

const lengthOf = ({ timeframeMs }: Span): string => `${timeframeMs / 60_000} minutes`;

const textOf = ({ name, first, last }: Span): string =>
  `${name} ${new Date(first).toISOString()} … ${new Date(last).toISOString()}`;
