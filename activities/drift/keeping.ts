import type { Ports } from '../../adapters/ports.js';
import { episodeAfter, type DriftEpisode, type DriftReport } from '../../domain/drift/report.js';
import type { DriftVerdict } from '../../domain/drift/verdict.js';
import { NotFoundError } from '../../domain/errors.js';

/** What finds a report, and what it says in one word. */
export interface DriftRef {
  id: string;
  model: string;
  verdict: DriftVerdict;
  episode: DriftEpisode | null;
}

/** @throws NotFoundError naming the id. */
export async function findReport(ports: Ports, id: string): Promise<DriftReport> {
  const report = await ports.documents.get<DriftReport>('driftReports', id);
  if (report) return report;
  throw new NotFoundError(`No drift report "${id}"; the story watchDrift makes them`);
}

/** Stores a report; the event of a drift that begins with it joins the same transaction. */
export async function keepReport(ports: Ports, report: Omit<DriftReport, 'episode'>): Promise<DriftRef> {
  const { stream, model, sourceKey: key, asOf } = report;
  const { items } = await ports.documents.find<DriftReport>('driftReports', {
    where: { stream, model, sourceKey: key },
    range: { to: asOf },
    order: 'newest',
    limit: 1,
  });
  const { episode, opened } = episodeAfter(items[0]?.episode ?? null, report);
  const told = report.findings.filter(({ verdict }) => verdict === 'drift');
  await ports.documents.insert<DriftReport>(
    'driftReports',
    [{ ...report, episode }],
    opened && episode
      ? () => ({
          // One episode is one event, whichever report of one moment is stored first.
          id: `evt_drift.detected_${episode.id}`,
          type: 'drift.detected',
          at: report.createdAt,
          payload: {
            ...{ reportId: report.id, stream, model, asOf },
            families: told.map(({ family }) => family).join(', '),
            reasons: told.flatMap(({ reasons }) => reasons).slice(0, 5),
          },
        })
      : undefined,
  );
  const stored = await findReport(ports, report.id);
  return { id: stored.id, model, verdict: stored.verdict, episode: stored.episode };
}
