/** What the caller asked for cannot be right: wrong symbol, range, option. Never retried. */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError';
}

/** A named thing (model, stream, run, article) does not exist. Never retried. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** Stored or fetched data breaks a rule that must not be repaired in silence. Never retried. */
export class DataQualityError extends Error {
  override readonly name = 'DataQualityError';
}

/** Data itself was about to travel through Temporal instead of a reference to it. Never retried. */
export class PayloadTooLargeError extends Error {
  override readonly name = 'PayloadTooLargeError';
}

/** Something the job needs (exchange, store, port) does not answer. Transient: Temporal retries it. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError';
  /** How long it is to be left alone, by its own word; null where it said nothing. */
  readonly retryAfterMs: number | null;

  constructor(message: string, options: ErrorOptions & { retryAfterMs?: number | null } = {}) {
    super(message, options);
    this.retryAfterMs = options.retryAfterMs ?? null;
  }
}

/** What may be spent on something by day is spent. Nothing is wrong: it goes on at `untilMs`, epoch ms. */
export class BudgetSpentError extends Error {
  override readonly name = 'BudgetSpentError';
  readonly untilMs: number;

  constructor(message: string, untilMs: number) {
    super(message);
    this.untilMs = untilMs;
  }
}

/** Temporal matches error names, not ancestors: this list is what `steps.ts` marks as non-retryable. */
export const FINAL_ERRORS = [
  'InvalidInputError',
  'NotFoundError',
  'DataQualityError',
  'PayloadTooLargeError',
  'BudgetSpentError',
] as const;

/** The text of anything thrown, whatever was thrown. */
export const messageOf = (thrown: unknown): string =>
  thrown instanceof Error ? thrown.message : String(thrown);
