import { moment, whole } from '../format';
import { Badge, Empty } from '../parts';
import { Table } from '../table';
import type { Resources } from './kinds';

/** Trainings that run and those that wait for room. */
export function TrainingQueue({ of: { running, waiting } }: { of: Resources['training'] }) {
  return (
    <>
      <p className="note">
        {whole(running.length)} running, {whole(waiting)} waiting.
      </p>
      {running.length + waiting === 0 && <Empty>No model is being trained.</Empty>}
      <Table
        label="Trainings that run"
        head={['training', 'state', { name: 'since', kind: 'number' }]}
        rows={running.map((each) => [
          <a key="a" href="#/models">
            {each.name ?? each.workflowId}
          </a>,
          <Badge key="b" tone="running">
            running
          </Badge>,
          moment(each.startedAt),
        ])}
      />
    </>
  );
}
