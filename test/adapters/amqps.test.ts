import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { openDocuments } from '../../adapters/documents/index.js';
import { readAmqpAddress } from '../../adapters/events/amqp-address.js';
import { openEvents } from '../../adapters/events/index.js';
import type { EventRow, EventsPort } from '../../adapters/ports.js';
import { certificatesMissing, madeAuthority } from '../../infra/test-servers/certificates.js';
import { rabbitmqTls } from '../../infra/test-servers/rabbitmq.js';
import { atEnd } from '../at-end.js';
import { newName, realServer } from '../servers.js';
import { temporaryDirectory } from './directories.js';

const folder = temporaryDirectory();
const noCertificates = certificatesMissing();
const made = noCertificates === null ? certificates() : null;

function certificates() {
  const authority = madeAuthority(folder);
  return {
    ca: authority.cert,
    // Another authority of the same name is another one.
    stranger: madeAuthority(temporaryDirectory()).cert,
    broker: authority.sign('broker', ['DNS:localhost', 'IP:127.0.0.1']),
    client: authority.sign('client', ['DNS:finsight']),
  };
}

const kindOf = (wantsClient: boolean) => {
  const files = made ? { ...made.broker, ca: made.ca } : { cert: '', key: '', ca: '' };
  const kind = rabbitmqTls({ ...files, wantsClient });
  return { ...kind, missing: () => kind.missing() ?? noCertificates };
};
const open = await realServer('events amqps:', kindOf(false));
const strict = await realServer('events amqps: with certificates of clients', kindOf(true));

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function eventsAt(authority: string, options: Record<string, string>, scheme = 'amqps'): EventsPort {
  const documentsUrl = `sqlite:${join(temporaryDirectory(), 'x.db')}`;
  const documents = openDocuments(documentsUrl);
  const query = new URLSearchParams({ prefix: newName(), ...options }).toString();
  const events = openEvents(`${scheme}://guest:guest@${authority}/?${query}`, { documentsUrl, documents });
  closing.push(
    () => events.close(),
    () => documents.close(),
  );
  return events;
}

const event = (id: string): EventRow => ({ id, type: 'article.collected', at: 1, payload: {} });

/** Events go out and come back. */
async function expectCarried(events: EventsPort): Promise<void> {
  const seen: string[] = [];
  const take = async (rows: EventRow[]): Promise<void> => void seen.push(...rows.map(({ id }) => id));
  await events.consume('c', take);
  await events.publish([event('1'), event('2')]);
  expect(await events.relay?.()).toBe(2);
  await expect
    .poll(async () => (await events.consume('c', take), seen), { timeout: 10_000 })
    .toEqual(['1', '2']);
}

/** Nothing is handed on, and nothing is lost. */
async function expectRefused(events: EventsPort, why: RegExp): Promise<void> {
  await events.publish([event('1')]);
  const error = await events.relay?.().catch((thrown: unknown) => thrown as Error);
  expect(error).toMatchObject({ name: 'UnreachableError', message: expect.stringMatching(why) });
  expect(String(error)).not.toContain('guest');
  expect(await events.progress([])).toMatchObject([{ consumer: 'relay', lag: 1 }]);
}

const portOf = (address: string | undefined): string => address?.split(':')[1] ?? '';

describe.skipIf(open.reason !== null)(`a broker with TLS ${open.reason ?? ''}`, () => {
  const port = portOf(open.server?.address);

  it.each(['localhost', '127.0.0.1'])('is trusted by the file of its CA, at %s', async (host) => {
    await expectCarried(eventsAt(`${host}:${port}`, { cacertfile: made!.ca }));
  });

  it('is used again after it was killed', { timeout: 60_000 }, async () => {
    const events = eventsAt(`localhost:${port}`, { cacertfile: made!.ca });
    await expectCarried(events);
    await open.server?.kill();
    await events.publish([event('3')]);
    await expect(events.relay?.()).rejects.toMatchObject({ name: 'UnreachableError' });
    await open.server?.restart();
    expect(await events.relay?.()).toBe(1);
  });

  it('is not trusted without the CA, or by another one', async () => {
    const untrusted = /certificate that is not trusted here; give cacertfile=/;
    await expectRefused(eventsAt(`localhost:${port}`, {}), untrusted);
    await expectRefused(eventsAt(`localhost:${port}`, { cacertfile: made!.stranger }), untrusted);
  });

  it('must have the name by which it is asked for', async () => {
    const options = { cacertfile: made!.ca, server_name_indication: 'broker.example' };
    await expectRefused(eventsAt(`localhost:${port}`, options), /certificate for other names/);
    const named = { ...options, server_name_indication: 'localhost' };
    await expectCarried(eventsAt(`127.0.0.1:${port}`, named));
  });

  it('is not verified where that is switched off', async () => {
    await expectCarried(eventsAt(`localhost:${port}`, { verify: 'verify_none' }));
  });

  it('does not answer who speaks without TLS', async () => {
    await expectRefused(eventsAt(`localhost:${port}`, {}, 'amqp'), /does not answer/);
  });
});

describe.skipIf(strict.reason !== null)(
  `a broker that wants certificates of clients ${strict.reason ?? ''}`,
  () => {
    const at = `localhost:${portOf(strict.server?.address)}`;

    it('takes who shows one', async () => {
      const { ca, client } = made!;
      await expectCarried(eventsAt(at, { cacertfile: ca, certfile: client.cert, keyfile: client.key }));
    });

    it('refuses who shows none', async () => {
      await expectRefused(eventsAt(at, { cacertfile: made!.ca }), /RabbitMQ at amqps:.*(certificate|answer)/);
    });
  },
);

it('who does not speak TLS is told from who does not answer', async () => {
  const plain = createServer((socket) => void socket.end('AMQP\0\0\x09\x01')).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  atEnd(() => plain.close());
  const { port } = plain.address() as AddressInfo;
  await expectRefused(eventsAt(`127.0.0.1:${port}`, {}), /does not speak TLS at this port/);
});

describe('an address of a broker', () => {
  const text = join(folder, 'text.pem');
  writeFileSync(text, 'hello');

  it.each([
    ['amqps://h/?cacert=x', /Unknown option cacert in EVENTS_URL; did you mean cacertfile\? known: prefix,/],
    ['amqp://h/?prefx=x', /Unknown option prefx in EVENTS_URL; did you mean prefix\?/],
    ['amqp://h/?cacertfile=x', /cacertfile in EVENTS_URL is for TLS: give amqps:/],
    [
      'amqps://h/?cacertfile=/no/such.pem',
      /cacertfile=\/no\/such\.pem in EVENTS_URL cannot be read \(ENOENT/,
    ],
    [`amqps://h/?cacertfile=${text}`, /must be a PEM file/],
    ['amqps://h/?verify=maybe', /verify=maybe in EVENTS_URL must be verify_peer or verify_none/],
    ['amqps://h/?keyfile=x', /keyfile in EVENTS_URL needs the other/],
  ])('%s is refused at the start', (address, why) => {
    expect(() => readAmqpAddress(address)).toThrow(why);
  });

  it('gives the client what is its own, and verifies unless told otherwise', () => {
    const { url, tls, ...own } = readAmqpAddress('amqps://u:p@h/v?queues=quorum&frameMax=8192');
    expect(own).toEqual({ prefix: 'finsight', queues: 'quorum' });
    expect(url).toBe('amqps://u:p@h/v?frameMax=8192&heartbeat=10');
    expect(tls()).toEqual({ rejectUnauthorized: true });
    expect(readAmqpAddress('amqp://h').tls()).toEqual({});
  });
});
