import type { FeatureMatrix } from '../../features.js';
import { at } from '../../indicators/averages.js';
import { asKnown, shuffledFuture } from '../../lookahead/data.js';
import { seededRandom } from '../../random.js';
import type { LeakAuditArgs } from '../leak-audit.js';
import type { LeakCheck } from './verdict.js';

type Audited = Pick<LeakAuditArgs, 'data' | 'features' | 'lookBack' | 'seed' | 'onStep' | 'timeframeMs'> & {
  whole: FeatureMatrix;
};

/** Instants at which the future is changed, or the data are cut. */
const POINTS = 8;

/**
 * The features of all rows up to an instant must be the same bits whatever comes after it: the bars behind it are put in
 * another order and moved. Finds centred averages, scaling by the whole history, targets shifted into features, future
 * volume, and whatever else reads ahead.
 */
export function futureShuffled(args: Audited): Promise<LeakCheck> {
  return compared(args, {
    check: 'future-shuffled',
    again: (row) => args.features(shuffledFuture(args.data, closeAt(args, row), args.seed)),
    from: () => 0,
    how: 'when what comes later is another future',
  });
}

/**
 * The window that a model sees at an instant must be the same bits when it is computed from what was known then: later
 * bars are cut off, a bar that was corrected later is read as it stood.
 */
export function recomputedLate(args: Audited): Promise<LeakCheck> {
  return compared(args, {
    check: 'recomputed-late',
    again: (row) => args.features(asKnown(args.data, closeAt(args, row))),
    from: (row) => Math.max(0, row - args.lookBack + 1),
    how: 'when it is computed from what was known at its close',
  });
}

const closeAt = ({ whole }: Audited, row: number): number => at(whole.time, row);

async function compared(
  args: Audited,
  on: {
    check: LeakCheck['check'];
    again(row: number): FeatureMatrix;
    /** First row that is compared. */
    from(row: number): number;
    how: string;
  },
): Promise<LeakCheck> {
  const points = pointsOf(args);
  if (points.length === 0)
    return { check: on.check, verdict: 'skipped', text: 'No row has all features', figure: null, bound: 0 };
  let differing = 0;
  let first: { name: string; time: number } | null = null;
  for (const row of points) {
    await args.onStep?.();
    const part = on.again(row);
    for (const { name, row: each } of differences(args.whole, part, { from: on.from(row), to: row })) {
      differing++;
      const time = at(args.whole.time, each);
      if (!first || time < first.time) first = { name, time };
    }
  }
  const text = first
    ? `${first.name} at ${new Date(first.time).toISOString()} is another value ${on.how} (${differing} values at ${points.length} instants)`
    : `All values are the same bits at ${points.length} instants ${on.how}`;
  return { check: on.check, verdict: first ? 'leak' : 'pass', text, figure: differing, bound: 0 };
}

/** Rows spread over those that have all features, one at random in each stretch. */
function pointsOf({ whole, lookBack, seed }: Audited): number[] {
  const rows = whole.time.length;
  let first = 0;
  while (first < rows && !whole.columns.every((column) => Number.isFinite(column[first]))) first++;
  const from = first + lookBack - 1;
  const room = rows - 1 - from;
  if (room < POINTS) return [];
  const random = seededRandom(`leak audit ${seed}`);
  return Array.from({ length: POINTS }, (_, i) => from + Math.floor(((i + random()) / POINTS) * room));
}

/** Columns and rows at which a part has another value than the whole; a row that the part lacks is another value. */
function differences(
  whole: FeatureMatrix,
  part: FeatureMatrix,
  { from, to }: { from: number; to: number },
): { name: string; row: number }[] {
  const rows = new Map<number, number>();
  part.time.forEach((time, row) => rows.set(time, row));
  const pairs: [string, ArrayLike<number>, ArrayLike<number>][] = [
    ['close', whole.close, part.close],
    ['volatility', whole.volatility, part.volatility],
    ...whole.columns.map((column, i): [string, ArrayLike<number>, ArrayLike<number>] => [
      whole.names[i] ?? String(i),
      column,
      part.columns[i] ?? [],
    ]),
  ];
  const found: { name: string; row: number }[] = [];
  for (let row = from; row <= to; row++) {
    const other = rows.get(at(whole.time, row)) ?? -1;
    for (const [name, before, after] of pairs) {
      const [a = NaN, b = NaN] = [before[row], after[other]];
      const isMissing = other < 0 && !Number.isNaN(a);
      if (isMissing || !(a === b || (Number.isNaN(a) && Number.isNaN(b)))) found.push({ name, row });
    }
  }
  return found;
}
