import { PARTS } from '../../dataset/samples.js';
import type { FeatureMatrix } from '../../features.js';
import type { LeakCheck } from './verdict.js';

/** Rows of one stream in the table that a model was trained on. */
export interface StoredTable {
  time: ArrayLike<number>;
  split: ArrayLike<number>;
  features: { name: string; values: ArrayLike<number> }[];
}

/** What was trained on must be, bit for bit, what the feature code gives for these bars: nothing came in besides. */
export function storedColumns({
  stored,
  whole,
}: {
  stored: StoredTable | null;
  whole: FeatureMatrix;
}): LeakCheck {
  const check = 'stored-columns';
  const bound = 0;
  if (!stored)
    return { check, verdict: 'skipped', text: 'The table is no longer stored', figure: null, bound };
  const foreign = stored.features.filter(({ name }) => !whole.names.includes(name)).map(({ name }) => name);
  if (foreign.length > 0)
    return {
      check,
      verdict: 'leak',
      text: `The table has columns that are no feature: ${foreign.join(', ')}`,
      figure: foreign.length,
      bound,
    };
  const rows = new Map<number, number>();
  whole.time.forEach((time, row) => rows.set(time, row));
  let [differing, first] = [0, ''];
  for (const { name, values } of stored.features) {
    const column = whole.columns[whole.names.indexOf(name)] ?? new Float32Array();
    for (let i = 0; i < stored.time.length; i++) {
      const row = rows.get(stored.time[i] ?? NaN) ?? -1;
      const [kept = NaN, made = NaN] = [values[i], column[row]];
      if (kept === made || (Number.isNaN(kept) && Number.isNaN(made))) continue;
      differing++;
      first ||= `${name} at ${new Date(stored.time[i] ?? NaN).toISOString()} is ${kept}, computed again ${made}`;
    }
  }
  const text =
    differing > 0
      ? `${differing} stored values are not those of the feature code: ${first}`
      : `All ${stored.features.length} columns are those of the feature code`;
  return { check, verdict: differing > 0 ? 'leak' : 'pass', text, figure: differing, bound };
}

/** No outcome of training may lie in validation or test, and none of validation in test. */
export function partsApart(args: {
  stored: StoredTable | null;
  horizons: number[];
  timeframeMs: number;
}): LeakCheck {
  const check = 'parts-apart';
  const { stored } = args;
  if (!stored)
    return { check, verdict: 'skipped', text: 'The table is no longer stored', figure: null, bound: null };
  const reach = Math.max(...args.horizons) * args.timeframeMs;
  const ends = new Map<number, { first: number; last: number }>();
  for (let i = 0; i < stored.time.length; i++) {
    const part = stored.split[i] ?? PARTS.none;
    const time = stored.time[i] ?? NaN;
    const known = ends.get(part);
    if (!known) ends.set(part, { first: time, last: time });
    else ends.set(part, { first: Math.min(known.first, time), last: Math.max(known.last, time) });
  }
  const order = [PARTS.train, PARTS.validation, PARTS.test].flatMap((part) => ends.get(part) ?? []);
  const faults = order.slice(1).filter(({ first }, i) => (order[i]?.last ?? NaN) + reach > first);
  const gaps = order
    .slice(1)
    .map(({ first }, i) => (first - (order[i]?.last ?? NaN) - reach) / args.timeframeMs);
  const least = gaps.length > 0 ? Math.min(...gaps) : null;
  return {
    check,
    verdict: faults.length > 0 ? 'leak' : 'pass',
    text:
      faults.length > 0
        ? `Outcomes of one part reach into the next by ${-(least ?? 0)} bars`
        : `Between the last outcome of a part and the next part lie at least ${least ?? 0} bars`,
    figure: least,
    bound: 0,
  };
}
