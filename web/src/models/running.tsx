import { client, dataOf, useLoaded, type Schemas } from '../api';
import { moment, number } from '../format';
import { Badge, Card, Failure } from '../parts';
import { RunRow } from '../runs/row';
import { Losses } from './losses';

const KINDS = ['tuneModel', 'evaluateModel', 'reproduceModel', 'retrainModel'];

/** Trainings that run now with their losses, and the searches and evaluations beside them. */
export function Running() {
  const trainings = useLoaded(
    'running trainings',
    async () =>
      dataOf(await client.GET('/training', { params: { query: { state: 'running', trials: true } } })),
    2000,
  );
  const runs = useLoaded(
    'running searches',
    async () => dataOf(await client.GET('/runs', { params: { query: { status: 'running', limit: 50 } } })),
    3000,
  );
  const learning = trainings.data?.items ?? [];
  const others = (runs.data?.items ?? []).filter((each) => KINDS.includes(each.kind));
  if (learning.length + others.length === 0) return null;
  return (
    <Card title="Running now" aside={<span className="soft">as of {moment(trainings.data?.asOf)}</span>}>
      {learning.map((each) => (
        <Learning key={each.workflowId ?? each.name} of={each} />
      ))}
      {others.map((run) => (
        <RunRow key={`${run.workflowId} ${run.runId}`} run={run} />
      ))}
    </Card>
  );
}

function Learning({ of }: { of: Schemas['Training'] }) {
  const { epoch, maxEpochs, epochs } = of;
  const last = epochs.at(-1);
  return (
    <article className="run" aria-label={`Training of ${of.name}`}>
      <header>
        <Badge tone="running">{of.trial ? 'trial' : 'training'}</Badge>
        <h3>{of.name}</h3>
        <span className="soft">
          {[
            of.trainer ?? of.task,
            epoch === null
              ? 'not at its first epoch yet'
              : `epoch ${epoch}${maxEpochs ? ` of ${maxEpochs}` : ''}`,
            of.bestEpoch === null ? '' : `best ${of.bestEpoch}`,
            last ? `validation loss ${number(last.validationLoss, 4)}` : '',
            of.rowsPerSecond === null ? '' : `${number(of.rowsPerSecond, 3)} rows/s`,
            `since ${moment(of.startedAt)}`,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </header>
      {maxEpochs !== null && (
        <progress max={maxEpochs} value={epochs.length} aria-label={`Epochs of ${of.name}`} />
      )}
      <Losses of={[{ name: of.name, version: of.workflowId ?? '', training: { epochs } }]} />
      <Failure error={of.failure} />
    </article>
  );
}
