import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';

/** How an archive comes to a server, which takes the name of a file in its model store, or an address. */
export interface ArchiveSource {
  /** `use` is given what the server is to be told; afterwards the archive is no longer offered. */
  deliver(archive: { name: string; bytes: Uint8Array }, use: (url: string) => Promise<void>): Promise<void>;
  close(): Promise<void>;
}

/**
 * `store`: the server's model store as it is seen here. Else this process offers the archive over HTTP at `from`, a host
 * name of its own that the server reaches. @throws InvalidInputError where the server is elsewhere and neither is given
 */
export function archiveSource(given: {
  origin: string;
  store: string | null;
  from: string | null;
}): ArchiveSource {
  if (given.store) return storeSource(given.store);
  const isHere = ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(given.origin).hostname);
  if (!given.from && !isHere)
    throw new InvalidInputError(
      `SERVING_URL names TorchServe at ${given.origin} without saying how archives come to it: give store=<its model store as mounted here> or from=<a name of this host that it reaches>`,
    );
  return offered(given.from ?? '127.0.0.1');
}

const storeSource = (store: string): ArchiveSource => ({
  async deliver({ name, bytes }, use) {
    const draft = join(store, `.${randomBytes(6).toString('hex')}.new`);
    try {
      await mkdir(store, { recursive: true });
      await writeFile(draft, bytes);
      await rename(draft, join(store, name));
    } catch (error) {
      await rm(draft, { force: true });
      throw new UnreachableError(`store=${store} in SERVING_URL cannot be written to: ${messageOf(error)}`, {
        cause: error,
      });
    }
    await use(name);
  },
  close: async () => undefined,
});

/** Each archive has an address that cannot be guessed, for as long as it is being registered. */
function offered(host: string): ArchiveSource {
  const archives = new Map<string, Uint8Array>();
  let listening: Promise<Server> | null = null;
  const serve = (): Promise<Server> => {
    const server = createServer((request, response) => {
      const bytes = archives.get((request.url ?? '').split('?')[0] ?? '');
      response.writeHead(bytes ? 200 : 404, {
        'content-type': 'application/octet-stream',
        'content-length': bytes?.length ?? 0,
      });
      response.end(request.method === 'HEAD' ? undefined : bytes);
    });
    server.unref();
    return new Promise((done, fail) => {
      server.once('error', (error) =>
        fail(new UnreachableError(`No archive can be offered at ${host}: ${error.message}`)),
      );
      server.listen(0, isLoopback(host) ? host : '0.0.0.0', () => done(server));
    });
  };
  return {
    async deliver({ name, bytes }, use) {
      listening ??= serve();
      const server = await listening.catch((error: unknown) => {
        listening = null;
        throw error;
      });
      const { port } = server.address() as { port: number };
      // TorchServe keeps a copy by the last part, and refuses a name that it has already.
      const path = `/${randomBytes(16).toString('hex')}/${randomBytes(4).toString('hex')}-${name}`;
      archives.set(path, bytes);
      try {
        await use(`http://${host}:${port}${path}`);
      } finally {
        archives.delete(path);
      }
    },
    async close() {
      const server = await listening?.catch(() => null);
      listening = null;
      if (!server) return;
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

const isLoopback = (host: string): boolean => host === '127.0.0.1' || host === 'localhost';
