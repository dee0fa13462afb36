import type { Ports, SweepRequest } from '../../adapters/ports.js';
import type { GridMetrics } from '../../domain/backtest/grid-metrics.js';
import { messageOf } from '../../domain/errors.js';
import { beat, resumed } from '../beat.js';

/** What the heartbeat carries: where the last checkpoint lies. */
interface Cursor {
  key: string;
  sha256: string;
  /** The next bar. */
  next: number;
}

const LOOK_EVERY_MS = 250;
/** Heartbeats are told some seconds apart: the first one should have the first checkpoint to tell of. */
const FIRST_BEAT_MS = 1500;

/**
 * Computes combinations in a worker thread, puts its checkpoints into the objects and their keys into the heartbeat. An
 * attempt after a lost one goes on at the last of them. @throws what a combination threw; CancelledFailure
 */
export async function stepwise(
  ports: Ports,
  { request, prefix }: { request: SweepRequest; prefix: string },
): Promise<GridMetrics[]> {
  const checkpoint = await lastCheckpoint(ports, prefix);
  const stop = new AbortController();
  let made: { bytes: Uint8Array; next: number } | null = null;
  let ended = false;
  const began = performance.now();
  const work = ports.sweeps
    .run(checkpoint ? { ...request, checkpoint } : request, {
      signal: stop.signal,
      onCheckpoint: (bytes, next) => void (made = { bytes, next }),
    })
    .finally(() => void (ended = true));
  // It is waited for below; until then a failure is no unhandled one.
  work.catch(() => undefined);
  try {
    while (!ended) {
      await Promise.race([work.catch(() => undefined), wait(LOOK_EVERY_MS)]);
      const taken = made as { bytes: Uint8Array; next: number } | null;
      made = null;
      if (taken) await keep(ports, prefix, taken);
      else if (performance.now() - began > FIRST_BEAT_MS) beat();
    }
  } catch (error) {
    stop.abort();
    await work.catch(() => undefined);
    throw error;
  }
  const metrics = await work;
  for (const key of await ports.objects.list(`${prefix}-`)) await ports.objects.remove(key);
  return metrics;
}

async function keep(ports: Ports, prefix: string, made: { bytes: Uint8Array; next: number }): Promise<void> {
  // The server may know an older heartbeat than the last one: older checkpoints stay until the end.
  const { key, sha256 } = await ports.objects.put(`${prefix}-${made.next}.checkpoint`, made.bytes);
  beat({ key, sha256, next: made.next } satisfies Cursor);
}

/** A checkpoint that is gone or broken costs time and no result: the rows are computed from the first bar again. */
async function lastCheckpoint(ports: Ports, prefix: string): Promise<Uint8Array | null> {
  const cursor = resumed<Cursor>();
  if (!cursor?.key.startsWith(`${prefix}-`)) return null;
  return ports.objects.get(cursor.key, cursor.sha256).catch((error: unknown) => {
    if (/NotFound|DataQuality/.test(error instanceof Error ? error.name : messageOf(error))) return null;
    throw error;
  });
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
