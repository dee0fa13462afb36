import type { Ports } from '../../adapters/ports.js';
import { ENSEMBLES, type EnsembleKind } from '../../domain/ensembles.js';
import { InvalidInputError, NotFoundError } from '../../domain/errors.js';
import type { PredictionRequest } from '../../domain/prediction/request.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { canonicalStream, parseStream, timeframeMs } from '../../domain/streams.js';
import { readSource, readTime, twoYearsBefore } from '../window.js';

/** A request with everything that was left open decided, but who answers it. */
export interface Asked {
  stream: string;
  source: Source;
  from: number;
  to: number;
  asOf: number;
  sentimentModel: string;
  /** Null: the named model's own. */
  horizonBars: number | null;
  name: string | null;
  model: string | null;
  ensemble: EnsembleKind | null;
  minConfidence: number | undefined;
  trigger: string | undefined;
  /** Who asks, where the request says so: the same key meets the same version of a rollout. */
  stickyKey: string | undefined;
}

const MOST_HORIZON_BARS = 96;
/** Bars that are read where nobody says from when: of more, the features would not differ. */
const HISTORY_BARS = 20_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** @throws InvalidInputError naming the member and what would be right, NotFoundError where nothing is stored. */
export async function readAsked(ports: Ports, request: PredictionRequest): Promise<Asked> {
  checkRequest(request);
  const stream = canonicalStream(request.stream);
  const asOf = request.asOf ?? ports.now();
  const to = request.to === undefined ? asOf : readTime('to', request.to);
  const { source, end } = await findStored(ports, { ...request, stream });
  const { ref } = await ports.sentiment.choose();
  const from =
    request.from === undefined
      ? historyFrom(Math.min(to, end), timeframeMs(parseStream(stream).timeframe))
      : readTime('from', request.from);
  if (from >= to)
    throw new InvalidInputError(`from ${new Date(from).toISOString()} is not before to, or asOf`);
  return {
    ...{ stream, source, from, to, asOf },
    sentimentModel: `${ref.name}@${ref.version}`,
    horizonBars: request.horizonBars ?? ((request.name ?? request.model) ? null : 1),
    name: request.name ?? null,
    model: request.model ?? null,
    ensemble: request.ensemble ?? null,
    minConfidence: request.minConfidence,
    trigger: request.trigger,
    stickyKey: request.stickyKey,
  };
}

function checkRequest({ asOf, horizonBars, ensemble, minConfidence, name, model }: PredictionRequest): void {
  if (asOf !== undefined && !Number.isFinite(asOf))
    throw new InvalidInputError(`asOf is ${asOf}; it must be epoch milliseconds`);
  if (
    horizonBars !== undefined &&
    !(Number.isInteger(horizonBars) && horizonBars >= 1 && horizonBars <= MOST_HORIZON_BARS)
  )
    throw new InvalidInputError(
      `horizonBars is ${horizonBars}; it must be a whole number from 1 to ${MOST_HORIZON_BARS}`,
    );
  if (ensemble !== undefined && !ENSEMBLES.includes(ensemble))
    throw new InvalidInputError(`Unknown ensemble "${ensemble}"; known: ${ENSEMBLES.join(', ')}`);
  if (minConfidence !== undefined && !(minConfidence >= 0.5 && minConfidence < 1))
    throw new InvalidInputError(`minConfidence is ${minConfidence}; it must lie in [0.5, 1)`);
  const given = [name, model, ensemble].filter((each) => each !== undefined);
  if (given.length > 1)
    throw new InvalidInputError(`Give one of name, model and ensemble; given: ${given.join(', ')}`);
}

/** The source, where nobody names one, is that whose bars are newest; `end` is where its bars end. */
async function findStored(
  ports: Ports,
  request: PredictionRequest,
): Promise<{ source: Source; end: number }> {
  const wanted = parseStream(request.stream);
  const found = (await ports.series.streams(wanted)).filter(
    ({ stream }) =>
      stream.exchange === wanted.exchange &&
      stream.symbol === wanted.symbol &&
      stream.timeframe === wanted.timeframe,
  );
  const source = request.source === undefined ? undefined : readSource(request.source);
  const stored = source
    ? found.find((each) => sourceKey(each.source) === sourceKey(source))
    : found.toSorted((a, b) => b.range.to - a.range.to)[0];
  if (stored) return { source: source ?? stored.source, end: stored.range.to };
  const kind = source ? ` (${source.kind})` : '';
  throw new NotFoundError(
    `No stored bars of ${request.stream}${kind}; collect them first: finsight bars collect ${request.stream}`,
  );
}

/**
 * Two years, or 20,000 bars where that is less, before the last bar. It moves by months (by days for bars below an
 * hour), so that a new bar mostly does not change where the features' averages start.
 */
function historyFrom(end: number, step: number): number {
  const from = Math.max(twoYearsBefore(end), end - HISTORY_BARS * step);
  const date = new Date(from);
  if (step < HOUR) return from - (((from % DAY) + DAY) % DAY);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
}
