import { createServer } from 'node:net';
import { UnreachableError } from '../domain/errors.js';

/** The wanted port if it is free, else any free one; 0 asks for any. */
export async function freePort(wanted: number, host = '127.0.0.1'): Promise<number> {
  return (await tryPort(wanted, host)) ?? (await anyPort(host));
}

async function anyPort(host: string): Promise<number> {
  const port = await tryPort(0, host);
  if (port === null) throw new UnreachableError(`No free port on ${host}`);
  return port;
}

function tryPort(port: number, host: string): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, host, () => {
      const address = server.address();
      const taken = typeof address === 'object' && address ? address.port : port;
      server.close(() => resolve(taken));
    });
  });
}
