import { utf8ToBytes } from '@noble/hashes/utils.js';
import { PayloadTooLargeError } from './errors.js';

/**
 * The house limit of one argument, result or heartbeat. Temporal warns at 512 KiB and terminates a workflow
 * whose task carries a few MB: far below it, a story of 50 streams still has room.
 */
export const PAYLOAD_LIMIT_BYTES = 64 * 1024;

/** Bytes of a value as Temporal's JSON converter writes it; 0 for undefined. */
export const payloadBytes = (value: unknown): number =>
  value === undefined ? 0 : utf8ToBytes(JSON.stringify(value) ?? '').length;

/**
 * Hands the value on. @param what names the story or step and the direction: `Result of step writeReport`.
 * @throws PayloadTooLargeError naming it, its size and the limit.
 */
export function checkPayload<T>(what: string, value: T): T {
  const bytes = payloadBytes(value);
  if (bytes <= PAYLOAD_LIMIT_BYTES) return value;
  throw new PayloadTooLargeError(
    `${what} is ${bytes} bytes; the limit is ${PAYLOAD_LIMIT_BYTES}: store it as an object and pass { key, sha256 }`,
  );
}
