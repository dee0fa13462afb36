import { pendingAfter, type PendingWindow } from './pending.js';
import { problemsAfter, type KeptProblems, type ProblemTally } from './problems.js';
import { rhythmOf, silencesOf, type Rhythm, type Silence } from './rhythm.js';

/** What is known of a source's collections, so that a restart knows it too. Stored in `sourceHealth` by source id. */
export interface SourceRecord {
  id: string;
  updatedAt: number;
  lastSuccessAt: number | null;
  lastFailureAt: number | null;
  /** Why the last one failed; kept after it has recovered. */
  lastFailure: string | null;
  failuresInARow: number;
  /** The last collections, oldest first; `key` tells one from its repetition. */
  collections: { key: string; at: number; ok: boolean }[];
  /** What the source said of its first page, with the window that was stored of it. */
  validators: KeptValidators | null;
  /** Up to here every window that a source can be asked for has been collected; null: never. */
  collectedTo: number | null;
  /** Silences that it has been asked for again. */
  asked: Silence[];
  /** Windows of more pages than one collection may read, oldest first; left out in records from before. */
  pending?: PendingWindow[];
  /** What was not as it should be in what the last collection read. */
  problems?: KeptProblems | null;
}

/** For a conditional GET: who has stored from `from` on needs nothing of a page that is as it was. */
export interface KeptValidators {
  etag: string | null;
  lastModified: string | null;
  from: number;
}

/** How a collection of one source ended. */
export interface Outcome {
  /** The same for a repeated attempt of the same collection. */
  key: string;
  at: number;
  failure: string | null;
  /** Window that was stored to its end; null where it failed. */
  window: Silence | null;
  validators: KeptValidators | null;
  /** The window that was asked for, whatever came of it. */
  asked?: Silence;
  /** Cursor to go on with in another collection. */
  rest?: string | null;
  /** The same for all windows of one run. */
  run?: string;
  /** Null where nothing was read: that as before, or a failure. */
  problems?: ProblemTally | null;
}

/** Kept collections: two days of one each quarter of an hour. */
const KEPT = 200;
const KEPT_ASKED = 50;
const MAX_REASON = 500;

/** Failures in a row after which a source counts as failing. */
export const FAILING_AFTER = 2;
/** Share of failed collections that is nothing to speak of. */
export const ALLOWED_FAILURES = 0.1;

export const emptyRecord = (id: string): SourceRecord => ({
  id,
  updatedAt: 0,
  lastSuccessAt: null,
  lastFailureAt: null,
  lastFailure: null,
  failuresInARow: 0,
  collections: [],
  validators: null,
  collectedTo: null,
  asked: [],
});

/** The record after a collection; the same outcome again changes nothing. */
export function recordOutcome(record: SourceRecord, outcome: Outcome): SourceRecord {
  if (record.collections.some(({ key }) => key === outcome.key)) return record;
  const { key, at, failure, window } = outcome;
  const collections = [...record.collections, { key, at, ok: failure === null }].slice(-KEPT);
  const after = {
    ...record,
    updatedAt: Math.max(at, record.updatedAt),
    collections,
    pending: pendingOf(record, outcome),
    problems: problemsAfter(record.problems ?? null, outcome),
  };
  if (failure !== null)
    return {
      ...after,
      lastFailureAt: at,
      lastFailure: failure.slice(0, MAX_REASON),
      failuresInARow: record.failuresInARow + 1,
    };
  const isBehind = window !== null && window.to <= (record.collectedTo ?? -Infinity);
  const asked = isBehind ? [...record.asked, window].slice(-KEPT_ASKED) : record.asked;
  return {
    ...after,
    lastSuccessAt: at,
    failuresInARow: 0,
    validators: outcome.validators ?? record.validators,
    collectedTo: reached(record.collectedTo, window),
    asked,
  };
}

function pendingOf(
  { pending = [] }: SourceRecord,
  { asked, rest = null, at, failure }: Outcome,
): PendingWindow[] {
  return asked ? pendingAfter(pending, { ...asked, at, rest, failure }) : pending;
}

/** A window that begins behind what was reached would leave a hole that nobody looks for. */
function reached(before: number | null, window: Silence | null): number | null {
  if (!window || (before !== null && window.from > before)) return before;
  return Math.max(before ?? -Infinity, window.to);
}

/** What is to be told of a change: it began to fail, or is well again. */
export function transitionOf(before: SourceRecord, after: SourceRecord): 'failed' | 'recovered' | null {
  const was = before.failuresInARow >= FAILING_AFTER;
  const is = after.failuresInARow >= FAILING_AFTER;
  return was === is ? null : is ? 'failed' : 'recovered';
}

export interface Freshness {
  newestPublishedAt: number | null;
  rhythm: Rhythm;
  /** Since when it is silent for longer than is usual; null: nothing unusual. */
  silentSince: number | null;
}

/** Whether a source is as fresh as it usually is. Quiet hours do not count as silence. */
export function freshnessOf(times: readonly number[], now: number): Freshness {
  const rhythm = rhythmOf(times);
  const newest = times.length === 0 ? null : times.reduce((a, b) => Math.max(a, b));
  const silent = newest === null ? [] : silencesOf(times, { from: newest, to: now }, rhythm);
  return {
    newestPublishedAt: newest,
    rhythm,
    silentSince: silent.some(({ to }) => to === now) ? newest : null,
  };
}

export interface ErrorBudget {
  collections: number;
  failed: number;
  /** Failed of all; null before the first collection. */
  share: number | null;
  allowed: number;
  spent: boolean;
}

/** Failed collections of the last day. */
export function errorBudgetOf({ collections }: SourceRecord, now: number): ErrorBudget {
  const recent = collections.filter(({ at }) => at > now - 86_400_000);
  const failed = recent.filter(({ ok }) => !ok).length;
  const share = recent.length === 0 ? null : failed / recent.length;
  return {
    collections: recent.length,
    failed,
    share,
    allowed: ALLOWED_FAILURES,
    spent: share !== null && share > ALLOWED_FAILURES,
  };
}

/** Items by UTC day of the last `days`, oldest first; days without one are 0. */
export function itemsPerDay(
  times: readonly number[],
  now: number,
  days = 14,
): { day: string; items: number }[] {
  const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);
  const counts = new Map<string, number>();
  for (const time of times) counts.set(dayOf(time), (counts.get(dayOf(time)) ?? 0) + 1);
  return Array.from({ length: days }, (_, i) => {
    const day = dayOf(now - (days - 1 - i) * 86_400_000);
    return { day, items: counts.get(day) ?? 0 };
  });
}

/** What is said first of a source. */
export function stateOfHealth(
  record: SourceRecord,
  { paused, silentSince, budgetSpent }: { paused: boolean; silentSince: number | null; budgetSpent: boolean },
): 'paused' | 'new' | 'healthy' | 'silent' | 'unreliable' | 'failing' {
  if (paused) return 'paused';
  if (record.collections.length === 0) return 'new';
  if (record.failuresInARow >= FAILING_AFTER) return 'failing';
  if (budgetSpent) return 'unreliable';
  return silentSince === null ? 'healthy' : 'silent';
}
