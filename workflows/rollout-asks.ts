import {
  ApplicationFailure,
  condition,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { Proposal } from '../activities/deployment/rollout.js';
import {
  isRefusal,
  type ApprovalClaims,
  type PublicKey,
  type Refusal,
} from '../domain/deployment/approval.js';
import {
  proposalRefusal,
  readDecision,
  readRollback,
  type DecisionAsk,
  type Known,
  type RollbackAsk,
} from '../domain/deployment/asks.js';
import type { Deployment } from '../domain/deployment/record.js';

/** What the story carries from run to run. */
export interface RolloutState {
  record: Deployment | null;
  /** When the present stage or step began, epoch ms. */
  since: number;
  keys: PublicKey[];
  /** Of codes that were taken, as long as they could be taken again. */
  spent: { nonce: string; expiresAt: number }[];
}

/** From the bare `temporal` command nobody is named. */
type Proposed = Omit<Proposal, 'by'> & { by?: string };

/** Something that was asked and waits for what comes of it. */
interface Ask<T> {
  ask: T;
  outcome: { record: Deployment } | { failure: string; kind: string } | null;
}

export interface Asks {
  /** False until keys and record are known: what needs them is refused till then. */
  ready: boolean;
  proposals: Ask<Proposal>[];
  rollbacks: Ask<{ by: string; reason: string }>[];
  decision: { approves: boolean; by: string; comment: string } | null;
  /** Asks to look now. */
  looks: number;
}

export interface Decided {
  deployment: string;
  candidate: string;
  decision: 'approved' | 'rejected';
  by: string;
}

export const deploymentQuery = defineQuery<Deployment | null>('deployment');
export const proposeUpdate = defineUpdate<Deployment, [Proposed]>('propose');
export const approveUpdate = defineUpdate<Decided, [DecisionAsk]>('approve');
export const rejectUpdate = defineUpdate<Decided, [DecisionAsk]>('reject');
export const rollbackUpdate = defineUpdate<Deployment, [RollbackAsk]>('rollback');
/** As the update, for whoever does not wait for the answer. */
export const proposeSignal = defineSignal<[Proposed]>('proposal');
export const lookSignal = defineSignal('look');

/** Sets the handlers; what their validators refuse leaves no trace in the history. */
export function listen(name: string, state: RolloutState): Asks {
  const asks: Asks = { ready: false, proposals: [], rollbacks: [], decision: null, looks: 0 };
  const known = (): Known => {
    if (!asks.ready)
      throw failure({
        kind: 'NotYetError',
        reason: `deployment/${name} is just starting; ask again in a second`,
      });
    return { name, ...state, now: Date.now() };
  };
  setHandler(deploymentQuery, () => state.record);
  setHandler(lookSignal, () => void asks.looks++);
  setHandler(
    proposeSignal,
    (proposal) =>
      void asks.proposals.push({ ask: { ...proposal, by: proposal.by ?? 'temporal' }, outcome: null }),
  );
  setHandler(
    proposeUpdate,
    (proposal) => answered(asks.proposals, { ...proposal, by: proposal.by ?? 'temporal' }),
    {
      validator: (proposal) => {
        refuse(proposalRefusal({ name, record: state.record }, proposal));
        const [waiting] = asks.proposals;
        if (waiting) refuse({ kind: 'ConflictError', reason: `${waiting.ask.model} was proposed just now` });
      },
    },
  );
  listenForDecisions({ state, asks, known });
  setHandler(
    rollbackUpdate,
    (ask) => {
      const { by, nonce, expiresAt } = granted(readRollback(known(), ask));
      if (nonce !== null) state.spent.push({ nonce, expiresAt });
      return answered(asks.rollbacks, { by, reason: String(ask.reason) });
    },
    {
      validator: (ask) => {
        granted(readRollback(known(), ask));
        if (asks.rollbacks.length > 0) refuse({ kind: 'ConflictError', reason: 'It is being rolled back' });
      },
    },
  );
  return asks;
}

function listenForDecisions({
  state,
  asks,
  known,
}: {
  state: RolloutState;
  asks: Asks;
  known(): Known;
}): void {
  for (const [update, approves] of [
    [approveUpdate, true],
    [rejectUpdate, false],
  ] as const) {
    const read = (ask: DecisionAsk): ApprovalClaims => granted(readDecision(known(), { ask, approves }));
    setHandler(
      update,
      (ask) => {
        const { nonce, expiresAt, principal, candidate } = read(ask);
        state.spent.push({ nonce, expiresAt });
        const comment = typeof ask.comment === 'string' ? ask.comment.slice(0, 500) : '';
        asks.decision = { approves, by: principal, comment };
        const decision = approves ? ('approved' as const) : ('rejected' as const);
        return { deployment: state.record?.id ?? '', candidate, decision, by: principal };
      },
      {
        validator: (ask) => {
          if (asks.decision)
            refuse({ kind: 'ConflictError', reason: `${asks.decision.by} has decided just now` });
          read(ask);
        },
      },
    );
  }
}

/** Puts it in the line, and waits until the story has seen to it. @throws what came in its way */
async function answered<T>(line: Ask<T>[], ask: T): Promise<Deployment> {
  const mine: Ask<T> = { ask, outcome: null };
  line.push(mine);
  await condition(() => mine.outcome !== null);
  const outcome = mine.outcome as unknown as NonNullable<Ask<T>['outcome']>;
  if ('record' in outcome) return outcome.record;
  throw failure({ kind: outcome.kind, reason: outcome.failure });
}

export const isAsked = ({ proposals, rollbacks, decision, looks }: Asks): boolean =>
  proposals.length > 0 || rollbacks.length > 0 || decision !== null || looks > 0;

const failure = ({ kind, reason }: { kind: string; reason: string }): ApplicationFailure =>
  ApplicationFailure.nonRetryable(reason, kind);

function refuse(refusal: Refusal | null): void {
  if (refusal) throw failure(refusal);
}

function granted<T extends object>(value: T | Refusal): T {
  if (isRefusal(value)) throw failure(value);
  return value;
}
