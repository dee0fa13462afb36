import {
  condition,
  continueAsNew,
  defineQuery,
  defineSignal,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { SettlementInput, SettlementPass } from '../activities/settlement.js';
import { PATIENCE } from '../domain/settlement/waiting.js';
import { trackProgress } from './progress.js';
import { settling } from './steps.js';

export interface SettlementReport {
  stream: string;
  horizonBars: number;
  settled: number;
  unsettleable: number;
  /** Records that took another's place. */
  revised: number;
}

export interface SettlementState extends Omit<SettlementReport, 'stream' | 'horizonBars'> {
  open: number;
  /** When the next prediction is looked at, epoch ms. */
  nextAt: number | null;
}

interface Targets {
  from: number;
  to: number;
}

/** What a continued run knows of the one before; nobody else sets it. */
interface Resumed {
  counts: Pick<SettlementReport, 'settled' | 'unsettleable' | 'revised'>;
  /** Targets whose bars have changed. */
  review: Targets | null;
  /** Settlements of live streams are reviewed until then; null: nothing to review. */
  reviewUntil: number | null;
  reviewedAt: number;
}

/** A prediction of the group was made: the documents say which. */
export const openedSignal = defineSignal('opened');
/** Bars with targets in the stretch came late or were corrected. */
export const reviewSignal = defineSignal<[Targets]>('review');
export const settlementQuery = defineQuery<SettlementState>('settlement');

/** Where the server does not say that a history is long. */
const PASSES_OF_A_RUN = 250;
const LEAST_WAIT_MS = 1000;
/** What was never told of is found at the latest then. */
const LONGEST_WAIT_MS = 86_400_000;

/**
 * Settles a stream's predictions of one horizon: waits until the next is due, settles what is, and goes on for as long as
 * one is open or a settlement of a live stream may still be corrected. What is open stands in the documents, so a run that
 * goes on as new, or is started again, begins by looking there.
 */
export async function settlePredictions(
  input: SettlementInput & { resumed?: Resumed },
): Promise<SettlementReport> {
  const { resumed, ...asked } = input;
  const progress = trackProgress(['settle'], asked);
  const state: Resumed = resumed ?? {
    counts: { settled: 0, unsettleable: 0, revised: 0 },
    review: null,
    reviewUntil: null,
    reviewedAt: Date.now(),
  };
  let woken = false;
  let latest: SettlementPass | null = null;
  setHandler(openedSignal, () => void (woken = true));
  setHandler(reviewSignal, (targets) => {
    state.review = joined(state.review, targets);
    woken = true;
  });
  setHandler(settlementQuery, () => ({
    ...state.counts,
    open: latest?.open ?? 0,
    nextAt: latest?.nextAt ?? null,
  }));

  await progress.run(
    'settle',
    async () => {
      if (!resumed) await settling.adoptPredictions(asked);
      for (let passes = 1; ; passes++) {
        woken = false;
        latest = await settling.settleDue({ ...asked, now: Date.now() });
        state.counts.settled += latest.settled;
        state.counts.unsettleable += latest.unsettleable;
        if (latest.settled > 0 && isLive(asked)) state.reviewUntil = Date.now() + PATIENCE.review;
        await review(asked, state);
        progress.note('settle', noteOf(state, latest));
        const nextAt = earliest(latest.nextAt, nextReview(state));
        if (nextAt === null && !woken) return;
        if (workflowInfo().continueAsNewSuggested || passes >= PASSES_OF_A_RUN)
          await continueAsNew<typeof settlePredictions>({ ...asked, resumed: state });
        if (latest.more || woken || nextAt === null) continue;
        const wait = Math.min(LONGEST_WAIT_MS, Math.max(LEAST_WAIT_MS, nextAt - Date.now()));
        await condition(() => woken, wait);
      }
    },
    () => noteOf(state, latest),
  );
  return { stream: asked.stream, horizonBars: asked.horizonBars, ...state.counts };
}

/** Holds settlements against bars that have changed, and once a day those of live streams against all. */
async function review(asked: SettlementInput, state: Resumed): Promise<void> {
  const now = Date.now();
  if (state.reviewUntil !== null && now >= state.reviewedAt + PATIENCE.reviewEvery) {
    state.review = joined(state.review, { from: now - PATIENCE.review, to: now });
    state.reviewedAt = now;
    if (now >= state.reviewUntil) state.reviewUntil = null;
  }
  const targets = state.review;
  if (!targets) return;
  state.review = null;
  const { revised } = await settling.reviewSettlements({ ...asked, now, ...targets });
  state.counts.revised += revised;
}

const nextReview = ({ review: targets, reviewUntil, reviewedAt }: Resumed): number | null =>
  targets ? 0 : reviewUntil === null ? null : reviewedAt + PATIENCE.reviewEvery;

const isLive = ({ source }: SettlementInput): boolean =>
  (typeof source === 'string' ? source : source.kind) === 'live';

const joined = (a: Targets | null, b: Targets): Targets =>
  a ? { from: Math.min(a.from, b.from), to: Math.max(a.to, b.to) } : b;

const earliest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);

const noteOf = ({ counts }: Resumed, pass: SettlementPass | null): string =>
  `${counts.settled} settled, ${counts.unsettleable} unsettleable, ${counts.revised} revised, ${pass?.open ?? 0} open`;
