import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { atEnd } from '../at-end.js';

/** A way to a server that can break: what goes through it is cut at a byte, or just before the answer. */
export interface Proxy {
  /** `host:port`, the same all the time. */
  address: string;
  /** Cuts everything, and refuses connections until `up`, once so many further bytes have gone to the server. */
  cutAfter(bytes: number): Promise<void>;
  /** The same when the server has taken so many bytes and answers: the client never learns it. */
  cutAnswerAfter(bytes: number): Promise<void>;
  up(): Promise<void>;
}

interface Cut {
  left: number;
  isAnswer: boolean;
  done(): void;
}

/** Closed after the file's tests. */
export async function madeProxy(target: string): Promise<Proxy> {
  const [host = '', port = ''] = target.split(':');
  const sockets = new Set<Socket>();
  let cut: Cut | null = null;
  let server: Server | null = null;

  const down = (): void => {
    const done = cut?.done;
    cut = null;
    server?.close();
    server = null;
    for (const each of sockets) each.destroy();
    sockets.clear();
    done?.();
  };
  const join = (client: Socket): void => {
    const far = connect({ host, port: Number(port) });
    for (const each of [client, far]) sockets.add(each.on('error', () => undefined));
    client.on('data', (chunk: Buffer) => {
      if (!cut) return void far.write(chunk);
      // The last piece goes out before the end, so that the server has a part of the write.
      if (!cut.isAnswer && chunk.length >= cut.left)
        return void far.write(chunk.subarray(0, cut.left), () => down());
      cut.left -= chunk.length;
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => {
      if (cut?.isAnswer && cut.left <= 0) down();
      else client.write(chunk);
    });
    const end = (): void => {
      for (const each of [client, far]) sockets.delete(each.destroy());
    };
    client.on('close', end);
    far.on('close', end);
  };
  const listen = async (at: number): Promise<void> => {
    server = createServer(join).listen(at, '127.0.0.1');
    await once(server, 'listening');
  };

  await listen(0);
  const own = (server as unknown as Server).address() as AddressInfo;
  const cutting = (left: number, isAnswer: boolean): Promise<void> =>
    new Promise((done) => (cut = { left, isAnswer, done }));
  atEnd(down);
  return {
    address: `127.0.0.1:${own.port}`,
    cutAfter: (bytes) => cutting(bytes, false),
    cutAnswerAfter: (bytes) => cutting(bytes, true),
    up: () => listen(own.port),
  };
}
