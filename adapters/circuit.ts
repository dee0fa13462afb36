import { circuitBreaker, CircuitState, ConsecutiveBreaker, handleWhen } from 'cockatiel';
import { messageOf } from '../domain/errors.js';

export interface Circuit {
  /** Why it is not to be asked now, or null; after the pause one asker is let through. */
  refusal(): string | null;
  /** What the work gives or throws; whoever asks in spite of a refusal gets one as an error. */
  run<T>(work: () => Promise<T>): Promise<T>;
  isOpen(): boolean;
}

export interface CircuitOptions {
  /** Faults one after the other that open it. */
  failures?: number;
  pauseMs?: number;
  /** What counts; any other error is an answer. */
  isFault?: (error: Error) => boolean;
}

/** Stops asking what fails again and again in this process. */
export function openCircuit(options: CircuitOptions = {}): Circuit {
  const { failures = 3, pauseMs = 30_000, isFault = () => true } = options;
  const breaker = new ConsecutiveBreaker(failures);
  const policy = circuitBreaker(handleWhen(isFault), { halfOpenAfter: pauseMs, breaker });
  let [openedAt, last] = [0, ''];
  policy.onBreak(() => (openedAt = Date.now()));
  policy.onFailure(({ handled, reason }) => {
    if (handled && 'error' in reason) last = messageOf(reason.error).slice(0, 300);
  });
  return {
    refusal() {
      if (policy.state === CircuitState.Closed) return null;
      const left = openedAt + pauseMs - Date.now();
      const failed = `it failed ${breaker.state} times`;
      if (policy.state === CircuitState.HalfOpen) return `${failed} and is being tried again; last: ${last}`;
      // Whoever asks now decides; the others wait for what comes of it.
      return left <= 0
        ? null
        : `${failed} and is left alone for ${Math.ceil(left / 1000)} s more; last: ${last}`;
    },
    run: (work) => policy.execute(work),
    isOpen: () => policy.state !== CircuitState.Closed,
  };
}
