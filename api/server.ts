import { createServer, type Server } from 'node:http';
import express, { type Express } from 'express';
import type { ApprovalsPort } from '../adapters/ports-approvals.js';
import type { ForecastsPort } from '../adapters/ports-forecasts.js';
import type { Ports } from '../adapters/ports.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import type { ApiConfig } from './config.js';
import { dispatch } from './dispatch.js';
import { docsPages } from './docs.js';
import { handleError, unknownRoute } from './errors.js';
import { checkExposure } from './identity.js';
import { createLog, logRequests } from './log.js';
import { openApiDocument } from './openapi.js';
import { dashboard } from './pages.js';
import type { Context } from './route.js';
import { withResults } from './results.js';
import { ROUTES } from './routes.js';
import { bringsFile, checkHost, checkOrigin, securityHeaders } from './security.js';
import type { StoriesPort } from './stories.js';
import { withCode } from './strategy-code.js';

export interface ApiOptions {
  ports: Ports;
  stories: StoriesPort;
  config: ApiConfig;
  /** Left out: predictions are made by the story alone. */
  forecasts?: ForecastsPort;
  /** Left out: nobody approves by this process. */
  approvals?: ApprovalsPort;
}

const BODY_LIMIT = 256 * 1024;
/** A large file over a slow line; headers have a minute of their own. */
const UPLOAD_MS = 3 * 3600 * 1000;
/** Connections that still answer at a shutdown get this long. */
const DRAIN_MS = 3000;

/** The API, its docs and the dashboard as an Express application. */
export function createApi(options: ApiOptions): Express {
  const { config, ports } = options;
  const stories = withCode(withResults(options.stories, ports), ports);
  const forecasts = options.forecasts ?? null;
  const approvals = options.approvals ?? null;
  const log = createLog(config.logLevel);
  const context: Context = { config, ports, stories, forecasts, approvals, log };
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', 'strong');
  app.use(logRequests(context.log), securityHeaders, checkHost(config), checkOrigin);
  const json = express.json({ limit: BODY_LIMIT, strict: false });
  // These may be larger than others; what is read once is not read again.
  for (const { bodyLimit, path } of ROUTES)
    if (bodyLimit !== undefined) app.use(`/api/v1${path}`, express.json({ limit: bodyLimit, strict: false }));
  // A file is read by its operation itself, JSON or not.
  app.use((req, res, next) => (bringsFile(req) ? next() : json(req, res, next)));
  for (const route of ROUTES) {
    const path = `${route.root ? '' : '/api/v1'}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    app[route.method](path, dispatch(route, context));
    // Where probes look for it; every other address outside of /api is a page.
    if (route.path === '/health') app.get(route.path, dispatch(route, context));
  }
  const document = JSON.stringify(openApiDocument(), null, 1);
  app.get('/openapi.json', (_req, res) => void res.type('json').send(document));
  app.use('/docs', docsPages());
  app.use('/api', unknownRoute);
  app.use(dashboard(config.webDirectory));
  app.use(unknownRoute, handleError);
  return app;
}

/**
 * Listens until `close`, which lets open requests end.
 * @throws InvalidInputError where the API would be open without a key, UnreachableError where the port is taken.
 */
export async function startApi(options: ApiOptions): Promise<{ url: string; close(): Promise<void> }> {
  const { host, port } = options.config;
  await checkExposure(options.ports.documents, options.config);
  const server = createServer(createApi(options));
  server.requestTimeout = UPLOAD_MS;
  await listen(server, host, port);
  const address = server.address();
  const bound = typeof address === 'object' && address ? address.port : port;
  const name = host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host;
  return { url: `http://${name}:${bound}`, close: () => drain(server) };
}

const listen = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(listenError(error, host, port)));
    server.listen(port, host.replace(/[[\]]/g, ''), resolve);
  });

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new UnreachableError(
      `Port ${port} on ${host} is in use; give another one with --port or FINSIGHT_API_PORT`,
    );
  if (error.code === 'EACCES')
    return new InvalidInputError(`Port ${port} may not be opened by this user; take one above 1023`);
  return new InvalidInputError(`Cannot listen on ${host}:${port}: ${error.message}`);
}

function drain(server: Server): Promise<void> {
  const timer = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
  return new Promise((resolve) => {
    server.close(() => (clearTimeout(timer), resolve()));
    server.closeIdleConnections();
  });
}
