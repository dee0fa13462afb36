import { InvalidInputError } from '../errors.js';
import { auditPoints } from './points.js';
import {
  closeOf,
  FUTURES,
  knownAt,
  latestBars,
  perturbed,
  startingAt,
  truncated,
  type MarketData,
} from './data.js';
import { differencesOf, type Differences, type Finding } from './differences.js';
import type { Decisions, Subject } from './subject.js';

export type CheckName = 'truncate' | 'perturb' | 'delay' | 'warm-up';

export interface CheckResult {
  check: CheckName;
  /** `unsettled`: decisions depend on where the data begin although the warm-up is over; that is no leak. */
  verdict: 'pass' | 'leak' | 'unsettled' | 'skipped';
  /** How often the subject decided again. */
  points: number;
  differing: number;
  /** By how much values differ at most. */
  largestDifference: number;
  /** The earliest bar that differs. */
  first: Finding | null;
  /** One sentence. */
  text: string;
}

export interface AuditReport {
  subject: string;
  kind: Subject['kind'];
  bars: number;
  warmUp: number;
  leak: boolean;
  settled: boolean;
  checks: CheckResult[];
}

export interface AuditOptions {
  /** Instants at which the future is cut off or changed. */
  points?: number;
  /** Told between two decisions: they may take long. */
  onStep?: () => void;
}

const POINTS = 24;
const STARTS = 4;

/**
 * Looks for decisions that depend on what could not be known when they were made: the same subject decides again on data
 * without a future, with another one, and with what was known only; what it decided before must be the same.
 * @throws InvalidInputError where the data are too short for the subject's warm-up
 */
export async function auditLookahead(
  subject: Subject,
  data: MarketData,
  options: AuditOptions = {},
): Promise<AuditReport> {
  const bars = latestBars(data).time.length;
  const needed = subject.warmUp + subject.horizonBars + 10;
  if (bars < needed)
    throw new InvalidInputError(
      `${subject.name} cannot be audited on ${bars} bars: its warm-up is ${subject.warmUp}; take at least ${needed}`,
    );
  const run = await openRun(subject, data, options);
  const checks = [await truncate(run), await perturb(run), await delay(run), await warmUp(run)];
  return {
    subject: subject.name,
    kind: subject.kind,
    bars,
    warmUp: subject.warmUp,
    leak: checks.some(({ verdict }) => verdict === 'leak'),
    settled: checks.every(({ verdict }) => verdict !== 'unsettled'),
    checks,
  };
}

interface Run {
  subject: Subject;
  data: MarketData;
  whole: Decisions;
  /** Bars after which the future is cut off. */
  points: number[];
  again(data: MarketData): Promise<Decisions>;
}

async function openRun(subject: Subject, data: MarketData, options: AuditOptions): Promise<Run> {
  const again = async (changed: MarketData): Promise<Decisions> => {
    options.onStep?.();
    return subject.decide(changed);
  };
  const whole = await again(data);
  const points = auditPoints(subject, whole, options.points ?? POINTS);
  return { subject, data, whole, points, again };
}

const closeAt = ({ whole, data }: Run, bar: number): number => (whole.time[bar] ?? NaN) + data.timeframeMs;

async function truncate(run: Run): Promise<CheckResult> {
  const found: Differences[] = [];
  for (const bar of run.points) {
    const part = await run.again(truncated(run.data, closeAt(run, bar)));
    found.push(before(run, part, bar));
  }
  return resultOf('truncate', found, 'decides otherwise when the future is cut off');
}

async function perturb(run: Run): Promise<CheckResult> {
  const found: Differences[] = [];
  for (const [i, bar] of run.points.entries()) {
    const future = FUTURES[i % FUTURES.length] ?? 'rise';
    const part = await run.again(perturbed(run.data, closeAt(run, bar), future));
    found.push(before(run, part, bar));
  }
  return resultOf('perturb', found, 'decides otherwise when the future turns out otherwise');
}

const before = ({ subject, whole }: Run, part: Decisions, bar: number): Differences =>
  differencesOf({
    subject,
    whole,
    part,
    lastKept: bar,
    within: (each) => each <= bar - subject.horizonBars,
  });

/** Late bars and late news: at each point the subject decides on what was known at that close. */
async function delay(run: Run): Promise<CheckResult> {
  const late = latePoints(run);
  if (late.length === 0)
    return {
      ...resultOf('delay', [], ''),
      verdict: 'skipped',
      text: 'Nothing in these data became known late',
    };
  const found: Differences[] = [];
  const horizon = run.subject.horizonBars;
  for (const bar of late) {
    const part = await run.again(knownAt(run.data, closeAt(run, bar)));
    const within = (each: number): boolean => each === bar - horizon;
    found.push(differencesOf({ ...run, part, lastKept: bar, within }));
  }
  return resultOf('delay', found, 'decides by what became known later');
}

/** Bars at whose close something that had happened was not known yet; evenly picked. */
function latePoints({ data, whole, points, subject }: Run): number[] {
  const spans: { from: number; to: number }[] = [];
  data.bars.time.forEach((_, row) => {
    const [close, known] = [closeOf(data, row), data.bars.knownAt[row] ?? 0];
    if (known > close) spans.push({ from: close, to: known });
  });
  for (const { publishedAt, knownAt: known } of data.news)
    if (known > publishedAt) spans.push({ from: publishedAt, to: known });
  const found = new Set<number>();
  for (const { from, to } of spans) {
    // The late bar itself has no decision yet; the ones after it have.
    const bar = whole.time.findIndex((open) => open + data.timeframeMs > from);
    for (let each = Math.max(bar, subject.warmUp); bar >= 0 && each < whole.time.length; each++) {
      if ((whole.time[each] ?? 0) + data.timeframeMs >= to) break;
      found.add(each);
      if (found.size % 3 === 0) break;
    }
  }
  const all = [...found].sort((a, b) => a - b);
  const step = Math.max(1, all.length / points.length);
  return points.flatMap((_, i) => all[Math.floor(i * step)] ?? []);
}

/** Begins later: what is decided after the warm-up must not depend on where the data begin. */
async function warmUp(run: Run): Promise<CheckResult> {
  const { subject, data, whole } = run;
  const room = whole.time.length - subject.warmUp - 2;
  const found: Differences[] = [];
  let [needed, unequal] = [0, 0];
  for (let i = 1; i <= STARTS; i++) {
    const start = Math.floor((room * i) / (2 * STARTS)) + 1;
    const part = await run.again(startingAt(data, whole.time[start] ?? NaN));
    const settledAt = start + subject.warmUp;
    const within = (bar: number): boolean => bar >= settledAt;
    const differences = differencesOf({ ...run, part, lastKept: whole.time.length - 1, within });
    found.push(differences);
    if (differences.count > 0) needed = Math.max(needed, differences.lastBar - settledAt + 1);
    if (differences.lastBar >= whole.time.length - 1 - subject.horizonBars) unequal++;
  }
  return { ...resultOf('warm-up', found, ''), ...settling({ memory: subject.memory, needed, unequal }) };
}

function settling(args: {
  memory: Subject['memory'];
  needed: number;
  unequal: number;
}): Pick<CheckResult, 'verdict' | 'text'> {
  const { memory, needed, unequal } = args;
  if (needed === 0)
    return { verdict: 'pass', text: 'After the warm-up it does not matter where the data begin' };
  const how =
    unequal > 0 ? 'differ to the end' : `are equal only ${needed} ${needed === 1 ? 'bar' : 'bars'} later`;
  const text = `Decisions of data that begin later ${how}`;
  if (memory === 'window')
    return { verdict: 'unsettled', text: `${text}: the warm-up that is stated is too short` };
  if (memory === 'fading' && unequal > 0) return { verdict: 'unsettled', text };
  const why = memory === 'held' ? 'it depends on what was decided before' : 'its averages fade';
  return { verdict: 'pass', text: `${text}: ${why}` };
}

function resultOf(check: CheckName, found: Differences[], leaks: string): CheckResult {
  const firsts = found.flatMap(({ first }) => first ?? []);
  const first = firsts.reduce<Finding | null>((a, b) => (a && a.bar <= b.bar ? a : b), null);
  const differing = found.reduce((sum, { count }) => sum + count, 0);
  const ahead = firsts.reduce((most, { barsAhead }) => Math.max(most, barsAhead), 0);
  return {
    check,
    verdict: first ? 'leak' : 'pass',
    points: found.length,
    differing,
    largestDifference: found.reduce((most, { largest }) => Math.max(most, largest), 0),
    first: first && { ...first, barsAhead: ahead },
    text: first
      ? `At bar ${first.bar} it ${leaks}: ${first.column} ${first.decided ?? 'undefined'}, without ${first.without ?? 'undefined'}`
      : 'Every decision stays as it was',
  };
}
