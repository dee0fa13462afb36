import { Fragment } from 'react';
import { duration, number, whole } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import { Fill } from './fill';
import type { Queue } from './kinds';

/** Depth of every queue beside those who work on it. */
export function Queues({ items }: { items: readonly Queue[] }) {
  return (
    <Table
      label="Task queues"
      head={[
        'queue',
        'state',
        { name: 'backlog', kind: 'number', title: 'Tasks that nobody has begun' },
        { name: 'oldest task', kind: 'number', title: 'How long it has waited' },
        { name: 'tasks/s', kind: 'number' },
        { name: 'running', kind: 'text', title: 'Of the tasks that the workers take at a time' },
        { name: 'workers', kind: 'number', title: 'Processes that ask for its tasks' },
        {
          name: 'wanted',
          kind: 'number',
          title: 'Workers that the backlog asks for: the autoscaling signal',
        },
      ]}
      rows={items.map((each) => [
        each.name,
        <QueueState key="s" of={each} />,
        whole(each.backlog),
        each.oldestTaskAgeMs === null ? '–' : duration(each.oldestTaskAgeMs),
        number(each.tasksPerSecond, 3),
        <Fragment key="r">
          {whole(each.running)} of {whole(each.capacity)}
          <Fill used={each.running} of={each.capacity} />
        </Fragment>,
        whole(each.pollers),
        whole(each.workers),
      ])}
    />
  );
}

function QueueState({ of: { pollers, backlog, running, capacity } }: { of: Queue }) {
  if (pollers === 0)
    return (
      <Badge tone={backlog > 0 ? 'failed' : ''}>{backlog > 0 ? 'nobody works on it' : 'no worker'}</Badge>
    );
  if (backlog > 0 && running >= capacity) return <Badge tone="waiting">full</Badge>;
  return <Badge tone="completed">{running > 0 || backlog > 0 ? 'working' : 'idle'}</Badge>;
}
