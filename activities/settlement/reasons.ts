import type { Ports } from '../../adapters/ports.js';
import type { QuarantinedBar } from '../../domain/bars.js';
import { closedBy, coverageId, type StoredCoverage } from '../../domain/coverage.js';
import { contains } from '../../domain/intervals.js';
import type { Prediction } from '../../domain/prediction.js';
import { openTime } from '../../domain/quarantine.js';
import { sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, timeframeMs, type Stream } from '../../domain/streams.js';

/** Why there is no outcome yet. `never`: none can come, so waiting for it is idle. */
export interface Pending {
  reason: string;
  never: boolean;
}

export interface Asked {
  stream: string;
  source: Source;
  /** The story's clock: nothing known later is looked at. */
  now: number;
}

/** What came of asking the venue. */
export interface Asking {
  /** When the last bar that the venue gives closes; null where it was not asked. */
  lastClose: number | null;
  failure: string | null;
}

/** The state of each bar that is not there, in words. */
export async function reasonsOf(
  ports: Ports,
  asked: Asked,
  { without, lastClose, failure }: Asking & { without: readonly Prediction[] },
): Promise<(id: string) => Pending> {
  const stream = parseStream(asked.stream);
  const step = timeframeMs(stream.timeframe);
  const opens = new Map(without.map(({ id, targetTime }) => [id, targetTime - step]));
  const held = await quarantinedAt(ports, asked, { stream, opens: new Set(opens.values()) });
  const contract = await ports.documents.get<StoredCoverage>('coverage', coverageId(stream, asked.source));
  const closed = contract ? closedBy(contract.proofs) : [];
  return (id) => {
    const open = opens.get(id) ?? NaN;
    const bar = `the bar of ${asked.stream} that opens at ${iso(open)}`;
    const fault = held.get(open);
    if (fault !== undefined) return { reason: `${bar} is in quarantine: ${fault}`, never: false };
    if (contains(closed, open))
      return { reason: `${bar} does not exist: the exchange was closed`, never: false };
    if (failure !== null)
      return { reason: `${bar} is not stored, and asking for it failed: ${failure}`, never: false };
    if (lastClose === null)
      return {
        reason: `${bar} is not stored; it came from a file, so only another file can bring it`,
        never: false,
      };
    if (open + step > lastClose) return beyond(asked.source, lastClose);
    return { reason: `${bar} is missing: the venue has none`, never: false };
  };
}

/** A simulated market has an end of its own, behind which nothing ever comes; others go on. */
const beyond = ({ kind }: Source, lastClose: number): Pending =>
  kind === 'live'
    ? {
        reason: `the venue's last bar closed at ${iso(lastClose)}: the target's is not final yet`,
        never: false,
      }
    : { reason: `the ${kind} market ends at ${iso(lastClose)}`, never: kind === 'simulated' };

async function quarantinedAt(
  ports: Ports,
  { stream: name, source }: Asked,
  { stream, opens }: { stream: Stream; opens: Set<number> },
): Promise<Map<number, string>> {
  const held = new Map<number, string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const page: { items: QuarantinedBar[]; cursor: string | null } =
      await ports.documents.find<QuarantinedBar>('quarantine', {
        where: { stream: name },
        limit: 1000,
        ...(cursor ? { cursor } : {}),
      });
    for (const fault of page.items) {
      const time = openTime(fault, stream.timeframe, sourceKey(source));
      if (time !== null && opens.has(time)) held.set(time, fault.reason.slice(0, 200));
    }
    cursor = page.cursor;
  }
  return held;
}

const iso = (time: number): string => new Date(time).toISOString();
