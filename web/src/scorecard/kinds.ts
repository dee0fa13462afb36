/** The client reads pairs as lists. */
type Pair = readonly (number | null)[];
type Figure = number | null;

interface Share {
  n: number;
  share: Figure;
  wilson95: Pair;
}

/** Figures of settled predictions of one forecaster on one stream; errors are shares of the last close. */
export interface Cell {
  model?: string | number;
  stream?: string | number;
  horizonBars?: string | number;
  source?: string | number;
  n: number;
  independent: number;
  from: number | null;
  to: number | null;
  direction: Share;
  baselines: { majority: Share; momentum: Share; reversal: Share };
  maeRatio: Figure;
  dieboldMariano: { statistic: Figure; pValue: Figure };
  interval: { asked: Figure; coverage: Figure; wilson95: Pair; meanWidth: Figure; open: number };
  brier: Figure;
  baseRateBrier: Figure;
  brierSkill: Figure;
  pnl: { gross: Figure; net: Figure; meanGross: Figure; meanNet: Figure; positions: number };
  abstained: number;
  late: number;
  unsettleable: number;
  revised: number;
  backtest?: Against | null;
}

/** What the same model's evaluation found on the same stream. */
export interface Against {
  evaluation: string;
  n: number;
  directionalAccuracy: Figure;
  wilson95: Pair;
  maeRatio: Figure;
  coverage: Figure;
  difference: {
    directionalAccuracy: Figure;
    pValue: Figure;
    coverage: Figure;
    coveragePValue: Figure;
  };
}

export interface Settlement {
  id: string;
  predictionId: string;
  status: 'settled' | 'unsettleable';
  reason: string | null;
  stream: string;
  model: string;
  horizonBars: number;
  asOf: number;
  targetTime: number;
  lastClose: Figure;
  mean: Figure;
  realised: Figure;
  absoluteError: Figure;
  directionRight: boolean | null;
  inside: boolean | null;
  coverage: Figure;
  brier: Figure;
  pnl: { gross: Figure; net: Figure; feeBps: number; slippageBps: number };
  abstained: string | null;
  late: boolean;
  source: { kind: 'live' | 'recorded' | 'simulated'; detail: string };
}

export interface Course {
  time: number[];
  direction: Figure[];
  coverage: Figure[];
  brier: Figure[];
  net: Figure[];
}

/** Running means and sums over settlements that count, by target, oldest first. */
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
