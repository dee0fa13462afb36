import type { Ports, StoredBar } from '../adapters/ports.js';
import type { AgedPiece } from '../domain/bars/aging.js';
import { READ_WINDOW_MS, type Temperature } from '../domain/bars/placement.js';
import { coverageId, type StoredCoverage } from '../domain/coverage.js';
import { digestOf } from '../domain/digest.js';
import { InvalidInputError } from '../domain/errors.js';
import { formatSource, sourceKey, type Source } from '../domain/sources.js';
import { floorToBar, parseStream, streamId, timeframeMs, type Stream } from '../domain/streams.js';
import { findStored } from './bars/stored.js';
import { audit, type Asker } from './auditing.js';
import { beat, resumed } from './beat.js';
import { forgetReads, readsBefore } from './reads.js';
import type { SourceInput } from './window.js';

export interface MoveBarsInput {
  /** How old a bar must be; left out: as the store's address says. */
  days?: number;
  dryRun?: boolean;
}

interface MovePlan extends Required<MoveBarsInput> {
  /** The present of the run, epoch ms: every attempt means the same bars. */
  now: number;
}

export interface MoveBarsReport extends MovePlan {
  /** Bars with their corrections. */
  versions: number;
  /** Why, and what it saves a month, in the currency of the prices. */
  streams: {
    stream: string;
    source: string;
    from: number;
    to: number;
    versions: number;
    store: Temperature;
    reason: string;
    saving: number;
  }[];
  streamsLeftOut: number;
}

export interface PruneInput {
  stream: string;
  source?: SourceInput;
  /** Bars that are older are removed. */
  days: number;
  /** Left out: true. */
  dryRun?: boolean;
}

interface PrunePlan {
  stream: string;
  source: Source;
  /** First bar open, and the first that stays. */
  from: number;
  to: number;
  versions: number;
  dryRun: boolean;
}

export interface PruneReport extends PrunePlan {
  removed: number;
}

const DAY_MS = 86_400_000;
const MOST_LISTED = 200;
/** Bars read and removed at a time. */
const PIECE_BARS = 20_000;
/** Steps that keep the stores in order. */
export const upkeepSteps = (ports: Ports) => ({
  /** @throws InvalidInputError where the bars lie in one store. */
  async planMove({ days, dryRun = false }: MoveBarsInput): Promise<MovePlan> {
    const { aging } = ports.series;
    if (!aging)
      throw new InvalidInputError(
        'SERIES_URL names one store; bars are moved between the two of a hybrid: address',
      );
    return { days: days ?? aging.days, dryRun, now: ports.now() };
  },

  /** Moves piece by piece; a repeated attempt goes on behind the last piece that is done. */
  async moveAgedBars(plan: MovePlan): Promise<MoveBarsReport> {
    const before = resumed<{ cursor: string; report: MoveBarsReport }>();
    const report = before?.report ?? { ...plan, versions: 0, streams: [], streamsLeftOut: 0 };
    const from = before ? { cursor: before.cursor } : {};
    const tell = (piece: AgedPiece) => tellMoved(ports, plan, piece);
    const reads = await readsBefore(ports, plan.now);
    for await (const piece of ports.series.aging?.move({ ...plan, ...from, reads, tell }) ?? []) {
      countPiece(report, piece);
      beat({ cursor: piece.cursor, report });
    }
    if (!plan.dryRun) await forgetReads(ports, plan.now - READ_WINDOW_MS);
    return report;
  },

  async planPruning({ days, dryRun = true, ...input }: PruneInput): Promise<PrunePlan> {
    if (!Number.isInteger(days) || days < 1)
      throw new InvalidInputError(
        `Bars older than ${days} days cannot be removed: days is a whole number from 1`,
      );
    const { stream, source, range } = await findStored(ports, input);
    const border = floorToBar(ports.now() - days * DAY_MS, stream.timeframe);
    const to = Math.max(range.from, Math.min(range.to, border));
    const plan = { stream: streamId(stream), source, from: range.from, to, dryRun };
    let versions = 0;
    for await (const piece of oldVersions(ports, { ...plan, stream })) versions += piece.length;
    return { ...plan, versions };
  },

  /**
   * The audit entry is written first, and the contract is cut before bars go, so that no heal brings them back. A
   * repeated attempt goes on with what is left.
   */
  async removeOldBars({ principal, tenant, ...plan }: PrunePlan & Asker): Promise<PruneReport> {
    const { source, from, to, versions } = plan;
    const stream = parseStream(plan.stream);
    const asked = { principal, tenant, action: 'pruneBars', target: plan.stream };
    await audit(ports, asked, { source, from, to, versions });
    await cutContract(ports, { stream, source, to });
    let { removed } = resumed<{ removed: number }>() ?? { removed: 0 };
    for await (const bars of oldVersions(ports, { ...plan, stream })) {
      removed += (await ports.series.remove({ stream, source, bars })).removed;
      beat({ removed });
    }
    // A measurement meanwhile saw old bars and widened it again.
    await cutContract(ports, { stream, source, to });
    return { ...plan, removed };
  },
});

function countPiece(report: MoveBarsReport, piece: AgedPiece): void {
  const [stream, source] = [streamId(piece.stream), formatSource(piece.source)];
  report.versions += piece.versions;
  const last = report.streams.at(-1);
  const { to: store, reason, saving } = piece.placement;
  if (last?.stream === stream && last.source === source && last.store === store && last.reason === reason) {
    last.to = piece.to;
    last.versions += piece.versions;
    last.saving += saving;
  } else if (report.streams.length < MOST_LISTED) {
    const { from, to, versions } = piece;
    report.streams.push({ stream, source, from, to, versions, store, reason, saving });
  }
  // Pieces of one stream follow each other, so one that is not listed is counted at its first piece only.
  else report.streamsLeftOut++;
}

/** The same piece of the same run is one event, however often it is told. */
function tellMoved(
  ports: Ports,
  { now }: MovePlan,
  { source, from, to, versions, placement, ...piece }: AgedPiece,
): Promise<void> {
  const stream = streamId(piece.stream);
  const id = `evt_bars.moved_${digestOf({ stream, source: sourceKey(source), from, to, now, store: placement.to }).slice(0, 24)}`;
  return ports.events.publish([
    {
      id,
      type: 'bars.moved',
      at: now,
      payload: { stream, source, from, to, versions, store: placement.to, reason: placement.reason },
    },
  ]);
}

async function* oldVersions(
  ports: Ports,
  { stream, source, from, to }: { stream: Stream; source: Source; from: number; to: number },
): AsyncGenerator<StoredBar[]> {
  const span = PIECE_BARS * timeframeMs(stream.timeframe);
  for (let at = from; at < to; at += span) {
    const range = { from: at, to: Math.min(at + span, to) };
    const versions = await ports.series.versions({ stream, source, range, asOf: Infinity });
    if (versions.length > 0) yield versions;
    beat();
  }
}

/** What was removed on purpose is owed no longer. */
async function cutContract(
  ports: Ports,
  { stream, source, to }: { stream: Stream; source: Source; to: number },
): Promise<void> {
  const id = coverageId(stream, source);
  const held = await ports.documents.get<StoredCoverage>('coverage', id);
  if (!held || held.from >= to) return;
  if (held.to <= to) {
    await ports.documents.remove('coverage', [id]);
    return;
  }
  await ports.documents.update<StoredCoverage>('coverage', id, (now) => ({ ...(now ?? held), id, from: to }));
}
