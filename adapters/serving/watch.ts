import { messageOf } from '../../domain/errors.js';
import { limited, type Instance } from './instance.js';

export interface WatchOptions {
  /** Between two looks at an instance, ms. */
  everyMs?: number;
  /** Longest time for a sign of life, ms. */
  limitMs?: number;
  /** Looks that fail one after the other before it counts as down. */
  misses?: number;
  /** Without a request for so long nobody looks any more, ms. */
  idleMs?: number;
}

/** What looks at one instance have shown. */
interface Seen {
  /** Without a sign of life, one after the other. */
  missed: number;
  /** When the first of them began, ms of `performance.now()`. */
  since: number;
  /** Signs that were asked for and have not come. */
  signs: Set<Promise<unknown>>;
}

/** What hangs for hours must not be asked anew each time. */
const MOST_SIGNS = 4;

function signOf({ serving }: Instance, signs: Set<Promise<unknown>>): Promise<unknown> {
  if (signs.size >= MOST_SIGNS) return Promise.any(signs);
  const sign: Promise<unknown> = serving.alive?.() ?? serving.health();
  signs.add(sign);
  const end = (): void => void signs.delete(sign);
  sign.then(end, end);
  return sign;
}

/**
 * Looks at instances while they are used, so that one that hangs is found within a second: what runs there is given up
 * where another instance is well, and is sent to that one. A batch that it answers meanwhile is a sign of life, too.
 */
export function watchInstances(all: readonly Instance[], options: WatchOptions = {}) {
  const { everyMs = 150, limitMs = 250, misses = 2, idleMs = 30_000 } = options;
  const instances = all.filter(({ serving }) => !serving.inProcess);
  const timers = new Set<NodeJS.Timeout>();
  const watched = new Set<Instance>();
  let [isClosed, usedAt] = [false, 0];

  const look = async (instance: Instance, before: Seen): Promise<void> => {
    const start = performance.now();
    let { missed, since } = before;
    const { signs } = before;
    try {
      await limited(signOf(instance, signs), {
        address: instance.address,
        limitMs,
      });
      [missed, instance.down, instance.aliveAt] = [0, null, performance.now()];
    } catch (error) {
      since = missed === 0 ? start : since;
      missed++;
      if (missed >= misses && instance.aliveAt < since) markDown(instance, messageOf(error));
    }
    next(instance, { missed, since, signs });
  };
  const markDown = (instance: Instance, reason: string): void => {
    instance.down = `no sign of life: ${reason}`;
    const isOtherWell = all.some(
      (each) => each !== instance && each.down === null && each.circuit.refusal() === null,
    );
    if (isOtherWell) instance.abandon(`${instance.address} gives no sign of life`);
  };
  const next = (instance: Instance, state: Seen): void => {
    if (isClosed) return;
    if (performance.now() - usedAt > idleMs) {
      watched.delete(instance);
      return;
    }
    const timer = setTimeout(() => {
      timers.delete(timer);
      void look(instance, state);
    }, everyMs);
    timers.add(timer);
    // Looking must not keep a process that has nothing else to do.
    timer.unref();
  };
  return {
    /** Somebody asks: there is a reason to look. */
    wake(): void {
      usedAt = performance.now();
      if (isClosed || all.length < 2 || watched.size === instances.length) return;
      for (const instance of instances.filter((each) => !watched.has(each))) {
        watched.add(instance);
        next(instance, { missed: 0, since: 0, signs: new Set() });
      }
    },
    close(): void {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
