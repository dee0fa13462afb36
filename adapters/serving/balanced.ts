import { messageOf, UnreachableError } from '../../domain/errors.js';
import type { FallbackState, ServingHealth, ServingPort } from '../ports-serving.js';
import { isFinal, limited, openInstance, type Instance } from './instance.js';
import { MEASURES, measureInstances } from './measures.js';
import { watchInstances, type WatchOptions } from './watch.js';

export interface Given {
  /** Without passwords. */
  address: string;
  serving: ServingPort;
  /** 0 where absent: asked first. A higher one is a fallback of all lower ones. */
  tier?: number;
}

export interface BalancedOptions {
  /** Longest time for one batch, ms; backends have their own, shorter ones. */
  limitMs?: number;
  /** How long an instance that failed again and again is left alone, ms. */
  pauseMs?: number;
  watch?: WatchOptions;
  /** Hears when a fallback begins to answer, and when a primary instance does again. */
  told?: (change: FallbackChange) => void;
}

export interface FallbackChange {
  type: 'serving.fellBack' | 'serving.recovered';
  /** Epoch ms. */
  at: number;
  /** Who answers now. */
  address: string;
  /** Why no primary instance could answer. */
  reason: string | null;
}

const LIMIT_MS = 60_000;
const LOAD_LIMIT_MS = 300_000;
const PAUSE_MS = 10_000;

/**
 * Instances as one: each batch goes to the one that has least to do for what it can do at a time. One that fails is
 * passed by, and left alone where it fails again and again or gives no sign of life; where none of the primary ones can
 * answer, a fallback does. @throws UnreachableError where none answers
 */
export function balancedServing(given: readonly Given[], options: BalancedOptions = {}): ServingPort {
  const { limitMs = LIMIT_MS, pauseMs = PAUSE_MS, watch: watching = {} } = options;
  const instances = given.map(({ tier = 0, ...each }) => openInstance({ ...each, tier, limitMs, pauseMs }));
  const watch = watchInstances(instances, watching);
  const fallback = fallbackState(instances, options.told ?? (() => undefined));
  measureInstances(instances);
  const everywhere = async (work: (serving: ServingPort) => Promise<void>): Promise<void> => {
    const done = await Promise.allSettled(
      instances.map(({ address, serving }) => limited(work(serving), { address, limitMs: LOAD_LIMIT_MS })),
    );
    const faults = done.flatMap((each) => (each.status === 'rejected' ? [each.reason as unknown] : []));
    // One that is away loads the model when it is asked for it.
    if (faults.some(isFinal) || faults.length === instances.length) throw faultOf(instances, faults);
  };
  return {
    lanes: lanesOf(instances),
    async infer(model, inputs) {
      watch.wake();
      const { answer, by } = await firstAnswer(instances, (serving) => serving.infer(model, inputs));
      fallback.note(by);
      return answer;
    },
    load: (model) => everywhere((serving) => serving.load(model)),
    unload: (model) => everywhere((serving) => serving.unload(model)),
    async metadata(model) {
      const { answer } = await firstAnswer(instances, (serving) => serving.metadata(model));
      return answer;
    },
    health: () => healthOf(instances, fallback.read()),
    async close() {
      watch.close();
      await Promise.all(instances.map(({ serving }) => serving.close()));
    },
  };
}

/** Of the primary ones: a fallback is there for bad times. */
const lanesOf = (instances: readonly Instance[]): number =>
  instances.filter(({ tier }) => tier === 0).reduce((sum, { serving }) => sum + (serving.lanes ?? 1), 0);

async function firstAnswer<T>(
  instances: readonly Instance[],
  work: (serving: ServingPort) => Promise<T>,
): Promise<{ answer: T; by: Instance }> {
  const faults: unknown[] = [];
  const left = new Set(instances);
  while (left.size > 0) {
    const instance = [...left].reduce((best, each) => (isBefore(each, best) ? each : best));
    left.delete(instance);
    const refusal = instance.circuit.refusal();
    if (refusal !== null) {
      faults.push(new UnreachableError(`${instance.address}: ${refusal}`));
      continue;
    }
    try {
      return { answer: await instance.ask(work), by: instance };
    } catch (error) {
      if (isFinal(error)) throw error;
      faults.push(named(error, instance.address));
    }
  }
  throw faultOf(instances, faults);
}

/** Well before unwell, primary before fallback, what has less to do before what has more; equals take turns. */
function isBefore(one: Instance, other: Instance): boolean {
  const isWell = ({ down, circuit }: Instance): number => Number(down === null && circuit.refusal() === null);
  const order =
    isWell(other) - isWell(one) ||
    one.tier - other.tier ||
    one.load() - other.load() ||
    one.turn - other.turn;
  return order < 0;
}

function named(error: unknown, address: string): unknown {
  const message = messageOf(error);
  return message.startsWith(address) || (error instanceof Error && error.name === 'NotFoundError')
    ? error
    : new UnreachableError(`${address}: ${message}`, { cause: error });
}

/** What all of them say, where they say the same kind of thing; else that none answers. */
function faultOf(instances: readonly Instance[], faults: readonly unknown[]): unknown {
  const final = faults.find(isFinal);
  if (final) return final;
  const isAbsent = faults.every((each) => each instanceof Error && each.name === 'NotFoundError');
  if (isAbsent && faults.length === instances.length) return faults[0];
  return new UnreachableError(`No instance of the model server answers: ${faults.map(messageOf).join('; ')}`);
}

/** Who answered last, and where it was a fallback, why. */
function fallbackState(instances: readonly Instance[], told: (change: FallbackChange) => void) {
  const state: FallbackState = { active: false, address: null, reason: null, since: null, requests: 0 };
  const recover = (by: Instance): void => {
    if (!state.active) return;
    state.active = false;
    told({ type: 'serving.recovered', at: Date.now(), address: by.address, reason: state.reason });
  };
  return {
    note(by: Instance): void {
      if (by.tier === 0) return recover(by);
      state.requests++;
      MEASURES.fallbacks.add(1, { address: by.address });
      state.reason = instances
        .filter(({ tier }) => tier < by.tier)
        .map(
          ({ address, down, circuit, lastFault }) => `${address}: ${down ?? circuit.refusal() ?? lastFault}`,
        )
        .join('; ');
      if (state.active && state.address === by.address) return;
      Object.assign(state, { active: true, address: by.address, since: Date.now() });
      told({ type: 'serving.fellBack', at: Date.now(), address: by.address, reason: state.reason });
    },
    read: (): FallbackState => ({ ...state }),
  };
}

async function healthOf(instances: readonly Instance[], fallback: FallbackState): Promise<ServingHealth> {
  const all = await Promise.all(instances.map((instance) => instance.health()));
  const backend = [...new Set(all.map((each) => each.backend))].join(', ');
  const said = all.map((each) =>
    each.state === 'down' ? `does not answer: ${each.reason ?? 'unknown'}` : each.provider,
  );
  return {
    backend,
    provider:
      all.length === 1 ? (said[0] ?? '') : all.map(({ address }, i) => `${address}: ${said[i]}`).join('; '),
    loaded: [...new Set(all.flatMap((each) => each.loaded))],
    instances: all,
    ...(instances.some(({ tier }) => tier > 0) && { fallback }),
  };
}
