import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { atEnd } from '../at-end.js';

/** A server on loopback that writes what it likes, byte by byte; closed after the file's tests. */
export async function madeWire(answer: (socket: Socket, path: string) => void, host = '127.0.0.1', port = 0) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (bytes) => answer(socket, bytes.toString('latin1').split(' ')[1] ?? ''));
  });
  server.listen(port, host);
  await once(server, 'listening');
  atEnd(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port: own } = server.address() as { port: number };
  return { url: `http://${host}:${own}`, port: own, sockets };
}
