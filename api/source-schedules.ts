import { canonicalJson } from '../domain/digest.js';
import { NotFoundError } from '../domain/errors.js';
import type { NewsSource } from '../domain/news/source.js';
import type { Schedule, SchedulesPort, ScheduleSpec } from './stories.js';

type By = { principal: string; tenant: string };

export const sourceScheduleId = (id: string): string => `source-${id}`;

/** A source that was not collected while Temporal was away is collected once when it is back. */
const CATCH_UP_S = 600;

/** The schedule that a source has. */
export const sourceSchedule = ({ id, name, cadence }: NewsSource): ScheduleSpec => ({
  id: sourceScheduleId(id),
  kind: 'collectNews',
  input: { sources: [id] },
  ...cadence,
  catchUpSeconds: CATCH_UP_S,
  note: `News source ${name}`,
});

/** Makes the schedule of a source what the source says. Doing it again changes nothing. */
export async function keepSchedule(
  schedules: SchedulesPort,
  source: NewsSource,
  { by, dryRun = false }: { by: By; dryRun?: boolean },
): Promise<'created' | 'changed' | 'unchanged'> {
  const wanted = sourceSchedule(source);
  const paused = source.state === 'paused';
  const held = await orNone(schedules.get(wanted.id));
  const isSame = held !== null && isAs(held, wanted);
  const change = held === null ? 'created' : isSame && held.paused === paused ? 'unchanged' : 'changed';
  if (dryRun || change === 'unchanged') return change;
  if (held === null) await schedules.create(wanted, by);
  else if (!isSame) await schedules.change(wanted, by);
  const words = `${source.state} with its source by ${by.principal}`;
  if (paused && !held?.paused) await schedules.pause(wanted.id, words);
  if (!paused && held?.paused) await schedules.resume(wanted.id, words);
  return change;
}

/** A source that is gone is collected no more; none there is no fault. */
export const dropSchedule = async (schedules: SchedulesPort, id: string): Promise<void> =>
  void (await orNone(schedules.remove(sourceScheduleId(id))));

const isAs = (held: Schedule, { note: _, ...wanted }: ScheduleSpec): boolean => {
  const { id, kind, input, cron, timeZone, overlap, jitterSeconds, catchUpSeconds } = held;
  const same = { id, kind, input, cron, timeZone, overlap, jitterSeconds, catchUpSeconds };
  return canonicalJson(same) === canonicalJson(wanted);
};

const orNone = <T>(work: Promise<T>): Promise<T | null> =>
  work.catch((error: unknown) => {
    if (error instanceof NotFoundError) return null;
    throw error;
  });
