import { messageOf, UnreachableError } from '../../domain/errors.js';
import { openCircuit, type Circuit } from '../circuit.js';
import type { InstanceHealth, ServingPort, ServingHealth } from '../ports-serving.js';
import { MEASURES } from './measures.js';

/** Times of the last batches that figures are made of. */
const REMEMBERED = 512;
const HEALTH_MS = 3000;
const SHORT_MS = 250;

export interface InstanceOptions {
  /** Without passwords. */
  address: string;
  serving: ServingPort;
  /** 0: asked first; a higher one is asked where none of the lower can answer. */
  tier: number;
  /** Longest time for one batch, ms. */
  limitMs: number;
  /** How long it is left alone after failing again and again, ms. */
  pauseMs: number;
}

/** One backend of several, with what this process knows of it. */
export interface Instance extends Pick<InstanceOptions, 'address' | 'serving' | 'tier'> {
  circuit: Circuit;
  running: number;
  /** What it has to do for each that it does at a time. */
  load(): number;
  /** Order of the last question, so that equals take turns. */
  turn: number;
  /** Why it is not to be asked unless nobody else can be: it gave no sign of life; null where all is well. */
  down: string | null;
  /** What it last failed with; null where it never did. */
  lastFault: string | null;
  /** When it last gave a sign of life, ms of `performance.now()`. */
  aliveAt: number;
  /** One batch, for at most the limit. @throws what the backend throws, UnreachableError */
  ask<T>(work: (serving: ServingPort) => Promise<T>): Promise<T>;
  /** Fails whatever runs there: others can do it. */
  abandon(reason: string): void;
  health(): Promise<InstanceHealth>;
}

/** What another instance would answer in the same way. */
const FINAL = new Set(['InvalidInputError', 'DataQualityError']);
export const isFinal = (error: unknown): boolean => error instanceof Error && FINAL.has(error.name);

/** It is only busy, or lacks the model: others may do better, and it is not to blame. */
const isExcused = (error: unknown): boolean =>
  (error instanceof UnreachableError && error.retryAfterMs !== null) ||
  (error instanceof Error && error.name === 'NotFoundError');

const isFault = (error: unknown): boolean => !isFinal(error) && !isExcused(error);

let turns = 0;

export function openInstance(options: InstanceOptions): Instance {
  const { address, serving, tier, limitMs, pauseMs } = options;
  const circuit = openCircuit({ pauseMs, isFault });
  const pending = new Set<(error: Error) => void>();
  const times = recentTimes();
  const labels = {
    all: { address },
    ...{ answered: { address, outcome: 'answered' }, refused: { address, outcome: 'refused' } },
    failed: { address, outcome: 'failed' },
  };
  let [requests, failures] = [0, 0];
  const instance: Instance = {
    ...{
      address,
      serving,
      tier,
      circuit,
      running: 0,
      turn: 0,
      down: null,
      lastFault: null,
      aliveAt: -Infinity,
    },
    load: () => instance.running / (serving.lanes ?? 1),
    async ask(work) {
      instance.running++;
      instance.turn = ++turns;
      requests++;
      const start = performance.now();
      let outcome: 'answered' | 'refused' | 'failed' = 'answered';
      try {
        // What computes in this process cannot be away, so there is nothing to leave alone.
        const answer = serving.inProcess
          ? await work(serving)
          : await circuit.run(() => limited(work(serving), { address, limitMs, pending }));
        alive();
        times.add(performance.now() - start);
        return answer;
      } catch (error) {
        outcome = isFinal(error) ? 'refused' : 'failed';
        if (outcome === 'refused') alive();
        else [failures, instance.lastFault] = [failures + 1, messageOf(error)];
        throw error;
      } finally {
        instance.running--;
        MEASURES.requests.add(1, labels[outcome]);
        MEASURES.seconds.observe((performance.now() - start) / 1000, labels.all);
      }
    },
    abandon(reason) {
      for (const fail of pending) fail(new UnreachableError(reason));
    },
    async health() {
      // Nobody waits long for what is known to be away.
      const patience = instance.down === null ? HEALTH_MS : SHORT_MS;
      const known = await limited(serving.health(), { address, limitMs: patience }).catch(
        (error: unknown) => ({ ...NOTHING, fault: messageOf(error) }),
      );
      const fault = 'fault' in known ? known.fault : instance.down;
      const refusal = circuit.isOpen()
        ? (circuit.refusal() ?? 'it failed, and the next request tries it')
        : null;
      return {
        ...{ address, backend: known.backend, provider: known.provider, loaded: known.loaded },
        role: tier === 0 ? 'primary' : 'fallback',
        state: fault !== null ? 'down' : refusal !== null ? 'open' : 'ready',
        ...{ running: instance.running, p50Ms: times.at(0.5), p95Ms: times.at(0.95), requests, failures },
        reason: fault ?? refusal,
        ...(known.measures && { measures: known.measures }),
      };
    },
  };
  const alive = (): void => {
    instance.aliveAt = performance.now();
    instance.down = null;
  };
  return instance;
}

const NOTHING: ServingHealth = { backend: 'unknown', provider: 'unknown', loaded: [] };

/**
 * The work, or an error where it takes longer. `pending`: those who can be told to give up before.
 * @throws UnreachableError naming the address and the limit
 */
export async function limited<T>(
  work: Promise<T>,
  { address, limitMs, pending }: { address: string; limitMs: number; pending?: Set<(error: Error) => void> },
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let fail: (error: Error) => void = () => undefined;
  const given = new Promise<never>((_, reject) => {
    fail = reject;
    // An answer that has come while this process was busy is taken first.
    timer = setTimeout(
      () => setImmediate(() => reject(new UnreachableError(`${address}: no answer within ${limitMs} ms`))),
      limitMs,
    );
  });
  pending?.add(fail);
  try {
    return await Promise.race([work, given]);
  } finally {
    clearTimeout(timer);
    pending?.delete(fail);
  }
}

/** Quantiles of the last times, in ms with two decimals; null of none. */
function recentTimes() {
  const times: number[] = [];
  let next = 0;
  return {
    add(ms: number): void {
      times[next] = ms;
      next = (next + 1) % REMEMBERED;
    },
    at(share: number): number | null {
      const found = times.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(share * times.length) - 1)];
      return found === undefined ? null : Number(found.toFixed(2));
    },
  };
}
