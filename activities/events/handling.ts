import type { DocumentPage, EventRow, Ports } from '../../adapters/ports.js';
import { DataQualityError, UnreachableError } from '../../domain/errors.js';
import {
  deadLetterId,
  EVENT_ATTEMPTS,
  failedLetter,
  type ConsumerState,
  type DeadLetter,
} from '../../domain/events.js';
import { watchCrashes } from './crashes.js';

/** Who follows the events. */
export interface Consumer {
  name: string;
  /** Again with the same events it has no second effect. Events of types that it does not know it lets pass. */
  handle(events: EventRow[]): Promise<void>;
  /** Failures before an event is given up; left out: EVENT_ATTEMPTS. */
  attempts?: number;
}

const BATCH = 100;
const REQUEUED = 20;

/**
 * One consumer's next step: the events that were requeued, then those after its mark. Returns how many were handled.
 * @throws what the handler threw, as long as the event is tried again: nothing behind it is handled before.
 */
export function followEvents(ports: Ports, consumer: Consumer): () => Promise<number> {
  const { name } = consumer;
  // What a process before this one left is not known, so the first batch looks.
  let mayFail = true;
  const crashes = watchCrashes(ports, name);
  const handleAll = async (events: EventRow[]): Promise<void> => {
    if (!(await crashes.together(events))) return handleEach(ports, consumer, events, crashes.alone);
    try {
      await consumer.handle(events);
    } catch (error) {
      // What needs a store or a network that is away will pass with it: no event is to blame.
      if (error instanceof UnreachableError) throw error;
      mayFail = true;
      await handleEach(ports, consumer, events);
    }
  };
  const handleBatch = async (events: EventRow[]): Promise<void> => {
    try {
      await handleAll(events);
    } catch (error) {
      await crashes.survived(events);
      throw error;
    }
    if (mayFail) await forgetFailing(ports, name);
    mayFail = false;
  };
  return async () => {
    const requeued = await handleRequeued(ports, consumer);
    const taken = await ports.events.consume(name, handleBatch, { limit: BATCH });
    return requeued + taken;
  };
}

/** Finds the event that cannot be handled: those before it are handled again, and it is counted or given up. */
async function handleEach(
  ports: Ports,
  consumer: Consumer,
  events: EventRow[],
  mayBeHandled: (event: EventRow) => Promise<boolean> = async () => true,
): Promise<void> {
  for (const event of events)
    try {
      if (!(await mayBeHandled(event)))
        throw new DataQualityError('The process of its consumer ended each time that it was handled');
      await consumer.handle([event]);
    } catch (error) {
      if (error instanceof UnreachableError) throw error;
      const letter = await noteFailure(ports, consumer, { event, error });
      if (letter.state === 'failing') throw error;
    }
}

async function noteFailure(
  ports: Ports,
  consumer: Consumer,
  { event, error }: { event: EventRow; error: unknown },
): Promise<DeadLetter> {
  const { name, attempts = EVENT_ATTEMPTS } = consumer;
  const thrown = error instanceof Error ? error : new Error(String(error));
  return ports.documents.update<DeadLetter>('deadLetters', deadLetterId(name, event.id), (before) =>
    failedLetter({ before, consumer: name, event, error: thrown, attempts, now: ports.now() }),
  );
}

/** What failed and was handled after all is no letter. */
async function forgetFailing(ports: Ports, consumer: string): Promise<void> {
  const letters = await lettersOf(ports, consumer, 'failing');
  await ports.documents.remove(
    'deadLetters',
    letters.items.map(({ id }) => id),
  );
}

async function handleRequeued(ports: Ports, consumer: Consumer): Promise<number> {
  const letters = await lettersOf(ports, consumer.name, 'requeued');
  for (const { id, event } of letters.items)
    try {
      await consumer.handle([event]);
      await ports.documents.remove('deadLetters', [id]);
    } catch (error) {
      if (error instanceof UnreachableError) throw error;
      await noteFailure(ports, consumer, { event, error });
    }
  return letters.items.length;
}

const lettersOf = (
  ports: Ports,
  consumer: string,
  state: DeadLetter['state'],
): Promise<DocumentPage<DeadLetter>> =>
  ports.documents.find<DeadLetter>('deadLetters', {
    where: { consumer, state },
    order: 'oldest',
    limit: REQUEUED,
  });

const noState = (id: string, at: number): ConsumerState => ({
  id,
  at,
  handled: 0,
  handledAt: null,
  failures: 0,
  error: null,
  errorAt: null,
});

/** Counts what a loop has done, and forgets its last failure. */
export async function noteStepDone(ports: Ports, name: string, handled: number): Promise<void> {
  const now = ports.now();
  await ports.documents.update<ConsumerState>('consumerStates', name, (before) => {
    const state = before ?? noState(name, now);
    return { ...state, at: now, handled: state.handled + handled, handledAt: now, failures: 0, error: null };
  });
}

/** Keeps the last failure in sight. Where even that cannot be written, the process's log has it. */
export async function noteStepFailure(ports: Ports, name: string, message: string): Promise<void> {
  const now = ports.now();
  await ports.documents.update<ConsumerState>('consumerStates', name, (before) => {
    const state = before ?? noState(name, now);
    const error = message.slice(0, 2000);
    return { ...state, at: now, failures: state.failures + 1, error, errorAt: now };
  });
}
