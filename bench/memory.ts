import { readdirSync, readFileSync } from 'node:fs';

/**
 * Samples the memory of a process and all that it started, by /proc (Linux): proportional set sizes, in which a page
 * that several processes share counts once in all; resident sizes where the kernel does not tell those.
 */
export function watchMemory(root: number, everyMs = 500): { stop(): { peakBytes: number } } {
  let peakBytes = 0;
  const timer = setInterval(() => {
    peakBytes = Math.max(peakBytes, treeBytes(root));
  }, everyMs);
  return {
    stop() {
      clearInterval(timer);
      return { peakBytes };
    },
  };
}

function treeBytes(root: number): number {
  const children = new Map<number, number[]>();
  const bytes = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      const parent = Number(/^PPid:\s+(\d+)/m.exec(status)?.[1]);
      children.set(parent, [...(children.get(parent) ?? []), pid]);
      bytes.set(pid, proportionalBytes(pid) ?? 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    } catch {
      // The process ended between the listing and the reading.
    }
  }
  const sum = (pid: number): number =>
    (bytes.get(pid) ?? 0) + (children.get(pid) ?? []).reduce((total, child) => total + sum(child), 0);
  return sum(root);
}

function proportionalBytes(pid: number): number | null {
  try {
    const kilobytes = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : 1024 * Number(kilobytes);
  } catch {
    return null;
  }
}
