import { createServer } from 'node:http';
import { measuresText } from '../adapters/open.js';
import { UnreachableError } from '../domain/errors.js';

/**
 * Answers GET /metrics on 127.0.0.1 with the figures of this process; port 0 takes a free one.
 * @throws UnreachableError where the port is taken
 */
export async function startMetrics(port: number): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((req, res) => {
    const isKnown = req.method === 'GET' && req.url?.split('?')[0] === '/metrics';
    res.writeHead(isKnown ? 200 : 404, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    res.end(isKnown ? measuresText() : 'GET /metrics is what there is\n');
  });
  await new Promise<void>((done, fail) => {
    server.once('error', (error) =>
      fail(new UnreachableError(`The figures cannot be served on port ${port}: ${error.message}`)),
    );
    server.listen(port, '127.0.0.1', done);
  });
  const bound = server.address();
  return {
    url: `http://127.0.0.1:${typeof bound === 'object' && bound ? bound.port : port}/metrics`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
