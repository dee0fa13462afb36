import { setTimeout } from 'node:timers/promises';
import type { Request, Response } from 'express';
import { sha256Hex } from '../domain/digest.js';
import type { Principal } from '../domain/identity.js';
import { RateLimitError } from './errors.js';
import type { Context } from './route.js';
import type { Story } from './stories.js';

const HEARTBEAT_MS = 15_000;
const STREAMS_PER_PRINCIPAL = 50;

/** Open streams by principal: each holds a socket and asks a worker every second. */
const open = new Map<string, number>();

interface EventsRequest {
  workflowId: string;
  context: Context;
  principal: Principal;
  req: Request;
  res: Response;
}

/**
 * Sends a run's progress as it changes, then `closed` with its result. An event's id is the digest of its
 * data: a client that comes back with Last-Event-ID is not told again what it knows, and gets 204 once all is told.
 */
export async function sendEvents({ workflowId, context, principal, req, res }: EventsRequest): Promise<void> {
  let story = await context.stories.get(workflowId);
  let lastId = req.get('last-event-id') ?? '';
  if (story.status !== 'running' && lastId === eventOf(story).id) return void res.status(204).end();
  const held = open.get(principal.id) ?? 0;
  if (held >= STREAMS_PER_PRINCIPAL)
    throw new RateLimitError(`${held} event streams are open already, the most for one principal`, 10);
  open.set(principal.id, held + 1);
  const gone = new AbortController();
  res.once('close', () => {
    gone.abort();
    open.set(principal.id, (open.get(principal.id) ?? 1) - 1);
  });
  res.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  res.write('retry: 2000\n\n');
  let spokeAt = Date.now();
  while (!gone.signal.aborted) {
    const event = eventOf(story);
    if (event.id !== lastId) {
      res.write(event.text);
      spokeAt = Date.now();
      lastId = event.id;
    } else if (Date.now() - spokeAt >= HEARTBEAT_MS) {
      res.write(': still here\n\n');
      spokeAt = Date.now();
    }
    if (story.status !== 'running') return void res.end();
    await pause(context.config.progressMs ?? 1000, gone.signal);
    // A restarting Temporal is waited for: the stream stays open and goes on where it was.
    story = await context.stories.get(workflowId).catch(() => story);
  }
}

function eventOf(story: Story): { id: string; text: string } {
  const closed = story.status !== 'running';
  const data = JSON.stringify(
    closed ? story : (story.progress ?? { stage: 'waiting for a worker', steps: [], retrying: [] }),
  );
  const id = sha256Hex(data).slice(0, 16);
  return { id, text: `id: ${id}\nevent: ${closed ? 'closed' : 'progress'}\ndata: ${data}\n\n` };
}

/** The timer takes its listener off the signal again: a stream of hours would gather thousands. */
const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  setTimeout(ms, undefined, { signal }).catch(() => undefined);
