import { createServer, type IncomingHttpHeaders } from 'node:http';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import type { HttpClient } from '../adapters/http/http.js';
import { InvalidInputError, UnreachableError } from '../domain/errors.js';
import { atEnd } from './at-end.js';

export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A receiver of webhooks that answers with the next of `statuses`, then 200. */
export async function webhookServer(statuses: number[] = []): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((req, res) => {
    let body = '';
    req.on('data', (data: Buffer) => (body += data.toString()));
    req.on('end', () => {
      received.push({ path: req.url ?? '', headers: req.headers, body });
      res.writeHead(statuses.shift() ?? 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

/** As much of SMTP as a mail needs. Recipients that begin with `refused` are. */
export async function smtpServer(): Promise<{ url: string; mails: string[]; busy(answers: number): void }> {
  const mails: string[] = [];
  let busy = 0;
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket);
    let mail: string | null = null;
    let rest = '';
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    const hear = (line: string): void => {
      if (mail !== null) {
        if (line !== '.') mail += `${line}\n`;
        else {
          mails.push(mail);
          mail = null;
          say('250 queued as 1');
        }
        return;
      }
      if (/^EHLO|^HELO/i.test(line)) return say('250 test');
      if (/^MAIL/i.test(line)) return say(busy-- > 0 ? '451 try later' : '250 ok');
      if (/^RCPT TO:<refused/i.test(line)) return say('550 no such user');
      if (/^DATA/i.test(line)) {
        mail = '';
        return say('354 go on');
      }
      if (/^QUIT/i.test(line)) return void socket.end('221 bye\r\n');
      say('250 ok');
    };
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      const lines = (rest + data.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      lines.forEach(hear);
    });
    say('220 test ESMTP');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd(
    () => new Promise((resolve) => (server.close(resolve), sockets.forEach((socket) => socket.destroy()))),
  );
  const url = `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, mails, busy: (answers) => (busy = answers) };
}

/** Requests without a guard; addresses of the host `private.example` are refused as the guarded client refuses. */
export const plainHttp = (): HttpClient => ({
  async request({ url, method = 'GET', headers = {}, body }) {
    if (new URL(url).hostname === 'private.example')
      throw new InvalidInputError(`${url} lies in a private network`);
    const answer = await fetch(url, { method, headers, ...(body === undefined ? {} : { body }) }).catch(
      (error: unknown) => {
        throw new UnreachableError(`${url} does not answer: ${String(error)}`);
      },
    );
    const bytes = new Uint8Array(await answer.arrayBuffer());
    if (answer.status >= 400) throw new UnreachableError(`${url} answers ${answer.status}`);
    const { status } = answer;
    return { status, url, headers: {}, bytes, notModified: false, etag: null, lastModified: null };
  },
  async close() {},
});
