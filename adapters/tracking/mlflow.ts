import { NotFoundError } from '../../domain/errors.js';
import { mlflowClient } from '../registry/mlflow-client.js';
import { ID_TAG, membersOf, mlflowRuns, nameOf, pairs, type MlflowRun } from '../registry/mlflow-runs.js';
import type { TrackedRun, TrackingPort } from '../ports-tracking.js';

const NAME_TAG = 'finsight.name';
const EXPERIMENT_TAG = 'finsight.experiment';
/** Names of parameters that are texts, though they look like numbers or truths: there everything is a text. */
const TEXTS_TAG = 'finsight.texts';
const OWN_TAG = /^(finsight|mlflow)\./;

/**
 * Experiments on an MLflow server: each of ours is one of `finsight/<experiment>` there, and its runs are found by a
 * tag with our id.
 * @param address see readMlflowAddress
 */
export function mlflowTracking(address: string): TrackingPort {
  const client = mlflowClient(address);
  const runs = mlflowRuns(client);
  const need = async (id: string): Promise<MlflowRun> => {
    const run = await runs.byId(id);
    if (run) return run;
    throw new NotFoundError(`No tracked run "${id}"; start it before anything is logged to it`);
  };
  return {
    async startRun({ id, experiment, name, params, tags, startedAt }) {
      const experimentId = await runs.experiment(experiment);
      const texts = Object.entries(params).filter(
        ([, value]) => typeof value === 'string' && valueOf(value) !== value,
      );
      const own = {
        [NAME_TAG]: name,
        [EXPERIMENT_TAG]: experiment,
        ...(texts.length > 0 && { [TEXTS_TAG]: texts.map(([key]) => nameOf(key)).join(',') }),
      };
      const known = await runs.byId(id, [experimentId]);
      if (known && known.info.status !== 'RUNNING') return;
      const run = known ?? (await runs.create({ experimentId, id, name, startedAt, tags: own }));
      // A run that was begun by an attempt that died gets what it still lacks, and keeps what it has.
      const held = membersOf(run.data.params);
      const heldTags = membersOf(run.data.tags);
      const texted = Object.fromEntries(Object.entries(params).map(([key, value]) => [key, String(value)]));
      await runs.log(run.info.run_id, {
        params: pairs(texted).filter(({ key }) => !(key in held)),
        tags: pairs(tags).filter(({ key }) => !(key in heldTags)),
      });
    },
    async logMetrics(id, metrics) {
      const run = await need(id);
      const held = metricsOf(run);
      const timestamp = Math.max(Date.now(), lastLogged(run) + 1);
      const wanted = Object.entries(metrics)
        .map(([key, value]) => ({ key: nameOf(key), value, timestamp, step: 0 }))
        // What is there already is not logged once more: a repeated call leaves no second point.
        .filter(({ key, value }) => Number.isFinite(value) && held[key] !== value);
      await runs.log(run.info.run_id, { metrics: wanted });
    },
    async finish(id, { status, at }) {
      const { info } = await need(id);
      if (info.status !== 'RUNNING') return;
      await runs.end(info.run_id, { status: status === 'finished' ? 'FINISHED' : 'FAILED', at });
    },
    async get(id) {
      const run = await runs.byId(id);
      return run && trackedOf(run);
    },
    async list({ experiment, limit, cursor }) {
      const all = await runs.own();
      const wanted = experiment ? all.filter((each) => runs.nameOf(each) === experiment) : all;
      const ids = wanted.map((each) => each.experiment_id);
      const order = 'attributes.start_time DESC';
      const filter = `tags.\`${ID_TAG}\` LIKE '%'`;
      const page = await runs.search(ids, { filter, limit, order, ...(cursor && { cursor }) });
      return { items: page.runs.map(trackedOf), cursor: page.cursor };
    },
    close: async () => undefined,
  };
}

const metricsOf = (run: MlflowRun): Record<string, number> =>
  Object.fromEntries((run.data.metrics ?? []).map(({ key, value }) => [key, Number(value)]));

const lastLogged = (run: MlflowRun): number =>
  Math.max(0, ...(run.data.metrics ?? []).map(({ timestamp }) => Number(timestamp)));

function trackedOf(run: MlflowRun): TrackedRun {
  const { info, data } = run;
  const tags = membersOf(data.tags);
  const texts = new Set((tags[TEXTS_TAG] ?? '').split(','));
  const params = Object.entries(membersOf(data.params)).map(([key, value]) => [
    key,
    texts.has(key) ? value : valueOf(value),
  ]);
  return {
    id: tags[ID_TAG] ?? info.run_id,
    experiment: tags[EXPERIMENT_TAG] ?? '',
    name: tags[NAME_TAG] ?? info.run_name ?? '',
    params: Object.fromEntries(params),
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => !OWN_TAG.test(key))),
    metrics: metricsOf(run),
    status:
      info.status === 'RUNNING' || info.status === 'SCHEDULED'
        ? 'running'
        : info.status === 'FINISHED'
          ? 'finished'
          : 'failed',
    startedAt: Number(info.start_time ?? 0),
    finishedAt: info.end_time ? Number(info.end_time) : null,
  };
}

/** A text as the number or truth that it was written from. */
function valueOf(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true';
  return text !== '' && String(Number(text)) === text ? Number(text) : text;
}
