import WebSocket from 'ws';
import type { Stream } from '../../domain/streams.js';
import type { LiveMessage } from '../ports.js';
import { liveFormatOf, type LiveFormat } from './live-formats.js';

/** After so long without a message the caller is told, so that it can say that it is alive. */
const QUIET_MS = 1000;
/** A venue that says nothing for so long is gone, whatever the connection says: all of ours speak twice a minute. */
const STALE_MS = 60_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 30_000;
/** More than this unread is memory that nobody reads: the connection is cut, and what is missed is asked for. */
const MOST_UNREAD = 50_000;

/**
 * Follows a stream for as long as the caller reads. A lost connection is made again, at first soon and then ever later
 * up to half a minute; each time `connected` says that something was missed.
 * @throws InvalidInputError where the venue refuses the subscription or cannot be followed.
 */
export async function* watchVenue(stream: Stream, host: string | undefined): AsyncGenerator<LiveMessage> {
  const format = liveFormatOf(stream.exchange);
  const address = withHost(format.address(stream), host);
  for (let failures = 0; ; failures++) {
    const inbox = openInbox(address, format, stream);
    try {
      while (inbox.silentMs() < STALE_MS) {
        const messages = await inbox.take();
        if (messages === null) break;
        // Something came of it: the next loss is the first one again.
        if (messages.some(({ kind }) => kind !== 'connected')) failures = 0;
        if (messages.length === 0) yield { kind: 'quiet' };
        yield* together(messages);
      }
    } finally {
      inbox.close();
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
    for (let waited = 0; waited < wait; waited += QUIET_MS) {
      await new Promise((resolve) => setTimeout(resolve, Math.min(QUIET_MS, wait - waited)));
      yield { kind: 'quiet' };
    }
  }
}

/** Bars that came one after the other as one message: a reader that was busy catches up with one write. */
export function together(messages: LiveMessage[]): LiveMessage[] {
  const joined: LiveMessage[] = [];
  for (const message of messages) {
    const last = joined.at(-1);
    if (message.kind === 'bars' && last?.kind === 'bars') last.bars.push(...message.bars);
    else joined.push(message.kind === 'bars' ? { ...message, bars: [...message.bars] } : message);
  }
  return joined;
}

/** `wss://venue/path` at another base address. */
function withHost(address: string, host: string | undefined): string {
  if (!host) return address;
  return `${host.replace(/^http/, 'ws').replace(/\/$/, '')}${new URL(address).pathname}`;
}

/** One connection with what it has received and nobody has read yet. */
function openInbox(address: string, format: LiveFormat, stream: Stream) {
  const socket = new WebSocket(address, { handshakeTimeout: 10_000, maxPayload: 4 * 1024 * 1024 });
  let unread: LiveMessage[] = [];
  let ended = false;
  let fault: Error | null = null;
  let heard = Date.now();
  let wake = (): void => undefined;
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on('open', () => {
    for (const each of format.hello(stream)) socket.send(JSON.stringify(each));
    unread.push({ kind: 'connected' });
    wake();
  });
  socket.on('ping', () => (heard = Date.now()));
  socket.on('message', (data) => {
    heard = Date.now();
    try {
      unread.push(...format.read(readJson(data.toString()), stream));
    } catch (error) {
      fault = error as Error;
      socket.terminate();
    }
    if (unread.length > MOST_UNREAD) socket.terminate();
    if (unread.length > 0) wake();
  });
  // An error is followed by a close.
  socket.on('error', () => undefined);
  socket.on('close', end);
  return {
    /** What has come since the last call: waits a second for it. Null where the connection has ended. */
    async take(): Promise<LiveMessage[] | null> {
      if (unread.length === 0 && !ended)
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, QUIET_MS);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      const messages = unread;
      unread = [];
      if (messages.length === 0 && fault) throw fault;
      return messages.length === 0 && ended ? null : messages;
    },
    /** How long the venue has said nothing at all. */
    silentMs: () => Date.now() - heard,
    close: () => socket.terminate(),
  };
}

/** What is no JSON says nothing; if it should have, its trade or bar is missed and asked for. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
