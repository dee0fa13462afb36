import type { ErrorRequestHandler, RequestHandler } from 'express';
import { z } from 'zod';
import { UnreachableError } from '../domain/errors.js';
import { faultAt } from './json.js';

/** Known who, but not allowed to. */
export class ForbiddenError extends Error {
  override readonly name = 'ForbiddenError';
}

/** Nobody known: no key, or a wrong one. */
export class UnauthorizedError extends Error {
  override readonly name = 'UnauthorizedError';
}

/** Too many requests; `seconds` is when to come again. */
export class RateLimitError extends Error {
  override readonly name = 'RateLimitError';
  constructor(
    message: string,
    readonly seconds: number,
  ) {
    super(message);
  }
}

/** A change that does not come as JSON. */
export class MediaTypeError extends Error {
  override readonly name = 'MediaTypeError';
}

/** None of the forms that the caller takes. */
export class NotAcceptableError extends Error {
  override readonly name = 'NotAcceptableError';
}

/** Something else is there under that name. */
export class ConflictError extends Error {
  override readonly name = 'ConflictError';
}

/** A file larger than what is taken. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
}

/** The HTTP status and title of each error, by name: the one place that decides it. */
const STATUSES: Record<string, [status: number, title: string]> = {
  InvalidInputError: [400, 'Invalid input'],
  UnauthorizedError: [401, 'Not authenticated'],
  ForbiddenError: [403, 'Not allowed'],
  NotFoundError: [404, 'Not found'],
  NotAcceptableError: [406, 'Not acceptable'],
  ConflictError: [409, 'Conflict'],
  TooLargeError: [413, 'Body too large'],
  MediaTypeError: [415, 'Unsupported media type'],
  DataQualityError: [422, 'Data breaks a rule'],
  RateLimitError: [429, 'Too many requests'],
  BudgetSpentError: [429, 'What may be spent today is spent'],
  UnreachableError: [503, 'Something needed does not answer'],
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  instance: string;
  requestId: string;
  errors?: { path: string; message: string }[];
}

/** Anything thrown as a problem; what is unknown tells nothing of its inside. */
export function problemOf(error: unknown, at: { instance: string; requestId: string }): Problem {
  const { status, title, detail, errors } = describe(error);
  return { type: `about:blank`, title, status, detail, ...at, ...(errors ? { errors } : {}) };
}

function describe(error: unknown): Pick<Problem, 'status' | 'title' | 'detail' | 'errors'> {
  if (error instanceof z.ZodError) {
    const errors = error.issues.flatMap(faultsOf);
    const detail = errors.map(({ path, message }) => `${path}: ${message}`).join('; ');
    return { status: 400, title: 'Invalid input', detail, errors };
  }
  const { name, message, type, body, limit } = error as Error & {
    type?: string;
    body?: string;
    limit?: number;
  };
  if (type === 'entity.too.large')
    return {
      status: 413,
      title: 'Body too large',
      detail: `The body is larger than ${limit} bytes, the most that is taken`,
    };
  if (type === 'entity.parse.failed') {
    const at = faultAt(body ?? '');
    return {
      status: 400,
      title: 'Malformed JSON',
      detail: `The body is no JSON: it breaks at position ${at}${shown(body ?? '', at)}`,
    };
  }
  // A path or a body that cannot be decoded: express marks these with a status of its own.
  const { status: marked } = error as { status?: number };
  if (error instanceof URIError || marked === 400)
    return { status: 400, title: 'Invalid input', detail: message };
  if (marked === 415) return { status: 415, title: 'Unsupported media type', detail: message };
  const known = STATUSES[name];
  if (known) return { status: known[0], title: known[1], detail: message };
  return {
    status: 500,
    title: 'Internal error',
    detail: 'The request failed inside; the log has it under this requestId',
  };
}

const shown = (body: string, at: number): string =>
  at < body.length ? `, before ${JSON.stringify(body.slice(at, at + 20))}` : ', at its end';

/** Each offender with its path; a union tells the faults of the variant that came closest. */
function faultsOf(issue: z.core.$ZodIssue): { path: string; message: string }[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      path: [...issue.path, key].map(String).join('.'),
      message: 'is not known here',
    }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const closest = issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? [];
    if (closest.length > 0)
      return closest.flatMap((inner) =>
        faultsOf({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue),
      );
  }
  return [{ path: issue.path.map(String).join('.') || 'body', message: issue.message }];
}

export const unknownRoute: RequestHandler = (req, res) => {
  const path = req.baseUrl + req.path;
  const detail = `No operation ${req.method} ${path}; GET /openapi.json lists them all`;
  const { requestId } = res.locals as { requestId: string };
  sendProblem(res, {
    type: 'about:blank',
    title: 'Not found',
    status: 404,
    detail,
    instance: path,
    requestId,
  });
};

export const handleError: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error);
  const { requestId } = res.locals as { requestId: string };
  const problem = problemOf(error, { instance: req.path, requestId });
  if (problem.status >= 500) res.locals['error'] = error;
  if (error instanceof RateLimitError) res.setHeader('retry-after', String(error.seconds));
  if (error instanceof UnreachableError && error.retryAfterMs !== null)
    res.setHeader('retry-after', String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))));
  if (error instanceof UnauthorizedError) res.setHeader('www-authenticate', 'Bearer realm="finsight"');
  sendProblem(res, problem);
};

const sendProblem = (res: Parameters<RequestHandler>[1], problem: Problem): void =>
  void res.status(problem.status).type('application/problem+json').send(JSON.stringify(problem));
