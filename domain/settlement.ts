import type { Prediction } from './prediction.js';
import { sourceKey, type Source } from './sources.js';

/**
 * How one prediction came out. Append-only: a bar that is corrected afterwards gives another record that supersedes this
 * one. Prices and errors are in the quote currency, shares and returns are fractions, times are epoch ms.
 */
export interface Settlement {
  /** `stl_` and the 24 hex digits of the prediction; of revision r above 1 with `_r` behind it. */
  id: string;
  predictionId: string;
  /** From 1. */
  revision: number;
  isRevision: boolean;
  /** Id of the record that this one takes the place of. */
  supersedes: string | null;
  status: 'settled' | 'unsettleable';
  /** Why it could not be settled, or why it was again. */
  reason: string | null;
  /** Which story settled it. */
  group: string;
  stream: string;
  model: string;
  horizonBars: number;
  asOf: number;
  targetTime: number;
  settledAt: number;
  /** When the realised bar, as it was scored, was known. */
  knownAt: number | null;
  lastClose: number;
  mean: number;
  /** Close of the bar that ends at `targetTime`, of the prediction's own source. */
  realised: number | null;
  /** mean − realised. */
  error: number | null;
  absoluteError: number | null;
  /** |lastClose − realised|: the error of persistence on the same row. */
  persistenceError: number | null;
  /** sign(mean − lastClose) against sign(realised − lastClose); null where the close did not move or nothing is claimed. */
  directionRight: boolean | null;
  /** The same of momentum, which repeats the sign of the move before; null where that is not stored. */
  momentumRight: boolean | null;
  wentUp: boolean | null;
  /** Bounds belong to the interval. */
  inside: boolean | null;
  coverage: number;
  /** Of the interval; null where it is open. */
  width: number | null;
  probabilityUp: number;
  /** (P(up) − 1 if the close went up, else P(up) − 0)². */
  brier: number | null;
  pnl: { gross: number | null; net: number | null; feeBps: number; slippageBps: number };
  /** Why the model claimed nothing; such a row has no direction and no position. */
  abstained: string | null;
  /** The prediction of a live stream was made when its outcome could be known: it counts for nothing. */
  late: boolean;
  trigger: string;
  source: Source;
  sourceKey: string;
}

/** What a position pays per side: as in backtests where nothing else is asked for. */
export const SETTLEMENT_COSTS = { feeBps: 10, slippageBps: 2 } as const;

type Settled = Pick<Prediction, 'stream' | 'horizonBars' | 'source'>;

/** Predictions of one group are settled by one story. */
export const groupOf = ({ stream, horizonBars, source }: Settled): string =>
  `${stream}/h${horizonBars}/${sourceKey(source)}`;

export const settlementId = (predictionId: string, revision = 1): string =>
  `stl_${predictionId.replace(/^prd_/, '')}${revision > 1 ? `_r${revision}` : ''}`;

export interface Outcome {
  realised: number;
  /** When the realised bar was known, epoch ms. */
  knownAt: number;
  /** Close of the bar one horizon before `asOf`; null where it is not stored. */
  closeBefore: number | null;
}

/**
 * Scores a prediction against the close of the bar that ends at its target. The position is one unit of capital on the
 * forecast's side, entered at `lastClose` and left at the realised close, each with fee and slippage:
 * gross = side·(realised/lastClose − 1), net = (1 − c)²·(1 + gross) − 1 with c = (feeBps + slippageBps)/10⁴.
 * Brier (1950): the squared distance of P(up) from what happened; a close that did not move did not go up.
 */
export function settle(
  made: Prediction,
  outcome: Outcome,
  {
    settledAt,
    costs = SETTLEMENT_COSTS,
  }: { settledAt: number; costs?: { feeBps: number; slippageBps: number } },
): Settlement {
  const { realised, closeBefore, knownAt } = outcome;
  const { lastClose, mean, interval, probabilityUp } = made;
  const abstained = made.abstained ?? null;
  const moved = Math.sign(realised - lastClose);
  const side = abstained === null ? Math.sign(mean - lastClose) : 0;
  const before = closeBefore === null ? 0 : Math.sign(lastClose - closeBefore);
  const agrees = (claim: number): boolean | null => (moved === 0 || claim === 0 ? null : claim === moved);
  const gross = side === 0 ? 0 : side * (realised / lastClose - 1);
  const perSide = (costs.feeBps + costs.slippageBps) / 10_000;
  const net = side === 0 ? 0 : (1 - perSide) ** 2 * (1 + gross) - 1;
  const width = interval.upper - interval.lower;
  return {
    ...identity(made, settledAt),
    status: 'settled',
    reason: null,
    knownAt,
    realised,
    error: mean - realised,
    absoluteError: Math.abs(mean - realised),
    persistenceError: Math.abs(lastClose - realised),
    directionRight: agrees(side),
    momentumRight: agrees(before),
    wentUp: moved > 0,
    inside: realised >= interval.lower && realised <= interval.upper,
    width: Number.isFinite(width) ? width : null,
    brier: (probabilityUp - (moved > 0 ? 1 : 0)) ** 2,
    pnl: { gross, net, feeBps: costs.feeBps, slippageBps: costs.slippageBps },
  };
}

/** The record of a prediction whose outcome cannot be had: it stays in the counts. */
export const unsettleable = (
  made: Prediction,
  { settledAt, reason }: { settledAt: number; reason: string },
): Settlement => ({
  ...identity(made, settledAt),
  status: 'unsettleable',
  reason,
  ...{ knownAt: null, realised: null, error: null, absoluteError: null, persistenceError: null },
  ...{ directionRight: null, momentumRight: null, wentUp: null, inside: null, width: null, brier: null },
  pnl: { gross: null, net: null, ...SETTLEMENT_COSTS },
});

/** The record that takes another's place, after a correction or where the bar came after all. */
export const revisionOf = (before: Settlement, after: Settlement, reason: string): Settlement => ({
  ...after,
  id: settlementId(before.predictionId, before.revision + 1),
  revision: before.revision + 1,
  isRevision: true,
  supersedes: before.id,
  reason,
});

function identity(made: Prediction, settledAt: number) {
  return {
    id: settlementId(made.id),
    predictionId: made.id,
    revision: 1,
    isRevision: false,
    supersedes: null,
    group: groupOf(made),
    stream: made.stream,
    model: made.model,
    horizonBars: made.horizonBars,
    asOf: made.asOf,
    targetTime: made.targetTime,
    settledAt,
    lastClose: made.lastClose,
    mean: made.mean,
    coverage: made.interval.coverage,
    probabilityUp: made.probabilityUp,
    abstained: made.abstained ?? null,
    late: made.source.kind === 'live' && made.createdAt >= made.targetTime,
    trigger: made.trigger ?? 'request',
    source: made.source,
    sourceKey: sourceKey(made.source),
  };
}
