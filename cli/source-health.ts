import type { z } from 'zod';
import type { sourceHealth } from '../api/source-schemas.js';
import { printTable, say } from './output.js';

type Health = z.output<typeof sourceHealth>;
type Problems = Omit<NonNullable<Health['problems']>, 'at'>;

/** How a source is: a row, and a line for each thing that is wrong. */
export function sayHealth(health: Health): void {
  const { state, lastFailure, lastSuccessAt, freshness, errorBudget, breaker, itemsPerDay } = health;
  printTable([
    {
      state,
      lastSuccess: lastSuccessAt === null ? null : timeOf(lastSuccessAt),
      newest: freshness.newestPublishedAt === null ? null : timeOf(freshness.newestPublishedAt),
      usualMinutes: freshness.medianMs === null ? null : Math.round(freshness.medianMs / 60_000),
      failed: `${errorBudget.failed} of ${errorBudget.collections}`,
      breaker: breaker.state,
      today: itemsPerDay.at(-1)?.items,
      problems: health.problems?.total ?? 0,
    },
  ]);
  if (lastFailure) say(`last failure: ${lastFailure}`);
  for (const { from, to, parts } of health.pending)
    say(`goes on with ${timeOf(from)} to ${timeOf(to)}, of which ${parts} collections have read a part`);
  if (health.problems) sayProblems(health.problems);
}

/** How many problems of which kinds, and the last of them. */
export function sayProblems({ total, byKind, last }: Problems): void {
  if (total === 0) return;
  const kinds = Object.entries(byKind).map(([what, count]) => `${count} ${what}`);
  say(`${total} problems in what it gave last: ${kinds.join(', ')}`);
  for (const { what, detail, item } of last) say(`  ${what}: ${detail}${item ? ` (${item})` : ''}`);
}

const timeOf = (at: number): string => new Date(at).toISOString();
