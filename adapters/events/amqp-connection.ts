import type { Channel, ChannelModel, ConfirmChannel } from 'amqplib';
import { InvalidInputError, messageOf, UnreachableError } from '../../domain/errors.js';
import { redacted } from '../addresses.js';
import { readAmqpAddress, type AmqpAddress } from './amqp-address.js';
import { within } from './within.js';

/** A broker: connected at the first use, and again at the next one after the connection was lost. */
export interface AmqpConnection extends Pick<AmqpAddress, 'prefix' | 'queues'> {
  /** A channel of its own; `onLost` is called once when it ends in any way. */
  channel(onLost: () => void): Promise<Channel>;
  /** The one channel for publishing, whose messages the broker confirms. */
  publisher(): Promise<ConfirmChannel>;
  /** Runs work; the client's errors come out as ours, naming the broker without its password. */
  guarded<T>(work: () => Promise<T>): Promise<T>;
  /** Work that only the broker holds up: where it takes too long the connection is given up. @throws UnreachableError */
  answered<T>(what: string, work: () => Promise<T>): Promise<T>;
  /** Gives the connection up, as where the broker is silent: the next use makes another. */
  drop(): Promise<void>;
  close(): Promise<void>;
}

/** A broker that is there but stuck is told from one that is slow after this long. */
const CONNECT_MS = 5000;
const CLOSE_MS = 2000;
const ANSWER_MS = 10_000;

/** @param address as `readAmqpAddress` takes it. */
export function amqpConnection(address: string): AmqpConnection {
  const place = readAmqpAddress(address);
  const { prefix, queues } = place;
  let opening: Promise<ChannelModel> | null = null;
  let publishing: Promise<ConfirmChannel> | null = null;
  const forget = (lost: Promise<ChannelModel>): void => {
    if (opening === lost) [opening, publishing] = [null, null];
  };
  const connection = (): Promise<ChannelModel> => {
    if (opening) return opening;
    const connecting = connectTo(place, () => forget(made));
    const made: Promise<ChannelModel> = within(CONNECT_MS, 'The connection', connecting);
    // One that comes after all is not wanted any more.
    made.catch(() => connecting.then((late) => late.close()).catch(() => undefined));
    opening = made;
    made.catch(() => forget(made));
    return made;
  };
  const end = async (): Promise<void> => {
    const ending = opening;
    [opening, publishing] = [null, null];
    // One that is lost already cannot be closed, and need not be; one that is stuck is left.
    const closed = ending?.then((each) => each.close()) ?? Promise.resolve();
    await within(CLOSE_MS, 'The close', closed).catch(() => undefined);
  };
  const answered = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await within(ANSWER_MS, `RabbitMQ's answer for ${what}`, work());
    } catch (error) {
      if (error instanceof UnreachableError) void end();
      throw error;
    }
  };
  return {
    prefix,
    queues,
    answered,
    async channel(onLost) {
      const channel = await answered('a channel', async () => (await connection()).createChannel());
      // Without a listener an error of the channel would end the process.
      channel.on('error', () => undefined).on('close', onLost);
      return channel;
    },
    publisher() {
      publishing ??= answered('a channel', () => openPublisher(connection, () => (publishing = null)));
      const asked = publishing;
      asked.catch(() => {
        if (publishing === asked) publishing = null;
      });
      return asked;
    },
    async guarded(work) {
      try {
        return await work();
      } catch (error) {
        throw translated(address, error);
      }
    },
    drop: end,
    close: end,
  };
}

async function openPublisher(
  connection: () => Promise<ChannelModel>,
  onLost: () => void,
): Promise<ConfirmChannel> {
  const channel = await (await connection()).createConfirmChannel();
  channel.on('error', () => undefined).on('close', onLost);
  return channel;
}

async function connectTo({ url, tls }: AmqpAddress, onLost: () => void): Promise<ChannelModel> {
  const { connect } = await import('amqplib');
  const model = await connect(url, { timeout: CONNECT_MS, ...tls() });
  model.on('error', () => undefined).on('close', onLost);
  return model;
}

const KEPT = /^(InvalidInput|NotFound|DataQuality|Unreachable)Error$/;
/** The client's own ends of a connection or a channel, and the operating system's. */
const LOST =
  /socket|connection|channel (closed|ended|closing)|closed|timeout|heartbeat|ECONN|ENOTFOUND|EAI_AGAIN|EHOST|ENET|EPIPE|ETIMEDOUT|IllegalOperation/i;

/** What is wrong between client and server of TLS, by the codes of Node and OpenSSL, and what would be right. */
const TLS_FAULTS: [RegExp, string][] = [
  [
    /ALTNAME/,
    'has a certificate for other names; connect by one of them, or give server_name_indication=<name> in EVENTS_URL',
  ],
  [
    /CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_UNKNOWN/,
    'does not take the certificate of this client; give certfile and keyfile in EVENTS_URL',
  ],
  [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, 'has a certificate that is not valid now'],
  [
    /SELF_SIGNED|UNABLE_TO_(VERIFY|GET)|CERT_/,
    'has a certificate that is not trusted here; give cacertfile=<PEM file of its CA> in EVENTS_URL',
  ],
  [/WRONG_VERSION_NUMBER|EPROTO/, 'does not speak TLS at this port, which is usually 5671'],
];

function translated(address: string, error: unknown): unknown {
  if (!(error instanceof Error) || KEPT.test(error.name)) return error;
  const text = `${error.name} ${(error as { code?: unknown }).code ?? ''} ${messageOf(error)}`;
  const place = redacted(address);
  if (/ACCESS.REFUSED|access_refused|\b403\b/i.test(text))
    return new UnreachableError(`RabbitMQ at ${place} refuses this user or vhost: ${messageOf(error)}`);
  if (/PRECONDITION.FAILED|\b406\b/i.test(text))
    return new InvalidInputError(
      `RabbitMQ at ${place} has a queue or exchange of this name with other properties; remove it or give another prefix (${messageOf(error)})`,
    );
  const fault = address.startsWith('amqps:') && TLS_FAULTS.find(([pattern]) => pattern.test(text));
  if (fault) return new UnreachableError(`RabbitMQ at ${place} ${fault[1]} (${messageOf(error)})`);
  if (LOST.test(text))
    return new UnreachableError(`RabbitMQ at ${place} does not answer: ${messageOf(error) || error.name}`);
  return error;
}
