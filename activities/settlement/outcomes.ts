import type { Ports } from '../../adapters/ports.js';
import type { Bar, QuarantinedBar } from '../../domain/bars.js';
import { closedBy, coverageId, type StoredCoverage } from '../../domain/coverage.js';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import { contains } from '../../domain/intervals.js';
import type { Prediction } from '../../domain/prediction.js';
import { openTime } from '../../domain/quarantine.js';
import type { Outcome } from '../../domain/settlement.js';
import { isImport, sourceKey, type Source } from '../../domain/sources.js';
import { parseStream, timeframeMs, type Stream } from '../../domain/streams.js';
import { beat } from '../beat.js';
import { fetchPage } from '../pages.js';

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

type Result = Outcome | Pending;

/** Bars of one read. */
const SPAN_BARS = 5000;

/**
 * How predictions of one stream and horizon came out: from stored bars, or from those that the venue gives when it is
 * asked for the stretches that are missing. A venue or a store that fails is a reason to wait.
 */
export async function outcomesOf(
  ports: Ports,
  asked: Asked,
  made: readonly Prediction[],
): Promise<Map<string, Result>> {
  const found = await storedOutcomes(ports, asked, made);
  const without = made.filter(({ id }) => found.get(id) === undefined);
  if (without.length === 0) return found as Map<string, Result>;
  const asking = await askVenue(ports, asked, without);
  const again = await storedOutcomes(ports, asked, without);
  const reasons = await reasonsOf(ports, asked, { without, ...asking });
  for (const { id } of without) found.set(id, again.get(id) ?? reasons(id));
  return found as Map<string, Result>;
}

/** Outcomes of what is stored and known; undefined where the bar is not. */
export async function storedOutcomes(
  ports: Ports,
  asked: Asked,
  made: readonly Pick<Prediction, 'id' | 'asOf' | 'horizonBars' | 'targetTime'>[],
): Promise<Map<string, Result | undefined>> {
  const stream = parseStream(asked.stream);
  const step = timeframeMs(stream.timeframe);
  const found = new Map<string, Result | undefined>();
  const sorted = made.toSorted((a, b) => a.targetTime - b.targetTime);
  for (let i = 0; i < sorted.length;) {
    const from = (sorted[i]?.asOf ?? 0) - step * (1 + (sorted[i]?.horizonBars ?? 0));
    let end = i;
    while (end < sorted.length && (end === i || (sorted[end]?.targetTime ?? 0) - from <= SPAN_BARS * step))
      end++;
    const part = sorted.slice(i, end);
    const range = { from, to: part.at(-1)?.targetTime ?? from };
    const read = await readBars(ports, asked, { stream, range });
    for (const each of part) found.set(each.id, 'reason' in read ? read : outcomeOf(each, read.bars, step));
    beat();
    i = end;
  }
  return found;
}

async function readBars(
  ports: Ports,
  { source, now }: Asked,
  { stream, range }: { stream: Stream; range: { from: number; to: number } },
): Promise<{ bars: Map<number, Bar> } | Pending> {
  try {
    const bars = await ports.series.read({ stream, source, range, asOf: now });
    return { bars: new Map(bars.map((bar) => [bar.time, bar])) };
  } catch (error) {
    // One broken file must not keep the other predictions of the group from being looked at.
    if (!(error instanceof DataQualityError)) throw error;
    return { reason: `Stored bars cannot be read: ${messageOf(error)}`, never: false };
  }
}

function outcomeOf(
  made: Pick<Prediction, 'asOf' | 'horizonBars' | 'targetTime'>,
  bars: Map<number, Bar>,
  step: number,
): Outcome | undefined {
  const bar = bars.get(made.targetTime - step);
  const before = bars.get(made.asOf - step * (1 + made.horizonBars));
  return bar && { realised: bar.close, knownAt: bar.knownAt, closeBefore: before?.close ?? null };
}

interface Asking {
  /** When the last bar that the venue gives closes; null where it was not asked. */
  lastClose: number | null;
  failure: string | null;
}

/** Asks for the bars between the forecasts and their targets, so that what is stored stays without holes. */
async function askVenue(ports: Ports, asked: Asked, without: readonly Prediction[]): Promise<Asking> {
  if (isImport(asked.source)) return { lastClose: null, failure: null };
  const stream = parseStream(asked.stream);
  try {
    const step = timeframeMs(stream.timeframe);
    const lastClose = (await ports.markets(asked.source).lastClosed(stream)) + step;
    const answerable = without.filter(({ targetTime }) => targetTime <= lastClose);
    for (const range of stretchesOf(answerable))
      for (let next: number | null = range.from; next !== null;) {
        beat();
        const page = await fetchPage(ports, { ...asked, range: { from: next, to: range.to } });
        next = page.next;
      }
    return { lastClose, failure: null };
  } catch (error) {
    beat();
    return { lastClose: null, failure: messageOf(error) };
  }
}

/** [asOf, target) of all, joined where they touch. */
function stretchesOf(made: readonly Prediction[]): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  for (const { asOf, targetTime } of made.toSorted((a, b) => a.asOf - b.asOf)) {
    const last = out.at(-1);
    if (last && asOf <= last.to) last.to = Math.max(last.to, targetTime);
    else out.push({ from: asOf, to: targetTime });
  }
  return out;
}

/** The state of each bar that is not there, in words. */
async function reasonsOf(
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
