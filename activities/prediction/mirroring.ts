import { messageOf } from '../../domain/errors.js';
import { answerOf, type Answer, type AnswerArgs } from './answers.js';
import type { Routed } from './routed.js';
import type { Tallies } from './tallying.js';

/** Mirrored requests under way in one process: what is more is let go, so that nobody waits for them. */
const MOST_RUNNING = 2;
/** A candidate that answers nothing for so long has failed, ms. */
const TIMEOUT_MS = 10_000;

/** Asks the candidate of a shadow what was just answered; what it says is compared, never given. */
export function openMirror(tallies: Tallies) {
  let running = 0;
  return (routed: Routed, answer: Answer, args: AnswerArgs): void => {
    const { mirror } = routed;
    if (!mirror) return;
    if (running >= MOST_RUNNING) return tallies.skipped(routed);
    running++;
    const started = performance.now();
    answerOf(mirror, { ...args, timeoutMs: TIMEOUT_MS })
      .then(
        (found) => {
          const difference = Math.abs(found.scaled - answer.scaled);
          tallies.mirrored(routed, {
            ...{ ms: found.inferenceMs, failure: null },
            difference: Number.isFinite(difference) ? difference : null,
          });
        },
        (error: unknown) => {
          const failure = messageOf(error);
          tallies.mirrored(routed, { ms: performance.now() - started, failure, difference: null });
        },
      )
      .finally(() => running--);
  };
}

export type Mirror = ReturnType<typeof openMirror>;
