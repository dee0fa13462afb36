/** What a source's answer did not say as it should; what could be read of it was taken all the same. */
export interface NewsProblem {
  /** Such as `bad-date`, `no-address`, `unclosed`. */
  what: string;
  detail: string;
  /** Title or address of the item, or its place in the answer, where it is about one. */
  item?: string;
  /** How many of this kind it stands for, where it is not one. */
  count?: number;
}

/** Problems of one collection: all of them counted, the last of them kept. */
export interface ProblemTally {
  total: number;
  byKind: Record<string, number>;
  /** The last few, oldest first. */
  last: Omit<NewsProblem, 'count'>[];
}

const MOST_KEPT = 10;
/** Kinds come from parsers, which have a few dozen, and from adapters of users. */
const MOST_KINDS = 50;
const OTHER = 'other';
const LONGEST = { what: 40, detail: 200, item: 120 };

export const NO_PROBLEMS: ProblemTally = { total: 0, byKind: {}, last: [] };

/** The tally with more problems in it. */
export function withProblems(tally: ProblemTally, problems: readonly NewsProblem[]): ProblemTally {
  const byKind = new Map(Object.entries(tally.byKind));
  for (const { what, count = 1 } of problems) add(byKind, what.slice(0, LONGEST.what), count);
  const told = problems.filter(({ count }) => count === undefined).slice(-MOST_KEPT);
  return {
    total: tally.total + problems.reduce((sum, { count = 1 }) => sum + count, 0),
    byKind: Object.fromEntries(byKind),
    last: [...tally.last, ...told.map(cut)].slice(-MOST_KEPT),
  };
}

/** Of the last collection that read something; `run` tells its windows from those of the next. */
export type KeptProblems = ProblemTally & { run: string; at: number };

/** What is kept after one more window: those of one run are counted together, and where nothing was read nothing changes. */
export function problemsAfter(
  before: KeptProblems | null,
  {
    problems = null,
    run = '',
    at,
  }: { problems?: ProblemTally | null | undefined; run?: string | undefined; at: number },
): KeptProblems | null {
  if (problems === null) return before;
  return { ...(before?.run === run ? joinTallies(before, problems) : problems), run, at };
}

/** Two parts of one collection as one. */
function joinTallies(a: ProblemTally, b: ProblemTally): ProblemTally {
  const byKind = new Map(Object.entries(a.byKind));
  for (const [what, count] of Object.entries(b.byKind)) add(byKind, what, count);
  return {
    total: a.total + b.total,
    byKind: Object.fromEntries(byKind),
    last: [...a.last, ...b.last].slice(-MOST_KEPT),
  };
}

function add(byKind: Map<string, number>, what: string, count: number): void {
  const kind = byKind.has(what) || byKind.size < MOST_KINDS ? what : OTHER;
  byKind.set(kind, (byKind.get(kind) ?? 0) + count);
}

const cut = ({ what, detail, item }: NewsProblem): Omit<NewsProblem, 'count'> => ({
  what: what.slice(0, LONGEST.what),
  detail: detail.slice(0, LONGEST.detail),
  ...(item === undefined ? {} : { item: item.slice(0, LONGEST.item) }),
});
