import type { Ports } from '../adapters/ports.js';

/** What is logged of a result that is stored. */
export interface TrackedResult {
  id: string;
  experiment: 'backtests' | 'sweeps' | 'searches' | 'comparisons' | 'trainings';
  name: string;
  /** Members that are no text, number or truth are written as JSON. */
  params: Record<string, unknown>;
  tags: Record<string, string | null | undefined>;
  metrics: object;
}

/** Parameters of a tracking server are short texts. */
const MOST_CHARACTERS = 500;

/** Logs a stored result by the id that it is stored by: again, it is the same run. */
export async function track(ports: Ports, result: TrackedResult): Promise<void> {
  const { id, experiment, name } = result;
  const at = ports.now();
  const params = Object.fromEntries(
    Object.entries(result.params).flatMap(([key, value]) =>
      value === undefined || value === null ? [] : [[key, plain(value)]],
    ),
  );
  const tags = Object.fromEntries(
    Object.entries(result.tags).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  const metrics = Object.fromEntries(
    Object.entries(result.metrics).filter((entry): entry is [string, number] => typeof entry[1] === 'number'),
  );
  await ports.tracking.startRun({ id, experiment, name, params, tags, startedAt: at });
  await ports.tracking.logMetrics(id, metrics);
  await ports.tracking.finish(id, { status: 'finished', at });
}

const plain = (value: unknown): string | number | boolean =>
  typeof value === 'number' || typeof value === 'boolean'
    ? value
    : (typeof value === 'string' ? value : JSON.stringify(value)).slice(0, MOST_CHARACTERS);

/** With a prefix before each name: `param.fast`. */
export const prefixed = (prefix: string, members: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(members).map(([name, value]) => [`${prefix}.${name}`, value]));
