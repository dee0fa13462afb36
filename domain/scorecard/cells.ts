import { studentTail, wilson } from '../statistics.js';

/** By what settlements may be told apart. */
export const DIMENSIONS = ['model', 'stream', 'horizonBars', 'source', 'trigger'] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** Who the cells of a scorecard are about: the members that they were told apart by. */
export type CellKey = Partial<Record<Dimension, string | number>>;

/** A share of rows with a direction, and its Wilson interval at the rows whose outcomes do not overlap. */
export interface Share {
  n: number;
  share: number;
  wilson95: [number, number];
}

/** Figures of settled predictions; NaN where there are none. Errors are shares of the last close. */
export interface ScorecardCell extends CellKey {
  /** Settled, not late, latest revisions only. */
  n: number;
  /** Of these, rows whose horizons do not overlap within a model and stream: what intervals and tests count. */
  independent: number;
  from: number | null;
  to: number | null;
  direction: Share;
  /** On the same rows. `majority` is the commoner side in hindsight. */
  baselines: { majority: Share; momentum: Share; reversal: Share };
  mae: number;
  persistenceMae: number;
  maeRatio: number;
  /** Against persistence, on squared errors of independent rows; negative where the model is better; two-sided p. */
  dieboldMariano: { statistic: number; pValue: number };
  interval: { asked: number; coverage: number; wilson95: [number, number]; meanWidth: number; open: number };
  brier: number;
  /** ȳ(1 − ȳ): the best constant P(up) in hindsight. */
  baseRateBrier: number;
  /** 1 − brier/baseRateBrier. */
  brierSkill: number;
  /** Of one unit of capital a prediction, not compounded. */
  pnl: { gross: number; net: number; meanGross: number; meanNet: number; positions: number };
  /** Wait to be settled. */
  open: number;
  abstained: number;
  late: number;
  unsettleable: number;
  /** Records that took another's place. */
  revised: number;
}

/** What a cell keeps while settlements go by. */
export interface Sums extends Record<(typeof COUNTED)[number], number> {
  key: CellKey;
  from: number;
  to: number;
  /** Target of the last independent row by model, stream, horizon and source. */
  reached: Map<string, number>;
}

const COUNTED = [
  ...(['n', 'independent', 'claims', 'right', 'moved', 'ups', 'momentumClaims', 'momentumRight'] as const),
  ...(['error', 'persistence', 'loss', 'lossSquares', 'inside', 'asked', 'widths', 'width'] as const),
  ...([
    'brier',
    'gross',
    'net',
    'positions',
    'abstained',
    'late',
    'unsettleable',
    'revised',
    'open',
  ] as const),
] as const;

export const emptySums = (key: CellKey): Sums => ({
  key,
  from: Infinity,
  to: -Infinity,
  reached: new Map(),
  ...(Object.fromEntries(COUNTED.map((name) => [name, 0])) as Record<(typeof COUNTED)[number], number>),
});

export function cellOf(sums: Sums): ScorecardCell {
  const { n, independent, moved, ups } = sums;
  const overlap = n > 0 ? independent / n : NaN;
  const share = (right: number, of: number): Share => ({
    n: of,
    share: of > 0 ? right / of : NaN,
    wilson95: wilson((of > 0 ? right / of : 0) * of * overlap, of * overlap),
  });
  const rate = n > 0 ? ups / n : NaN;
  const baseRateBrier = rate * (1 - rate);
  return {
    ...sums.key,
    n,
    independent,
    from: n > 0 ? sums.from : null,
    to: n > 0 ? sums.to : null,
    direction: share(sums.right, sums.claims),
    baselines: {
      majority: share(Math.max(ups, moved - ups), moved),
      momentum: share(sums.momentumRight, sums.momentumClaims),
      reversal: share(sums.momentumClaims - sums.momentumRight, sums.momentumClaims),
    },
    mae: sums.error / n,
    persistenceMae: sums.persistence / n,
    maeRatio: sums.error / sums.persistence,
    dieboldMariano: differenceOf(sums),
    interval: {
      asked: sums.asked / n,
      coverage: sums.inside / n,
      wilson95: wilson(sums.inside * overlap, independent),
      meanWidth: sums.width / sums.widths,
      open: n - sums.widths,
    },
    brier: sums.brier / n,
    baseRateBrier,
    brierSkill: 1 - sums.brier / n / baseRateBrier,
    pnl: {
      gross: sums.gross,
      net: sums.net,
      meanGross: sums.gross / n,
      meanNet: sums.net / n,
      positions: sums.positions,
    },
    open: sums.open,
    abstained: sums.abstained,
    late: sums.late,
    unsettleable: sums.unsettleable,
    revised: sums.revised,
  };
}

/** Diebold and Mariano (1995) at horizon 1 with the correction of Harvey, Leybourne and Newbold (1997), from sums. */
function differenceOf({ independent: n, loss, lossSquares }: Sums): { statistic: number; pValue: number } {
  const mean = loss / n;
  const variance = lossSquares / n - mean ** 2;
  const statistic = Math.sqrt((n - 1) / n) * (mean / Math.sqrt(variance / n));
  if (n < 2 || !(variance > 1e-12 * (lossSquares / n)) || !Number.isFinite(statistic))
    return { statistic: NaN, pValue: NaN };
  return { statistic, pValue: studentTail(statistic, n - 1) };
}
