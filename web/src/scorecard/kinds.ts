import type { Schemas } from '../api';

type Figure = number | null;
/** The client reads pairs as lists. */
type Pair = readonly Figure[];
type Share = Omit<Schemas['DirectionShare'], 'wilson95'> & { wilson95: Pair };
type Row = Schemas['ScorecardRow'];

/** Figures of settled predictions of one forecaster on one stream; errors are shares of the last close. */
export type Cell = Omit<Row, 'direction' | 'baselines' | 'interval' | 'backtest'> & {
  direction: Share;
  baselines: { majority: Share; momentum: Share; reversal: Share };
  interval: Omit<Row['interval'], 'wilson95'> & { wilson95: Pair };
  backtest: (Omit<Schemas['AgainstBacktest'], 'wilson95'> & { wilson95: Pair }) | null;
};
export type Settlement = Schemas['Settlement'];

export interface Course {
  time: number[];
  direction: Figure[];
  coverage: Figure[];
  brier: Figure[];
  net: Figure[];
}

/** Running means and sums over the settlements that count, by target. */
export function courseOf(settlements: readonly Settlement[]): Course {
  const course: Course = { time: [], direction: [], coverage: [], brier: [], net: [] };
  let [claims, right, n, inside, brier, net] = [0, 0, 0, 0, 0, 0];
  const counted = settlements
    .filter((each) => each.status === 'settled' && !each.late)
    .toSorted((a, b) => a.targetTime - b.targetTime);
  for (const each of counted) {
    n++;
    if (each.directionRight !== null) claims++;
    if (each.directionRight) right++;
    if (each.inside) inside++;
    brier += each.brier ?? NaN;
    net += each.pnl.net ?? 0;
    // Several predictions may have one target: the last of them has the whole.
    if (course.time.at(-1) === each.targetTime) for (const column of Object.values(course)) column.pop();
    course.time.push(each.targetTime);
    course.direction.push(claims > 0 ? right / claims : null);
    course.coverage.push(inside / n);
    course.brier.push(brier / n);
    course.net.push(net);
  }
  return course;
}
