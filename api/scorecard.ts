import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { DIMENSIONS, type Dimension } from '../domain/scorecard/cells.js';
import type { Settlement } from '../domain/settlement.js';
import type { OpenPrediction } from '../domain/settlement/waiting.js';
import { parseSource, sourceKey } from '../domain/sources.js';
import { canonicalStream } from '../domain/streams.js';
import { cursor, limit, readRange, text, time, choice } from './query.js';
import { route } from './route.js';
import { answer, instant, pageOf } from './schemas.js';
import { readScorecard } from './scorecard/reading.js';
import { openPrediction, scorecardRow, settlement } from './scorecard/schemas.js';

const FILTERS = {
  stream: text('Only of this stream', 'binance/BTC-USDT/1h'),
  model: text('Only by this model or baseline'),
  source: text('Only from this source: live, recorded, simulated or simulated:<seed>'),
  trigger: text('Only made for this: request, or policy:<id>'),
  from: time('Targets at or after'),
  to: time('Targets before'),
};

/** @throws InvalidInputError naming what would have been right */
const keyOf = (source: string): string => (source === 'recorded' ? source : sourceKey(parseSource(source)));

function whereOf(query: Partial<Record<'stream' | 'model' | 'source' | 'trigger', string | undefined>>) {
  const { stream, model, source, trigger } = query;
  return {
    ...(stream ? { stream: canonicalStream(stream) } : {}),
    ...(model ? { model } : {}),
    ...(source ? { sourceKey: keyOf(source) } : {}),
    ...(trigger ? { trigger } : {}),
  };
}

const USUAL: Dimension[] = ['model', 'stream', 'horizonBars', 'source'];

/** @throws InvalidInputError naming the known ones */
function dimensionsOf(by: string | undefined): Dimension[] {
  if (by === undefined) return USUAL;
  const names = by.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !DIMENSIONS.includes(name as Dimension));
  if (unknown === undefined) return [...new Set(names as Dimension[])];
  throw new InvalidInputError(
    `Cannot tell settlements apart by "${unknown}"; known: ${DIMENSIONS.join(', ')}`,
  );
}

const scorecard = answer(
  'Scorecard',
  z.object({
    by: z.array(z.enum(DIMENSIONS)),
    rows: z.array(scorecardRow),
    costs: z.string(),
    asOf: instant,
  }),
);

const COSTS =
  'One unit of capital on the side of each forecast, entered at its last close and left at the realised close; 10 bp of fees and 2 bp of slippage a side';

/** Members by which the store finds them say nothing new. */
function shown<T extends { group: string; sourceKey: string; isRevision?: boolean }>(record: T) {
  const { group: _group, sourceKey: _key, isRevision: _isRevision, ...rest } = record;
  return rest;
}

const getScorecard = route({
  id: 'getScorecard',
  method: 'get',
  path: '/scorecard',
  group: 'predictions',
  summary: 'How predictions came out, beside naive baselines and the backtest of the same model',
  role: 'viewer',
  query: {
    ...FILTERS,
    horizonBars: text('Only of this horizon', '24'),
    by: text(`What rows tell apart: some of ${DIMENSIONS.join(', ')}`, 'model,horizonBars'),
  },
  answers: { 200: { description: 'One row for each combination that was met', schema: scorecard } },
  cacheMs: 2000,
  async handle({ query, context: { ports } }) {
    const by = dimensionsOf(query.by);
    const horizonBars = query.horizonBars === undefined ? undefined : Number(query.horizonBars);
    if (horizonBars !== undefined && !Number.isInteger(horizonBars))
      throw new InvalidInputError(`horizonBars "${query.horizonBars}" is no whole number of bars`);
    const rows = await readScorecard(ports.documents, {
      ...whereOf(query),
      ...readRange(query),
      by,
      horizonBars,
    });
    return { body: { by, rows, costs: COSTS, asOf: ports.now() } };
  },
});

const listSettlements = route({
  id: 'listSettlements',
  method: 'get',
  path: '/settlements',
  group: 'predictions',
  summary: 'How single predictions came out, latest targets first; nothing is ever changed or removed',
  role: 'viewer',
  query: {
    ...FILTERS,
    prediction: text('Only of this prediction: all its revisions', 'prd_0123456789abcdef01234567'),
    status: choice(['settled', 'unsettleable'], 'Only these'),
    limit: limit(),
    cursor,
  },
  answers: { 200: { description: 'A page of settlements', schema: pageOf('SettlementPage', settlement) } },
  async handle({ query, context: { ports } }) {
    const found = await ports.documents.find<Settlement>('settlements', {
      where: {
        ...whereOf(query),
        ...(query.prediction ? { predictionId: query.prediction } : {}),
        ...(query.status ? { status: query.status } : {}),
      },
      range: readRange(query),
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: ports.now() } };
  },
});

const listOpenPredictions = route({
  id: 'listOpenPredictions',
  method: 'get',
  path: '/open-predictions',
  group: 'predictions',
  summary: 'Predictions that wait to be settled, by when they are looked at next, and why they wait',
  role: 'viewer',
  query: { stream: FILTERS.stream, model: FILTERS.model, limit: limit(), cursor },
  answers: {
    200: {
      description: 'A page of them, soonest first',
      schema: pageOf('OpenPredictionPage', openPrediction),
    },
  },
  async handle({ query, context: { ports } }) {
    const found = await ports.documents.find<OpenPrediction>('openPredictions', {
      where: whereOf({ stream: query.stream, model: query.model }),
      order: 'oldest',
      limit: query.limit,
      ...(query.cursor ? { cursor: query.cursor } : {}),
    });
    return { body: { items: found.items.map(shown), cursor: found.cursor, asOf: ports.now() } };
  },
});

export const scorecardRoutes = [getScorecard, listSettlements, listOpenPredictions];
