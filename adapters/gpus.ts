import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Gpu } from '../domain/resources.js';

const QUERY = ['--query-gpu=name,memory.total,memory.used,utilization.gpu', '--format=csv,noheader,nounits'];
/** A driver that hangs must not hold up whoever looks. */
const PATIENCE_MS = 3000;
const FRESH_MS = 5000;
/** Where there is none, one is not looked for at each request. */
const ABSENT_MS = 60_000;
const MEBIBYTE = 2 ** 20;

/** Looks at this machine's NVIDIA GPUs; none where `nvidia-smi` is absent, hangs or fails. */
export function openGpus(command = 'nvidia-smi'): () => Promise<Gpu[]> {
  const run = promisify(execFile);
  let held: { until: number; gpus: Promise<Gpu[]> } | null = null;
  const look = async (): Promise<Gpu[]> => {
    const { stdout } = await run(command, QUERY, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
    return readGpus(stdout);
  };
  return () => {
    if (held && Date.now() < held.until) return held.gpus;
    const mine = { until: Date.now() + FRESH_MS, gpus: look() };
    mine.gpus = mine.gpus.catch(() => {
      mine.until = Date.now() + ABSENT_MS;
      return [];
    });
    held = mine;
    return mine.gpus;
  };
}

/** Lines of `nvidia-smi`: name, MiB there are, MiB in use, percent busy; what it does not support is null. */
export const readGpus = (text: string): Gpu[] =>
  text
    .split('\n')
    .filter((line) => line.includes(','))
    .map((line) => {
      // A name may hold a comma; the figures come last.
      const parts = line.split(',').map((each) => each.trim());
      const [memory, used, busy] = parts.slice(-3).map(figureOf);
      return {
        name: parts.slice(0, -3).join(', '),
        memoryBytes: memory === null || memory === undefined ? null : memory * MEBIBYTE,
        usedBytes: used === null || used === undefined ? null : used * MEBIBYTE,
        utilisation: busy === null || busy === undefined ? null : busy / 100,
      };
    });

const figureOf = (text: string): number | null => (/^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null);
