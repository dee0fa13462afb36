import type { Ports } from '../../adapters/ports.js';
import { count, emptyPhase, type PhaseTally } from '../../domain/deployment/tallies.js';
import type { Routed } from './routed.js';

/** What became of one request; `failure` is why it was not answered. */
interface Outcome {
  ms: number;
  failure: string | null;
}

export interface Tallies {
  answered(routed: Routed, outcome: Outcome): void;
  /** A mirrored request; `difference` is null where one of the two has no number. */
  mirrored(routed: Routed, outcome: Outcome & { difference: number | null }): void;
  skipped(routed: Routed): void;
}

/** Counts wait so long before they are written: a killed process loses no more. */
const FLUSH_MS = 250;
/** Phases that a process counts at a time; older ones are over. */
const MOST = 50;

/** Counts the requests of rollouts in this process, and keeps its sums in documents of its own. */
export function openTallies({ documents, now }: Pick<Ports, 'documents' | 'now'>): Tallies {
  const process = crypto.randomUUID().slice(0, 13);
  const phases = new Map<string, PhaseTally>();
  const changed = new Set<PhaseTally>();
  let timer: NodeJS.Timeout | null = null;
  const flush = async (): Promise<void> => {
    timer = null;
    const written = [...changed];
    changed.clear();
    try {
      await documents.upsert<PhaseTally>('deploymentTallies', structuredClone(written));
    } catch {
      // Sums, not differences: the next write holds these, too.
      for (const each of written) changed.add(each);
      if (phases.size > 0) wait();
    }
  };
  const wait = (): void => {
    timer ??= setTimeout(() => void flush(), FLUSH_MS);
    timer.unref();
  };
  const of = ({ route: { rollout, phase } }: Routed): PhaseTally => {
    const id = `${rollout}:${phase}:${process}`;
    const tally = phases.get(id) ?? emptyPhase(id, rollout, phase);
    phases.set(id, tally);
    for (const oldest of phases.keys()) if (phases.size > MOST) phases.delete(oldest);
    tally.updatedAt = now();
    changed.add(tally);
    wait();
    return tally;
  };
  return {
    answered(routed, outcome) {
      // What the champion says in the place of a failed candidate is no measure of the champion's share.
      if (routed.as === 'fallback') return;
      const tally = of(routed);
      count(routed.as === 'candidate' ? tally.candidate : tally.champion, outcome);
    },
    mirrored(routed, { difference, ...outcome }) {
      const tally = of(routed);
      count(tally.candidate, outcome);
      if (difference === null) return;
      tally.difference.n++;
      tally.difference.sum += difference;
      tally.difference.max = Math.max(tally.difference.max, difference);
    },
    skipped(routed) {
      of(routed).skipped++;
    },
  };
}
