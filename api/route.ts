import type { Request, Response } from 'express';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { ApprovalsPort } from '../adapters/ports-approvals.js';
import type { ForecastsPort } from '../adapters/ports-forecasts.js';
import type { Ports } from '../adapters/ports.js';
import type { Principal, Role } from '../domain/identity.js';
import type { ApiConfig } from './config.js';
import type { StoriesPort } from './stories.js';

export type Shape = Record<string, z.ZodType>;
export type Values<S extends Shape> = { [K in keyof S]: z.output<S[K]> };

/** What every operation works with. */
export interface Context {
  ports: Ports;
  stories: StoriesPort;
  config: ApiConfig;
  log: Logger;
  /** Predictions at once; null where this process makes none. */
  forecasts: ForecastsPort | null;
  /** Signs approval codes; null where this process has no key for them. */
  approvals: ApprovalsPort | null;
}

export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  principal: Principal;
  requestId: string;
  context: Context;
  /** What of `produces` the caller wants most. */
  mediaType: string;
  req: Request;
  res: Response;
}

export interface Reply {
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** What the change was made to; the audit entry names it. */
  target?: string;
  /** What the audit entry tells beside the input. */
  detail?: Record<string, unknown>;
}

export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** Other than application/json. */
  mediaType?: string;
  /** The same in other forms, by the Accept header. */
  others?: string[];
}

/** One operation: what it takes, who may call it, what it answers. Document and validation both read this. */
export interface Route {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** OpenAPI form, below /api/v1 unless `root`. */
  path: string;
  root: boolean;
  group: string;
  summary: string;
  role: Role | 'public';
  params: Shape;
  query: Shape;
  body: z.ZodType | null;
  /** The body is a file, which the operation itself reads. */
  upload: boolean;
  /** Of a larger body than others may have, bytes. */
  bodyLimit?: number;
  /** A question, though it is posted: it leaves no audit entry, which would keep the whole body. */
  changesNothing: boolean;
  /** A reading that leaves an audit entry, as changes do, also where it was refused. */
  audited: boolean;
  /** Media types to choose from by the Accept header, the first being the usual one; empty: JSON whatever is asked for. */
  produces: string[];
  answers: Record<number, Answer>;
  /** A call that works on a store that holds something; the tests make it. */
  example: {
    params?: Record<string, string>;
    query?: Record<string, string>;
    body?: unknown;
    /** Of an upload. */
    file?: string;
  };
  /** Answers may be this old, milliseconds. */
  cacheMs: number;
  /** Null where the answer was written by the operation itself. */
  handle(call: Call<never, never, never>): Promise<Reply | null>;
}

interface RouteOptions<P extends Shape, Q extends Shape, B extends z.ZodType> {
  id: string;
  method: Route['method'];
  path: string;
  root?: boolean;
  group: string;
  summary: string;
  role: Route['role'];
  params?: P;
  query?: Q;
  body?: B;
  upload?: boolean;
  bodyLimit?: number;
  changesNothing?: boolean;
  audited?: boolean;
  produces?: string[];
  answers: Record<number, Answer>;
  example?: Route['example'];
  cacheMs?: number;
  handle(call: Call<Values<P>, Values<Q>, z.output<B>>): Promise<Reply | null>;
}

/** Declares an operation; the types of `params`, `query` and `body` come from their schemas. */
export const route = <P extends Shape = {}, Q extends Shape = {}, B extends z.ZodType = z.ZodType<undefined>>(
  options: RouteOptions<P, Q, B>,
): Route => ({
  root: false,
  params: {},
  query: {},
  body: null,
  upload: false,
  changesNothing: false,
  audited: false,
  produces: [],
  example: {},
  cacheMs: 0,
  ...options,
});
