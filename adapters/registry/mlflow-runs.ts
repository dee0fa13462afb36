import { NotFoundError } from '../../domain/errors.js';
import { unlessThere, type MlflowClient } from './mlflow-client.js';

/** Experiments and runs of an MLflow server, found by ids of the platform's own. */

const V2 = '/api/2.0/mlflow';
const PREFIX = 'finsight/';
/** What MLflow takes in one call. */
const BATCH = { params: 100, tags: 100, metrics: 1000 };
/** The platform's id of a run or version. */
export const ID_TAG = 'finsight.id';

export interface MlflowRun {
  info: {
    run_id: string;
    run_name?: string;
    experiment_id: string;
    status: 'RUNNING' | 'SCHEDULED' | 'FINISHED' | 'FAILED' | 'KILLED';
    start_time?: number | string;
    end_time?: number | string;
    artifact_uri: string;
    lifecycle_stage: string;
  };
  data: {
    params?: Pair[];
    tags?: Pair[];
    metrics?: { key: string; value: number; timestamp: number | string; step: number | string }[];
  };
}

export interface Pair {
  key: string;
  value: string;
}

interface Experiment {
  experiment_id: string;
  name: string;
}

export interface LoggedMetric {
  key: string;
  value: number;
  timestamp: number;
  step: number;
}

export const pairs = (members: Record<string, string>): Pair[] =>
  Object.entries(members).map(([key, value]) => ({ key: nameOf(key), value }));

export const membersOf = (all: Pair[] | undefined): Record<string, string> =>
  Object.fromEntries((all ?? []).map(({ key, value }) => [key, value]));

/** Names there are letters, digits and `_ - . space : /`; what else is in one is written by its code. */
export const nameOf = (name: string): string =>
  name.replaceAll(/[^\w\-. :/]/gu, (character) => `_u${character.codePointAt(0)?.toString(16)}_`);

/** A text in a filter, as MLflow's own language quotes it. */
export const quoted = (text: string): string => {
  if (!/['\\]/.test(text)) return `'${text}'`;
  throw new NotFoundError(`MLflow cannot be asked for "${text}": there is a quote or backslash in it`);
};

/** @throws as the client */
export function mlflowRuns(client: MlflowClient) {
  const experiments = new Map<string, Promise<string>>();
  const find = async (name: string): Promise<string> => {
    const place = client.artifacts.replace(/\/\/[^@/]*@/, '//').replace(/\?.*$/, '');
    const location = place ? `${place.replace(/\/+$/, '')}/${name.replaceAll(/\W+/g, '-')}` : undefined;
    await unlessThere(client.send('POST', `${V2}/experiments/create`, { name, artifact_location: location }));
    const found = await client.get<{ experiment: Experiment }>(`${V2}/experiments/get-by-name`, {
      experiment_name: name,
    });
    return found.experiment.experiment_id;
  };
  const search = async (
    ids: string[],
    query: { filter?: string; limit: number; cursor?: string; order?: string },
  ): Promise<{ runs: MlflowRun[]; cursor: string | null }> => {
    if (ids.length === 0) return { runs: [], cursor: null };
    const answer = await client.send<{ runs?: MlflowRun[]; next_page_token?: string }>(
      'POST',
      `${V2}/runs/search`,
      {
        experiment_ids: ids,
        filter: query.filter,
        max_results: query.limit,
        order_by: [query.order ?? 'attributes.start_time ASC'],
        page_token: query.cursor,
      },
    );
    return { runs: answer.runs ?? [], cursor: answer.next_page_token || null };
  };
  const own = async (): Promise<Experiment[]> => {
    const all: Experiment[] = [];
    for (let token: string | undefined; ;) {
      const page = await client.get<{ experiments?: Experiment[]; next_page_token?: string }>(
        `${V2}/experiments/search`,
        { max_results: 1000, filter: `name LIKE '${PREFIX}%'`, page_token: token },
      );
      all.push(...(page.experiments ?? []));
      token = page.next_page_token;
      if (!token) return all;
    }
  };
  return {
    search,
    /** Of the platform's experiments; made at its first use. */
    experiment(name: string): Promise<string> {
      const known = experiments.get(name);
      if (known) return known;
      const asked = find(PREFIX + name);
      experiments.set(name, asked);
      // A server that was away, or is another one by now, is asked again.
      asked.catch(() => experiments.delete(name));
      return asked;
    },
    own,
    nameOf: (experiment: Experiment): string => experiment.name.slice(PREFIX.length),
    /** The run with one of the platform's ids; of several, which two writers at once may make, always the first. */
    async byId(id: string, experimentIds?: string[]): Promise<MlflowRun | null> {
      const ids = experimentIds ?? (await own()).map((each) => each.experiment_id);
      const filter = `tags.\`${ID_TAG}\` = ${quoted(id)}`;
      return (await search(ids, { filter, limit: 1 })).runs[0] ?? null;
    },
    async get(runId: string): Promise<MlflowRun> {
      return (await client.get<{ run: MlflowRun }>(`${V2}/runs/get`, { run_id: runId })).run;
    },
    async create(run: {
      experimentId: string;
      id: string;
      name: string;
      startedAt: number;
      tags: Record<string, string>;
    }): Promise<MlflowRun> {
      const { experimentId, id, name, startedAt, tags } = run;
      const answer = await client.send<{ run: MlflowRun }>('POST', `${V2}/runs/create`, {
        experiment_id: experimentId,
        run_name: name,
        start_time: startedAt,
        tags: [{ key: ID_TAG, value: id }, ...pairs(tags)].slice(0, BATCH.tags),
      });
      return answer.run;
    },
    async log(runId: string, what: { params?: Pair[]; tags?: Pair[]; metrics?: LoggedMetric[] }) {
      for (const kind of ['params', 'tags', 'metrics'] as const) {
        const all = what[kind] ?? [];
        for (let from = 0; from < all.length; from += BATCH[kind])
          await client.send('POST', `${V2}/runs/log-batch`, {
            run_id: runId,
            [kind]: all.slice(from, from + BATCH[kind]),
          });
      }
    },
    async end(runId: string, end: { status: 'FINISHED' | 'FAILED'; at: number }): Promise<void> {
      const { status, at } = end;
      await client.send('POST', `${V2}/runs/update`, { run_id: runId, status, end_time: at });
    },
  };
}

export type MlflowRuns = ReturnType<typeof mlflowRuns>;
