import { describe, expect, it } from 'vitest';
import {
  isReadToItsEnd,
  MOST_PARTS,
  MOST_PENDING,
  pendingAfter,
  pendingFault,
  type PendingWindow,
} from '../../domain/news/pending.js';
import { NO_PROBLEMS, problemsAfter, withProblems } from '../../domain/news/problems.js';
import { emptyRecord, recordOutcome, type Outcome } from '../../domain/news/source-health.js';
import { windowsToCollect } from '../../domain/news/windows.js';

const DAY = 86_400_000;
const NOW = Date.UTC(2024, 0, 31);
const window = { from: NOW - DAY, to: NOW };
const part = (rest: string | null, failure: string | null = null) => ({ ...window, at: NOW, rest, failure });
const after = (...parts: ReturnType<typeof part>[]): PendingWindow[] =>
  parts.reduce<PendingWindow[]>((held, each) => pendingAfter(held, each), []);

describe('a window of more pages than one collection may read', () => {
  it('is kept with its cursor until it ends', () => {
    expect(after(part('a'))).toEqual([{ ...window, cursor: 'a', parts: 1, failures: 0, since: NOW }]);
    expect(after(part('a'), part('b'))).toMatchObject([{ cursor: 'b', parts: 2 }]);
    expect(after(part('a'), part('b'), part(null))).toEqual([]);
  });

  it('is begun anew after some failures, and given up after more', () => {
    const no = part(null, 'no');
    expect(after(part('a'), no, no)).toMatchObject([{ cursor: 'a', failures: 2 }]);
    expect(after(part('a'), no, no, no)).toMatchObject([{ cursor: null, failures: 3 }]);
    expect(after(part('a'), no, no, no, part('b'))).toMatchObject([{ cursor: 'b', failures: 0 }]);
    expect(after(part('a'), no, no, no, no, no, no)).toEqual([]);
  });

  it('leaves others alone, and is not made by a failure', () => {
    const other = { from: 1, to: 2, at: NOW, rest: 'x', failure: null };
    const held = pendingAfter(after(part('a')), other);
    expect(pendingAfter(held, part(null)).map(({ cursor }) => cursor)).toEqual(['x']);
    expect(after(part(null, 'no'))).toEqual([]);
  });

  it('has a bound in parts and in windows, which says what to do', () => {
    const held = after(...Array.from({ length: MOST_PARTS - 1 }, (_, n) => part(`c${n}`)));
    expect(pendingFault(held, window)).toContain(`not ended after ${MOST_PARTS} collections`);
    expect(pendingAfter(held, part(null, 'no'))).toEqual([]);
    const many = Array.from({ length: MOST_PENDING }, (_, n) => ({
      ...{ from: n, to: n + 1, cursor: 'a', parts: 1 },
      ...{ failures: 0, since: n },
    }));
    expect(pendingFault(many, window)).toContain('raise maxPages, or collect it more often');
    expect(pendingFault(many, { from: 3, to: 4 })).toBeNull();
    expect(pendingFault([], window)).toBeNull();
  });

  it('counts as reached, and is asked for beside what is new', () => {
    const outcome: Outcome = {
      ...{ key: 'a', at: NOW, failure: null, validators: null },
      ...{ window, asked: window, rest: 'next' },
    };
    const record = recordOutcome(emptyRecord('a'), outcome);
    expect(record).toMatchObject({ collectedTo: NOW, pending: [{ ...window, cursor: 'next' }] });
    const later = NOW + DAY;
    expect(windowsToCollect(record, [], later)).toEqual([{ from: NOW - 3_600_000, to: later }, window]);
  });

  it.each([
    [{ first: 9, last: 3 }, 4, true],
    [{ first: 9, last: 4 }, 4, false],
    [{ first: 3, last: 9 }, 20, false],
    [{ first: 3, last: 3 }, 20, false],
    [{ first: null, last: 3 }, 20, false],
    [{ first: 9, last: null }, 20, false],
  ])('is at its end only where pages go back beyond it: %j %i', (pages, oldest, end) => {
    expect(isReadToItsEnd(pages, oldest)).toBe(end);
  });
});

describe('problems of a collection', () => {
  const bad = (n: number) =>
    Array.from({ length: n }, (_, i) => ({ what: 'bad-date', detail: `no ${i}`, item: `Item ${i}` }));

  it('are all counted, and the last of them kept', () => {
    const rest = { what: 'bad-date', detail: '30 more of this kind', count: 30 };
    const tally = withProblems(withProblems(NO_PROBLEMS, [...bad(20), rest]), [{ what: 'cut', detail: 'x' }]);
    expect(tally).toMatchObject({ total: 51, byKind: { 'bad-date': 50, cut: 1 } });
    expect(tally.last).toHaveLength(10);
    expect(tally.last.at(-1)).toEqual({ what: 'cut', detail: 'x' });
    expect(tally.last.at(-2)).toEqual({ what: 'bad-date', detail: 'no 19', item: 'Item 19' });
  });

  it('stay small, whatever an adapter calls them', () => {
    const wild = Array.from({ length: 5000 }, (_, n) => ({
      ...{ what: `kind ${n} ${'w'.repeat(200)}`, detail: 'd'.repeat(9000), item: 'i'.repeat(9000) },
    }));
    const tally = withProblems(NO_PROBLEMS, wild);
    expect(tally.total).toBe(5000);
    expect(Object.values(tally.byKind).reduce((sum, n) => sum + n, 0)).toBe(5000);
    expect(JSON.stringify(tally).length).toBeLessThan(8000);
  });

  it('are those of all windows of the last run that read something', () => {
    const one = withProblems(NO_PROBLEMS, bad(1));
    const first = problemsAfter(null, { problems: one, run: 'r1', at: 1 });
    expect(problemsAfter(first, { problems: one, run: 'r1', at: 2 })).toMatchObject({ total: 2, at: 2 });
    expect(problemsAfter(first, { problems: NO_PROBLEMS, run: 'r2', at: 2 })).toMatchObject({ total: 0 });
    expect(problemsAfter(first, { problems: null, run: 'r2', at: 2 })).toBe(first);
  });
});
