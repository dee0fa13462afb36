import { InvalidInputError } from './errors.js';
import {
  cellOf,
  emptySums,
  type CellKey,
  type Dimension,
  type ScorecardCell,
  type Sums,
} from './scorecard/cells.js';
import type { Settlement } from './settlement.js';
import type { OpenPrediction } from './settlement/waiting.js';

type Keyed = Pick<Settlement & OpenPrediction, 'model' | 'stream' | 'horizonBars' | 'sourceKey' | 'trigger'>;

/** More would be a list, not a card. */
const MOST_CELLS = 10_000;

/**
 * Adds settlements up in memory that grows with the cells only. They must come by ascending target, so that it can be
 * told which horizons overlap. @throws InvalidInputError where there are more than 10,000 cells
 */
export function startScorecard(by: readonly Dimension[]) {
  const cells = new Map<string, Sums>();
  const sumsOf = (record: Keyed): Sums => {
    const key: CellKey = {};
    for (const dimension of by) key[dimension] = valueOf(record, dimension);
    const name = JSON.stringify(Object.values(key));
    const known = cells.get(name);
    if (known) return known;
    if (cells.size >= MOST_CELLS)
      throw new InvalidInputError(
        `The scorecard would have more than ${MOST_CELLS} rows; narrow it by stream or model, or tell fewer things apart`,
      );
    const fresh = emptySums(key);
    cells.set(name, fresh);
    return fresh;
  };
  return {
    /** `superseded`: another record has taken its place. */
    add(record: Settlement, superseded: boolean): void {
      const sums = sumsOf(record);
      if (record.isRevision) sums.revised++;
      if (!superseded) addRecord(sums, record);
    },
    addOpen(waiting: OpenPrediction): void {
      sumsOf(waiting).open++;
    },
    cells: (): ScorecardCell[] => [...cells.values()].map(cellOf),
  };
}

const valueOf = (record: Keyed, dimension: Dimension): string | number =>
  dimension === 'source' ? record.sourceKey : record[dimension];

function addRecord(sums: Sums, record: Settlement): void {
  if (record.status === 'unsettleable') sums.unsettleable++;
  if (record.late) sums.late++;
  if (record.status === 'unsettleable' || record.late) return;
  const { lastClose, pnl } = record;
  const error = (record.absoluteError ?? NaN) / lastClose;
  const persistence = (record.persistenceError ?? NaN) / lastClose;
  sums.n++;
  sums.from = Math.min(sums.from, record.targetTime);
  sums.to = Math.max(sums.to, record.targetTime);
  if (record.abstained !== null) sums.abstained++;
  const moved = record.realised !== lastClose;
  const claims = record.abstained === null && record.mean !== lastClose;
  if (moved) sums.moved++;
  if (moved && record.wentUp) sums.ups++;
  if (moved && claims) sums.claims++;
  if (record.directionRight) sums.right++;
  if (record.momentumRight !== null) sums.momentumClaims++;
  if (record.momentumRight) sums.momentumRight++;
  sums.error += error;
  sums.persistence += persistence;
  sums.asked += record.coverage;
  if (record.inside) sums.inside++;
  if (record.width !== null) {
    sums.widths++;
    sums.width += record.width / lastClose;
  }
  sums.brier += record.brier ?? NaN;
  sums.gross += pnl.gross ?? NaN;
  sums.net += pnl.net ?? NaN;
  if (claims) sums.positions++;
  if (!isIndependent(sums, record)) return;
  const loss = error ** 2 - persistence ** 2;
  sums.independent++;
  sums.loss += loss;
  sums.lossSquares += loss ** 2;
}

/** The first row, then each whose forecast was made when the one before it had come out. */
function isIndependent({ reached }: Sums, record: Settlement): boolean {
  const own = `${record.model} ${record.group}`;
  const before = reached.get(own) ?? -Infinity;
  if (record.asOf < before) return false;
  reached.set(own, record.targetTime);
  return true;
}
