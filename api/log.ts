import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { pino, stdSerializers, type Logger } from 'pino';
import type { Principal } from '../domain/identity.js';

/** One structured line per event on stderr; keys and passwords never leave the process. */
export const createLog = (level = 'info'): Logger =>
  pino(
    {
      level,
      base: { service: 'api' },
      serializers: { error: stdSerializers.err },
      redact: ['*.authorization', '*.key', '*.password', '*.token', '*["x-api-key"]', 'authorization', 'key'],
    },
    pino.destination({ fd: 2, sync: false }),
  );

/** Gives each request an id (the caller's, where it is well-formed) and writes one line when it is over. */
export const logRequests =
  (log: Logger): RequestHandler =>
  (req, res, next) => {
    const given = req.get('x-request-id') ?? '';
    const requestId = /^[\w.-]{1,64}$/.test(given) ? given : randomUUID();
    const began = performance.now();
    res.locals['requestId'] = requestId;
    res.setHeader('x-request-id', requestId);
    res.once('close', () => {
      const { principal, error } = res.locals as { principal?: Principal; error?: unknown };
      const line = {
        requestId,
        method: req.method,
        path: req.path,
        status: res.statusCode,
        ms: Math.round((performance.now() - began) * 10) / 10,
        principal: principal?.id ?? null,
        ...(error ? { error } : {}),
      };
      if (error) log.error(line, 'request failed');
      else log.info(line, 'request');
    });
    next();
  };
