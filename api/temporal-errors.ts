import {
  DataQualityError,
  InvalidInputError,
  messageOf,
  NotFoundError,
  UnreachableError,
} from '../domain/errors.js';
import { ConflictError, ForbiddenError } from './errors.js';

/** gRPC's numbers. */
const INVALID_ARGUMENT = 3;
const DEADLINE_EXCEEDED = 4;
const NOT_FOUND = 5;
const UNAVAILABLE = 14;

/** What Temporal's client throws, in our words; our own errors pass through. */
export function translated(error: unknown): unknown {
  const { name, cause, code } = error as Error & { code?: number };
  if (name === 'WorkflowUpdateFailedError') return refusalOf(cause as RefusedUpdate);
  const inner = cause as { code?: number; details?: string } | undefined;
  const number = code ?? inner?.code;
  const detail = inner?.details ?? messageOf(error);
  if (name === 'ScheduleAlreadyRunning')
    return new InvalidInputError('A schedule with this id exists; remove it first');
  if (name === 'WorkflowNotFoundError' || name === 'ScheduleNotFoundError' || number === NOT_FOUND)
    return new NotFoundError(`Temporal knows no such run or schedule: ${detail}`);
  if (number === INVALID_ARGUMENT) return new InvalidInputError(`Temporal refused it: ${detail}`);
  if (number === UNAVAILABLE || number === DEADLINE_EXCEEDED)
    return new UnreachableError(`Temporal does not answer: ${detail}`);
  return error;
}

interface RefusedUpdate {
  type?: string | null;
  message?: string;
}

/** What may be taken in a moment: the story is just starting, or does not know a new key yet. */
class NotYetError extends UnreachableError {}

const REFUSALS: Record<string, new (message: string) => Error> = {
  InvalidInputError,
  NotFoundError,
  DataQualityError,
  ForbiddenError,
  ConflictError,
  UnreachableError,
  NotYetError,
};

/** What a story's validator, or the update itself, was refused for. */
function refusalOf(cause: RefusedUpdate | undefined): Error {
  const Kind = REFUSALS[cause?.type ?? ''] ?? InvalidInputError;
  return new Kind(cause?.message ?? 'The story refused it without a reason');
}

export const isNotYet = (error: unknown): boolean => error instanceof NotYetError;
