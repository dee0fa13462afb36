import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  defineUpdate,
  isCancellation,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { CoverageInput } from '../activities/coverage.js';
import type { FillChunk } from '../activities/healing.js';
import type { CoverageReport, HealReport } from '../domain/coverage.js';
import { FINAL_ERRORS } from '../domain/errors.js';
import { runChild } from './children.js';
import { trackProgress } from './progress.js';
import { io } from './steps.js';

/** Draws or widens a stream's contract and holds it against what is stored. */
export async function measureBars(input: CoverageInput): Promise<CoverageReport> {
  const progress = trackProgress(['measure'], input);
  return progress.run('measure', () => io.measureStream(input), countText);
}

export interface HealInput extends CoverageInput {
  /** Also asks again for what is quarantined or was proved to be closed: venues fill holes late. */
  recheck?: boolean;
}

/** Brings back what a stream's contract misses; what the venue does not have is proved to be exchange-closed. */
export async function healBars(input: HealInput): Promise<HealReport> {
  const { recheck = false, ...measure } = input;
  const progress = trackProgress(['measure', 'backfill', 'settle'], input);
  const found = await progress.run('measure', () => io.measureStream(measure), countText);
  const { stream, source } = found;
  await progress.run('backfill', async () => {
    const owing = found.missing + (recheck ? found.quarantined + found.exchangeClosed : 0) > 0;
    let at: Pick<FillChunk, 'next' | 'open'> = { next: owing ? found.from : null, open: null };
    while (at.next !== null) {
      const { next: cursor, open } = at;
      at = await io.fillHoles({ stream, source, cursor, open, recheck });
      progress.note('backfill', at.next === null ? '' : new Date(at.next).toISOString());
    }
  });
  const heal = workflowInfo().firstExecutionRunId;
  return progress.run('settle', () => io.settleHeal({ stream, source, heal }), countText);
}

export interface BreakInput extends Pick<CoverageInput, 'stream' | 'source'> {
  drop: number;
  seed?: string;
}

export interface BreakReport extends CoverageReport {
  dropped: number;
}

/** A drill: loses bars of a stream on purpose, so that it can be seen to be noticed and healed. */
export async function breakBars(input: BreakInput): Promise<BreakReport> {
  const { drop, seed = '1', ...measure } = input;
  const progress = trackProgress(['measure', 'drop', 'measure again'], input);
  // The contract is drawn before, so that bars lost at either end are owed, too.
  const { stream, source } = await progress.run('measure', () => io.measureStream(measure), countText);
  const { principal = 'local', tenant = 'default' } = workflowInfo().memo as Record<string, string>;
  const { dropped } = await progress.run('drop', async () =>
    io.dropBars({ ...(await io.planDrill({ stream, source, drop, seed })), principal, tenant }),
  );
  const report = await progress.run('measure again', () => io.measureStream({ stream, source }), countText);
  return { ...report, dropped };
}

const countText = ({ present, missing, exchangeClosed }: CoverageReport): string =>
  `${present} present, ${missing} missing, ${exchangeClosed} exchange-closed`;

export interface MaintainInput extends HealInput {
  /** Between two looks, ms; left out: five minutes. */
  everyMs?: number;
  /** Carried over when the story goes on as new. */
  latest?: HealReport | null;
}

export const coverageQuery = defineQuery<HealReport | null>('coverage');
export const healSignal = defineSignal('heal');
export const healUpdate = defineUpdate<HealReport>('heal');

const EVERY_MS = 300_000;
/** About ten events a look: well below the 5,000 that a history may have. */
const LOOKS_PER_RUN = 200;

/**
 * Owns a stream's contract for as long as it is wanted: looks again and again, and heals what it finds. The query
 * `coverage` tells the last finding; the signal `heal` asks for a look now, the update `heal` waits for its result.
 */
export async function maintainCoverage(input: MaintainInput): Promise<void> {
  const { everyMs = EVERY_MS, latest: carried = null, ...heal } = input;
  const progress = trackProgress(['watch'], input);
  const state = { latest: carried, problem: '', asked: 0, answered: 0 };
  setHandler(coverageQuery, () => state.latest);
  setHandler(healSignal, () => void state.asked++);
  setHandler(healUpdate, async () => {
    const mine = ++state.asked;
    await condition(() => state.answered >= mine);
    if (state.latest && !state.problem) return state.latest;
    throw ApplicationFailure.nonRetryable(state.problem || 'no look has come to an end', 'UnreachableError');
  });

  return progress.run('watch', async () => {
    for (let look = 0; state.asked > state.answered || goesOn(look); look++) {
      const asked = state.asked;
      try {
        state.latest = await lookAndHeal(heal);
        state.problem = '';
      } catch (error) {
        // An outage of the venue ends nothing; a stream that cannot be is not looked at again.
        if (isCancellation(error) || (!state.latest && isFinal(error))) throw error;
        state.problem = rootOf(error).message;
      }
      state.answered = asked;
      progress.note('watch', state.problem || (state.latest ? countText(state.latest) : ''));
      await condition(() => state.asked > state.answered, everyMs);
    }
    await condition(allHandlersFinished);
    await continueAsNew<typeof maintainCoverage>({ ...input, latest: state.latest });
  });
}

const goesOn = (look: number): boolean => look < LOOKS_PER_RUN && !workflowInfo().continueAsNewSuggested;

const lookAndHeal = (input: HealInput): Promise<HealReport> =>
  runChild(healBars, 'healBars', { follow: true, ...input });

function rootOf(error: unknown): Error & { type?: string } {
  let root = error as Error;
  while (root.cause instanceof Error) root = root.cause;
  return root;
}

const isFinal = (error: unknown): boolean => FINAL_ERRORS.some((name) => name === rootOf(error).type);
