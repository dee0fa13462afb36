import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { messageOf } from '../domain/errors.js';
import { holdsRole, type Principal } from '../domain/identity.js';
import { withoutSecrets } from '../domain/audit.js';
import { withoutTokens } from '../domain/secrets.js';
import { appendAudit } from './audit.js';
import { encode, isKnown, notModified } from './encoding.js';
import { ForbiddenError, NotAcceptableError, problemOf } from './errors.js';
import { identify, takeRequest } from './identity.js';
import type { Call, Context, Reply, Route, Shape } from './route.js';

interface Cached {
  body: string;
  headers: Record<string, string>;
}

/** An operation as an Express handler: who, how often, whether allowed, what was asked, then the work. */
export function dispatch(route: Route, context: Context): RequestHandler {
  const check = { params: strict(route.params), query: strict(route.query) };
  const held = route.cacheMs > 0 ? new LRUCache<string, Cached>({ max: 500, ttl: route.cacheMs }) : null;
  return async (req, res) => {
    const principal = await admit(route, context, req, res);
    const mediaType = negotiate(route, req, res);
    const key = `${mediaType} ${req.originalUrl}`;
    const cached = held?.get(key);
    if (cached) return send(req, res, { status: 200, ...cached });
    const { requestId } = res.locals as { requestId: string };
    const work = async (): Promise<Reply | null> => {
      const call: Call<unknown, unknown, unknown> = {
        ...(await parse(route, check, req)),
        principal,
        requestId,
        context,
        mediaType,
        req,
        res,
      };
      return route.handle(call as Call<never, never, never>);
    };
    const reply = leavesEntry(route)
      ? await audited({ route, context, req, principal, requestId }, work)
      : await work();
    if (!reply) return;
    const status = reply.status ?? 200;
    const out = {
      body: reply.body === undefined ? '' : JSON.stringify(reply.body),
      headers: { ...(route.method === 'get' ? { etag: tagOf(reply.body) } : {}), ...reply.headers },
    };
    if (status === 200) held?.set(key, out);
    await send(req, res, { status, ...out });
  };
}

const leavesEntry = ({ method, changesNothing, audited: always }: Route): boolean =>
  always || (method !== 'get' && !changesNothing);

/** Weak: two readings that differ only in when they were read are the same answer. */
function tagOf(body: unknown): string {
  const readAt = (body as { asOf?: unknown } | undefined)?.asOf;
  const text = JSON.stringify(body, (key, value: unknown) =>
    key === 'asOf' && value === readAt ? 0 : value,
  );
  return `W/"${createHash('sha256')
    .update(text ?? '')
    .digest('base64url')
    .slice(0, 22)}"`;
}

async function send(req: Request, res: Response, out: Cached & { status: number }): Promise<void> {
  const { status, body, headers } = out;
  res.status(status).set({ 'cache-control': 'private, no-cache', ...headers });
  if (!body) return void res.end();
  const bytes = await encode(req, res, body);
  if (status === 200 && isKnown(req, res)) return notModified(res);
  res.type('json').send(bytes);
}

/** @throws NotAcceptableError naming what there is. */
function negotiate(route: Route, req: Request, res: Response): string {
  if (route.produces.length === 0) return 'application/json';
  res.vary('Accept');
  const wanted = req.accepts(route.produces);
  if (wanted) return wanted;
  throw new NotAcceptableError(
    `"${route.id}" cannot answer with "${req.get('accept')}"; it can with ${route.produces.join(', ')}`,
  );
}

const PUBLIC: Principal = { id: 'public', roles: [], tenant: '' };

async function admit(route: Route, context: Context, req: Request, res: Response): Promise<Principal> {
  if (route.role === 'public') return PUBLIC;
  const asker = { header: (name: string) => req.get(name), address: req.socket.remoteAddress ?? '' };
  const principal = await identify(context, asker);
  res.locals['principal'] = principal;
  res.set(await takeRequest(context, principal));
  if (holdsRole(principal, route.role)) return principal;
  const error = new ForbiddenError(
    `"${route.id}" needs the role ${route.role}; ${principal.id} has ${principal.roles.join(', ') || 'none'}`,
  );
  const { requestId } = res.locals as { requestId: string };
  if (route.method !== 'get' || route.audited)
    await audited({ route, context, req, principal, requestId }, () => Promise.reject(error));
  throw error;
}

const strict = (shape: Shape): z.ZodType => z.strictObject(shape);

async function parse(route: Route, check: { params: z.ZodType; query: z.ZodType }, req: Request) {
  const read = {
    params: check.params.safeParse({ ...req.params }),
    query: check.query.safeParse({ ...req.query }),
    body: (route.body ?? z.unknown()).safeParse(req.body),
  };
  // All offenders at once, wherever they are.
  const issues = Object.entries(read).flatMap(([place, result]) =>
    result.success
      ? []
      : result.error.issues.map((issue) => ({
          ...issue,
          path: place === 'body' ? issue.path : [place, ...issue.path],
        })),
  );
  if (issues.length > 0) throw new z.ZodError(issues);
  return { params: read.params.data, query: read.query.data, body: route.body ? read.body.data : undefined };
}

interface Change {
  route: Route;
  context: Context;
  req: Request;
  principal: Principal;
  requestId: string;
}

/** Does the change and appends who did it, or that it was refused and why. */
async function audited(change: Change, work: () => Promise<Reply | null>): Promise<Reply | null> {
  const { route, context, req, principal, requestId } = change;
  const append = (end: { target: string; status: number; detail: Record<string, unknown> }): Promise<void> =>
    appendAudit(context.ports.documents, {
      at: context.ports.now(),
      principal: principal.id,
      tenant: principal.tenant,
      action: route.id,
      outcome: end.status < 400 ? 'done' : 'refused',
      requestId,
      ...end,
    });
  const asked = { ...(req.params as object), ...(route.body ? { input: withoutSecrets(req.body) } : {}) };
  const [first = ''] = Object.values(req.params).map(String);
  let reply: Reply | null;
  try {
    reply = await work();
  } catch (error) {
    const { status } = problemOf(error, { instance: req.path, requestId });
    const reason = withoutTokens(messageOf(error).slice(0, 2000)).slice(0, 500);
    await append({ target: first, status, detail: { ...asked, reason } });
    throw error;
  }
  const detail = { ...asked, ...reply?.detail };
  await append({ target: reply?.target ?? first, status: reply?.status ?? 200, detail });
  return reply;
}
