import { NotFoundError } from '../../domain/errors.js';
import type { TrackedRun, TrackingPort } from '../ports-tracking.js';
import type { DocumentsPort, EventRow } from '../ports.js';

const COLLECTION = 'trackingRuns';

/** Experiments in the collection `trackingRuns`. The documents are not this one's to close. */
export function documentTracking(documents: DocumentsPort): TrackingPort {
  const change = async (id: string, how: (run: TrackedRun) => TrackedRun): Promise<void> => {
    await documents.update<TrackedRun>(COLLECTION, id, (run) => {
      if (run) return how(run);
      throw notStarted(id);
    });
  };
  return {
    async startRun(run) {
      await documents.insert<TrackedRun>(COLLECTION, [
        { ...run, metrics: {}, status: 'running', finishedAt: null },
      ]);
    },
    logMetrics: (id, metrics) =>
      change(id, (run) => {
        const finite = Object.entries(metrics).filter(([, value]) => Number.isFinite(value));
        return { ...run, metrics: { ...run.metrics, ...Object.fromEntries(finite) } };
      }),
    async finish(id, { status, at }) {
      await documents.update<TrackedRun>(
        COLLECTION,
        id,
        (run) => {
          if (!run) throw notStarted(id);
          return run.status === 'running' ? { ...run, status, finishedAt: at } : run;
        },
        (after, before) => (before?.status === 'running' ? [loggedEvent(after, at)] : []),
      );
    },
    get: (id) => documents.get<TrackedRun>(COLLECTION, id),
    list: ({ experiment, limit, cursor }) =>
      documents.find<TrackedRun>(COLLECTION, {
        ...(experiment && { where: { experiment } }),
        limit,
        ...(cursor && { cursor }),
      }),
    close: async () => undefined,
  };
}

const notStarted = (id: string): NotFoundError =>
  new NotFoundError(`No tracked run "${id}"; start it before anything is logged to it`);

const loggedEvent = ({ id, experiment, status }: TrackedRun, at: number): EventRow => ({
  id: `evt_experiment.logged_${id}`,
  type: 'experiment.logged',
  at,
  payload: { run: id, experiment, status },
});
