import { allHandlersFinished, condition, continueAsNew, uuid4, workflowInfo } from '@temporalio/workflow';
import { proposalRefusal, rollbackSubject } from '../domain/deployment/asks.js';
import { isUnderWay } from '../domain/deployment/record.js';
import { pauseOf } from '../domain/deployment/turns.js';
import { causeOf, trackProgress } from './progress.js';
import { isAsked, listen, type Asks, type RolloutState } from './rollout-asks.js';
import { decide, end, isWatched, look, open, OWN, rollBack, unlessCancelled } from './rollout-turns.js';
import { lasting as io } from './steps.js';

export interface ManageInput {
  /** The model's name: one story a name, `deployment/<name>`, whatever the source of its data. */
  name: string;
  /** Carried over when the story goes on as new. */
  carried?: RolloutState;
}

/** About ten events a turn: well below the 5,000 that a history may have. */
const TURNS_PER_RUN = 200;

/**
 * Owns how a model's name is served: takes a version from its evidence by the shadow, an approval and the canary to being the
 * champion, or back. The query `deployment` tells how it stands; the updates `propose`, `approve`, `reject` and `rollback`
 * are refused by their validators where they cannot be.
 */
export async function manageDeployment(input: ManageInput): Promise<void> {
  const state: RolloutState = input.carried ?? { record: null, since: Date.now(), keys: [], spent: [] };
  const asks = listen(input.name, state);
  const progress = trackProgress(['rollout'], { name: input.name });
  return progress.run('rollout', async () => {
    state.keys = await io.readApprovalKeys();
    if (!input.carried) await takeOver(state, input.name);
    asks.ready = true;
    for (let turn = 0; isAsked(asks) || goesOn(turn); turn++) {
      await seeTo(state, asks).catch((error: unknown) => end(state, error));
      progress.note('rollout', lineOf(state));
      await rest(state, asks);
    }
    await condition(allHandlersFinished);
    const now = Date.now();
    const spent = state.spent.filter(({ expiresAt }) => expiresAt > now);
    await continueAsNew<typeof manageDeployment>({ name: input.name, carried: { ...state, spent } });
  });
}

const goesOn = (turn: number): boolean => turn < TURNS_PER_RUN && !workflowInfo().continueAsNewSuggested;

/** A rollout that a story before this one left was ended from outside: nobody knows how far it was meant to go. */
async function takeOver(state: RolloutState, name: string): Promise<void> {
  state.record = await io.reopenDeployment({ name });
  if (!state.record || !isUnderWay(state.record)) return;
  await rollBack(state, { by: OWN, reasons: ['Against: its story was ended from outside.'] });
}

/** What was asked comes first, then what is due. */
async function seeTo(state: RolloutState, asks: Asks): Promise<void> {
  const wantsKeys = asks.looks > 0;
  asks.looks = 0;
  if (wantsKeys) state.keys = await io.readApprovalKeys();
  if (asks.rollbacks.length > 0) return takeBack(state, asks);
  const { decision } = asks;
  if (decision) {
    await decide(state, decision).finally(() => (asks.decision = null));
    return;
  }
  if (asks.proposals.length > 0) return begin(state, asks);
  const { record } = state;
  if (record && (isUnderWay(record) || isWatched(record))) await look(state);
}

async function takeBack(state: RolloutState, asks: Asks): Promise<void> {
  const [wanted] = asks.rollbacks;
  if (!wanted) return;
  try {
    const { by, reason } = wanted.ask;
    // It may have ended by itself since it was asked.
    const isThere = state.record !== null && rollbackSubject(state.record) !== null;
    if (isThere) await rollBack(state, { by, reasons: [`Against: ${by}: ${reason}`] });
    wanted.outcome =
      isThere && state.record
        ? { record: state.record }
        : { failure: 'It has ended before', kind: 'ConflictError' };
  } catch (error) {
    unlessCancelled(error);
    wanted.outcome = { failure: causeOf(error), kind: 'UnreachableError' };
  } finally {
    asks.rollbacks.shift();
  }
}

async function begin(state: RolloutState, asks: Asks): Promise<void> {
  const [wanted] = asks.proposals;
  if (!wanted) return;
  const { ask: proposal } = wanted;
  const refusal = proposalRefusal({ name: nameOf(), record: state.record }, proposal);
  try {
    if (refusal) {
      await io.refuseProposal({ proposal, reason: refusal.reason });
      wanted.outcome = { failure: refusal.reason, kind: refusal.kind };
      return;
    }
    await open(state, { proposal, rollout: `rol_${uuid4().replaceAll('-', '').slice(0, 24)}` });
    wanted.outcome = state.record ? { record: state.record } : null;
  } catch (error) {
    unlessCancelled(error);
    await io.refuseProposal({ proposal, reason: causeOf(error) });
    wanted.outcome = { failure: causeOf(error), kind: kindOf(error) };
  } finally {
    asks.proposals.shift();
  }
}

const nameOf = (): string => workflowInfo().workflowId.slice('deployment/'.length);

function kindOf(error: unknown): string {
  let root = error as Error & { type?: string };
  while (root.cause instanceof Error) root = root.cause;
  return root.type ?? 'UnreachableError';
}

/** Until somebody asks something, or it is time to look. */
async function rest(state: RolloutState, asks: Asks): Promise<void> {
  const { record } = state;
  if (isAsked(asks)) return;
  if (!record || !(isUnderWay(record) || isWatched(record))) return condition(() => isAsked(asks));
  if (record.stage === 'evidence') return;
  await condition(() => isAsked(asks), pauseOf(record, { since: state.since, now: Date.now() }));
}

function lineOf({ record }: RolloutState): string {
  if (!record) return 'nothing was proposed yet';
  const { stage, percent, candidate, champion } = record;
  const traffic = stage === 'canary' ? ` at ${percent} %` : '';
  return `${stage}${traffic}: ${candidate ?? champion ?? 'no version'}`;
}
