import { connect, createServer } from 'node:net';
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

/** A port that was named: a clash is an error, not another port. @throws UnreachableError naming it and the cure. */
export async function namedPort(port: number, host: string): Promise<number> {
  const free = await tryPort(port, host);
  if (free !== null) return free;
  throw new UnreachableError(
    `Port ${port} on ${host} cannot be opened, mostly because it is in use: end what uses it, or give another one with --port or FINSIGHT_API_PORT`,
  );
}

/** True where something accepts connections within the time. */
export function answers(address: string, withinMs: number): Promise<boolean> {
  const at = address.lastIndexOf(':');
  const socket = connect({
    host: address.slice(0, at).replace(/[[\]]/g, ''),
    port: Number(address.slice(at + 1)),
  });
  return new Promise((resolve) => {
    const end = (outcome: boolean): void => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(withinMs, () => end(false));
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}
