import type { Schemas, Source } from './api';
import { sourceText } from './streams';

type Backtest = Schemas['Backtest'];
type Detail = Schemas['BacktestDetail'];

/** What can be compared: one stream, one source, one window; strategies whose own window covers it. */
export interface Group {
  id: string;
  stream: string;
  source: Source;
  from: number;
  to: number;
  /** All that cover the window, newest first. */
  covering: Backtest[];
  /** Of each strategy the newest. */
  backtests: Backtest[];
}

/** Newest first as the API lists them; of equal strategies in a group the newest. */
export function groupsOf(backtests: Backtest[]): Group[] {
  const groups = new Map<string, Group>();
  for (const { stream, source, spec } of backtests) {
    const { from, to } = spec;
    const id = `${stream}/${from}-${to}/${encodeURIComponent(sourceText(source))}`;
    if (groups.has(id)) continue;
    const covering = backtests.filter(
      (each) =>
        each.stream === stream &&
        sourceText(each.source) === sourceText(source) &&
        each.spec.from <= from &&
        each.spec.to >= to,
    );
    groups.set(id, { id, stream, source, from, to, covering, backtests: newestOfEach(covering) });
  }
  // The long windows come first: a held-out window is the second look.
  return [...groups.values()].toSorted((a, b) => b.to - b.from - (a.to - a.from) || (a.id < b.id ? -1 : 1));
}

function newestOfEach(backtests: Backtest[]): Backtest[] {
  const found = new Map<string, Backtest>();
  for (const each of backtests) if (!found.has(each.strategy)) found.set(each.strategy, each);
  return [...found.values()].toSorted((a, b) => (a.strategy < b.strategy ? -1 : 1));
}

interface Curves {
  time: number[];
  curves: { label: string; values: (number | null)[] }[];
}

/** Growth of 100 from `from` on; curves of other clocks are null between their own points. */
export function rebased(details: Detail[], from: number): Curves {
  const time = [...new Set(details.flatMap((each) => each.time.filter((at) => at >= from)))].toSorted(
    (a, b) => a - b,
  );
  const curves = details.map(({ strategy, time: own, equity }) => {
    const start = equity[own.findIndex((at) => at >= from)] ?? null;
    const byTime = new Map(own.map((at, i) => [at, equity[i] ?? null]));
    const values = time.map((at) => {
      const value = byTime.get(at) ?? null;
      return value === null || !start ? null : (100 * value) / start;
    });
    return { label: strategy, values };
  });
  return { time, curves };
}
