import { moment, whole } from '../format';
import { Empty } from '../parts';
import { Table } from '../table';
import type { Resources } from './kinds';

/** Models that are being trained, and how many wait for room. */
export function TrainingQueue({ of: { running, waiting } }: { of: Resources['training'] }) {
  if (running.length + waiting === 0) return <Empty>No model is being trained, and none waits.</Empty>;
  return (
    <>
      <p className="note">
        {whole(running.length)} running, {whole(waiting)} waiting.
      </p>
      <Table
        label="Trainings that run"
        head={[
          'run',
          { name: 'epoch', kind: 'number' },
          'tenant',
          { name: 'attempt', kind: 'number' },
          { name: 'since', kind: 'number', title: 'Of this attempt' },
          'worker',
        ]}
        rows={running.map((each) => [
          <a key="a" className="any" href={`#/runs/${encodeURIComponent(each.workflowId)}`}>
            {each.workflowId}
          </a>,
          each.epoch === null
            ? '–'
            : `${each.epoch}${each.maxEpochs === null ? '' : ` of ${each.maxEpochs}`}`,
          each.tenant ?? '–',
          each.attempt,
          moment(each.startedAt),
          each.worker,
        ])}
      />
    </>
  );
}
