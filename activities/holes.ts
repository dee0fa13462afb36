import type { Ports } from '../adapters/ports.js';
import { closedBy, type CoverageSets, type StoredCoverage } from '../domain/coverage.js';
import { addProof, provenClosed, provenListing, type VenueAnswer } from '../domain/coverage-proofs.js';
import {
  countBars,
  intersect,
  interval,
  ofTimes,
  subtract,
  union,
  type Intervals,
} from '../domain/intervals.js';
import { parseStream, timeframeMs } from '../domain/streams.js';
import { setsOf, storedCoverage, storedTimes, type CoverageKey } from './coverage-store.js';

/** The bars that a stream's contract misses; with `recheck` also those that were refused or proved to be closed. */
export async function wantedBars(
  ports: Ports,
  request: CoverageKey & { recheck?: boolean; until?: number },
): Promise<{ wanted: Intervals; sets: CoverageSets; step: number }> {
  const contract = await storedCoverage(ports, request);
  const stream = parseStream(request.stream);
  const times = await storedTimes(ports, { stream, source: request.source });
  const sets = await setsOf(ports, contract, times);
  const again = request.recheck ? union(sets.quarantined, sets.exchangeClosed) : [];
  const wanted = intersect(union(sets.missing, again), interval(-Infinity, request.until ?? Infinity));
  return { wanted, sets, step: timeframeMs(stream.timeframe) };
}

/** Stores what the answers prove; returns how many bars are proved anew. */
export async function conclude(
  ports: Ports,
  request: CoverageKey,
  about: { answer: VenueAnswer; wanted: Intervals; sets: Pick<CoverageSets, 'expected'> },
): Promise<number> {
  const { wanted, sets } = about;
  const step = timeframeMs(parseStream(request.stream).timeframe);
  const { asked, seen: given, refused } = about.answer;
  const answer = { asked, seen: given, refused: refused.filter(Number.isFinite) };
  const closed = provenClosed(wanted, answer, step);
  const seen = ofTimes(answer.seen, step);
  const listing = provenListing(sets.expected[0], answer);
  const { id } = await storedCoverage(ports, request);
  let proved = 0;
  await ports.documents.update<StoredCoverage>('coverage', id, (stored) => {
    if (!stored) throw new Error(`The contract ${id} was removed while its holes were asked for`);
    proved = countBars(subtract(closed, closedBy(stored.proofs)), step);
    // A bar that came after all was never closed.
    const proofs = addProof(stored.proofs, closed, ports.now())
      .map((proof) => ({ ...proof, closed: subtract(proof.closed, seen) }))
      .filter((proof) => proof.closed.length > 0);
    return { ...stored, listedAt: listing ?? stored.listedAt, proofs };
  });
  return proved;
}
