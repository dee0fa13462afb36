import type { Request, RequestHandler } from 'express';
import { isLoopback } from '../domain/identity.js';
import type { ApiConfig } from './config.js';
import { ForbiddenError, MediaTypeError } from './errors.js';

/** What our own pages need: nothing from elsewhere, no frames. uPlot and the charts set inline styles. */
const POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

export const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'content-security-policy': POLICY,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  });
  next();
};

/**
 * On loopback the Host header must name this machine: a page whose name was rebound to 127.0.0.1 would
 * otherwise read and write as the local person.
 */
export const checkHost =
  (config: ApiConfig): RequestHandler =>
  (req, _res, next) => {
    const name = hostName(req.headers.host ?? '');
    const known = !isLoopback(config.host) || isLoopback(name) || (config.allowedHosts ?? []).includes(name);
    if (!known)
      throw new ForbiddenError(`The Host header names "${name}"; this API answers to localhost only`);
    next();
  };

/** Changes come from our own pages or from programs, never from another site's form or script. */
export const checkOrigin: RequestHandler = (req, _res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next();
  const origin = req.get('origin');
  if (origin !== undefined && !sameHost(origin, req.headers.host ?? ''))
    throw new ForbiddenError(`Changes from ${origin} are refused; they must come from this site`);
  const site = req.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    throw new ForbiddenError(`Changes from a ${site} page are refused; they must come from this site`);
  // A file may be of any type: another site's page cannot send a PUT without asking first, which is never granted.
  if (bringsFile(req)) return next();
  const type = req.get('content-type') ?? '';
  const carries = Number(req.get('content-length') ?? 0) > 0 || req.get('transfer-encoding') !== undefined;
  if (carries && !/^application\/json\s*(;|$)/i.test(type))
    throw new MediaTypeError(`The body came as "${type || 'nothing'}"; it must be application/json`);
  next();
};

const sameHost = (origin: string, host: string): boolean => {
  try {
    return new URL(origin).host === host.toLowerCase();
  } catch {
    return false;
  }
};

const hostName = (host: string): string =>
  host
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .toLowerCase();

/** An upload: its body is a file of any type, not a JSON document of ours. */
export const bringsFile = (req: Pick<Request, 'method' | 'path'>): boolean =>
  req.method === 'PUT' && /^\/api\/v1\/uploads\/[^/]+$/.test(req.path);
