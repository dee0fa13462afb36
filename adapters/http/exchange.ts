import { request, type Agent } from 'undici';
import { UnreachableError } from '../../domain/errors.js';
import { ENCODINGS, readBody, type BodyLimits } from './body.js';
import { faultOfTransport, nameOf, readReason } from './faults.js';
import type { Hop } from './redirects.js';

export interface Exchange extends BodyLimits {
  agent: Agent;
  userAgent: string;
  /** To the last byte. */
  timeoutMs: number;
  signal: AbortSignal | undefined;
}

/** An answer of any status. */
export interface Exchanged {
  status: number;
  headers: Record<string, string>;
  /** Empty where the status is not 2xx. */
  bytes: Uint8Array;
  /** What the body says about a status from 400 on. */
  reason: string;
}

type Answered = Awaited<ReturnType<typeof request>>;

const REASON_BYTES = 16 * 1024;
const NOTHING = new Uint8Array();

/**
 * One request and its answer, whatever status it has.
 * @throws UnreachableError where none comes in time, DataQualityError for a body that is refused, InvalidInputError of
 * the connector, and the signal's reason.
 */
export async function exchange(hop: Hop, options: Exchange): Promise<Exchanged> {
  const { agent, userAgent, timeoutMs, signal } = options;
  signal?.throwIfAborted();
  const stop = new AbortController();
  const late = new UnreachableError(
    `${nameOf(hop)} does not answer: it was not done within ${Math.round(timeoutMs / 100) / 10} s`,
  );
  const timer = setTimeout(() => stop.abort(late), timeoutMs);
  const leave = (): void => stop.abort(signal?.reason);
  signal?.addEventListener('abort', leave, { once: true });
  try {
    // A name that is given stands behind ours: a site shall know who asks.
    const name = [userAgent, hop.headers['user-agent']].filter(Boolean).join(' ');
    const headers = { ...hop.headers, 'user-agent': name, 'accept-encoding': ENCODINGS };
    const { method, body } = hop;
    const answer = await request(hop.url, { dispatcher: agent, method, headers, body, signal: stop.signal });
    return await received(hop, { answer, limits: options });
  } catch (error) {
    signal?.throwIfAborted();
    throw stop.signal.aborted ? late : faultOfTransport(hop, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', leave);
  }
}

async function received(
  hop: Hop,
  { answer, limits }: { answer: Answered; limits: BodyLimits },
): Promise<Exchanged> {
  const { statusCode: status, body } = answer;
  const headers = plainHeaders(answer.headers);
  // What is left of it is of no interest, nor how it ends.
  body.on('error', () => undefined);
  const name = nameOf(hop);
  const isRead = status >= 200 && status < 300 && status !== 204 && hop.method !== 'HEAD';
  try {
    const bytes = isRead ? await readBody(body, { headers, name, limits }) : NOTHING;
    const reason = status >= 400 ? await reasonOf(hop, { answer, headers, limits }) : '';
    return { status, headers, bytes, reason };
  } finally {
    body.destroy();
  }
}

/** An error's body that cannot be read says nothing. */
async function reasonOf(
  hop: Hop,
  { answer, headers, limits }: { answer: Answered; headers: Record<string, string>; limits: BodyLimits },
): Promise<string> {
  const type = headers['content-type'] ?? '';
  if (hop.method === 'HEAD' || !/^text\/plain|json/i.test(type)) return '';
  const read = readBody(answer.body, {
    headers,
    name: nameOf(hop),
    limits: { ...limits, maxBytes: Math.min(limits.maxBytes, REASON_BYTES) },
  });
  const bytes = await read.catch(() => NOTHING);
  return readReason(hop, { type, text: new TextDecoder().decode(bytes) });
}

/** Names in lower case; of one that is there several times, all. */
const plainHeaders = (given: Answered['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), [value].flat().join(', ')]],
    ),
  );
