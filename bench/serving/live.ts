import { spawn } from 'node:child_process';
import { availableParallelism, setPriority } from 'node:os';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { environment, readConfig } from '../../adapters/config.js';
import { openPorts } from '../../adapters/open.js';
import type { Ports } from '../../adapters/ports.js';
import { COMPUTING_NICENESS } from '../../adapters/processes.js';
import { rounded, timesOf } from './figures.js';
import { headlines } from './headlines.js';

const ITEMS = 5000;
/** As a step of a back-fill asks. */
const PAGE = 500;
const EVERY_MS = 100;
const IDLE_MS = 8000;
/** Where the back-fill lasts longer. */
const MOST_MS = 60_000;
const LIMITS = { ratioOfIdle: 2 };

/**
 * Live scores of the shipped encoder while 5,000 headlines are filled back: in the same process, where batches of live texts go
 * first, and by a worker's process beside it, as on one machine, with the lower priority of the system that `finsight up`
 * gives it and without. Each beside the idle times before and after it.
 */
export async function benchLive({ directory }: { directory: string }): Promise<Record<string, unknown>> {
  const config = readConfig({ ...environment(), FINSIGHT_DATA_DIR: directory, FINSIGHT_ML: 'off' });
  const ports = openPorts(config);
  try {
    const phases: [string, (ended: () => void) => Promise<unknown>][] = [
      ['sameProcess', (ended) => fillHere(ports, ended)],
      ['workerProcess', (ended) => fillBeside(directory, { niceness: COMPUTING_NICENESS, ended })],
      ['workerProcessOfSamePriority', (ended) => fillBeside(directory, { niceness: 0, ended })],
    ];
    await live(ports, { untilMs: 1000 });
    const figures: Record<string, unknown> = {
      items: ITEMS,
      cores: availableParallelism(),
      everyMs: EVERY_MS,
    };
    let before = await live(ports, { untilMs: IDLE_MS });
    for (const [name, fill] of phases) {
      let over = false;
      await fill(() => (over = true));
      const start = performance.now();
      const during = await live(ports, { untilMs: MOST_MS, isOver: () => over });
      const seconds = (performance.now() - start) / 1000;
      while (!over) await pause(100);
      const after = await live(ports, { untilMs: IDLE_MS });
      const idleP95 = (before.p95Ms + after.p95Ms) / 2;
      const ratio = rounded(during.p95Ms / idleP95);
      figures[name] = {
        idleBefore: before,
        during,
        seconds: rounded(seconds, 1),
        idleAfter: after,
        ratioOfIdle: ratio,
      };
      before = after;
    }
    return { ...figures, limits: LIMITS };
  } finally {
    await ports.close();
  }
}

let asked = 1e9;

/** One text every 100 ms, whether or not others have ended; times in ms. */
async function live(ports: Ports, { untilMs, isOver }: { untilMs: number; isOver?: () => boolean }) {
  const model = await ports.sentiment.choose();
  const times: number[] = [];
  const pending: Promise<void>[] = [];
  const start = performance.now();
  while (performance.now() - start < untilMs && !isOver?.()) {
    const begin = performance.now();
    const text = headlines(1, asked++);
    const score = ports.sentiment.score(model, text, { priority: 'live', tenant: 'live' });
    pending.push(score.then(() => void times.push(performance.now() - begin)));
    await pause(EVERY_MS);
  }
  await Promise.all(pending);
  return { n: times.length, ...timesOf(times) };
}

/** Begins, and does not wait for the end. */
async function fillHere(ports: Ports, ended: () => void): Promise<void> {
  const model = await ports.sentiment.choose();
  const all = (async () => {
    for (let at = 0; at < ITEMS; at += PAGE)
      await ports.sentiment.score(model, headlines(PAGE, at), { priority: 'backfill', durable: true });
  })();
  void all.finally(ended);
}

/** Resolves when the worker's model is ready. */
async function fillBeside(
  directory: string,
  { niceness, ended }: { niceness: number; ended: () => void },
): Promise<void> {
  const entry = fileURLToPath(new URL('./backfill.js', import.meta.url));
  // Of its own, or it would find the scores of the phase before.
  const place = join(directory, `worker-${niceness}`);
  const child = spawn(process.execPath, [entry, place, String(ITEMS)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (niceness > 0 && child.pid !== undefined) setPriority(child.pid, niceness);
  child.once('close', ended);
  await once(createInterface({ input: child.stdout }), 'line');
}
