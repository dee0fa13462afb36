import type { Ports } from '../adapters/ports.js';
import type { AuditEntry } from '../domain/audit.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import { seededRandom } from '../domain/random.js';
import type { Source } from '../domain/sources.js';
import { parseStream, type Stream } from '../domain/streams.js';
import type { CoverageKey } from './coverage-store.js';
import { storedTimes } from './coverage-store.js';

export interface DrillPlan extends CoverageKey {
  /** Opens of the bars to drop, ascending. */
  times: number[];
  seed: string;
}

/** The bars travel through Temporal by their opens. */
const MOST = 2000;

export const drillSteps = (ports: Ports) => ({
  /** Chooses stored bars to lose, by a seed: the same seed on the same bars is the same drill. */
  async planDrill(request: CoverageKey & { drop: number; seed: string }): Promise<DrillPlan> {
    const { stream, source, drop, seed } = request;
    const times = Array.from(await storedTimes(ports, { stream: parseStream(stream), source }));
    const most = Math.min(MOST, times.length);
    if (!Number.isInteger(drop) || drop < 1 || drop > most)
      throw new InvalidInputError(`Cannot drop ${drop} bars of ${stream}: 1 to ${most} can be`);
    const random = seededRandom(`drill ${seed} ${stream}`);
    // The first `drop` places of a Fisher–Yates shuffle: every set of bars is as likely as another.
    for (let i = 0; i < drop; i++) {
      const other = i + Math.floor(random() * (times.length - i));
      [times[i], times[other]] = [times[other] ?? 0, times[i] ?? 0];
    }
    return { stream, source, seed, times: times.slice(0, drop).sort((a, b) => a - b) };
  },

  /** Takes the bars out of the store and writes the audit entry first; again, it does nothing. */
  async dropBars(plan: DrillPlan & { principal: string; tenant: string }): Promise<{ dropped: number }> {
    const { stream, source, times, seed, principal, tenant } = plan;
    const entry: AuditEntry = {
      id: `aud_${digestOf({ stream, source, times, seed }).slice(0, 24)}`,
      at: ports.now(),
      principal,
      tenant,
      action: 'breakBars',
      target: stream,
      outcome: 'done',
      status: 200,
      requestId: '',
      detail: { source, seed, bars: times.length, first: times[0], last: times.at(-1) },
    };
    await ports.documents.insert('audit', [entry]);
    await removeTimes(ports, { stream: parseStream(stream), source, times });
    return { dropped: times.length };
  },
});

/** Takes bars out with all their versions, by their opens. */
async function removeTimes(
  ports: Ports,
  removal: { stream: Stream; source: Source; times: readonly number[] },
): Promise<void> {
  const { stream, source, times } = removal;
  const wanted = new Set(times);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
  const versions = await ports.series.versions({ stream, source, range, asOf: Infinity });
  await ports.series.remove({ stream, source, bars: versions.filter(({ time }) => wanted.has(time)) });
}
