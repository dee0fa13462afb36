import { duration, number, whole } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import { Fill } from './fill';
import { URGENCIES, type Queue } from './kinds';

/** Depth of every queue beside those who work on it. */
export function Queues({ items }: { items: readonly Queue[] }) {
  return (
    <Table
      label="Task queues"
      head={[
        'queue',
        'state',
        { name: 'waiting', kind: 'number', title: 'Tasks that nobody has begun, about' },
        { name: 'of these', kind: 'text', title: 'By urgency: the more urgent go first' },
        { name: 'oldest waits', kind: 'number' },
        { name: 'coming/s', kind: 'number', title: 'Tasks a second, mean of the last half minute' },
        { name: 'begun/s', kind: 'number' },
        { name: 'running', kind: 'text', title: 'Of the tasks that living workers can do at a time' },
        { name: 'workers', kind: 'number', title: 'That asked for work in the last five minutes' },
        { name: 'wanted', kind: 'number', title: 'How many workers would be right: the autoscaling signal' },
      ]}
      rows={items.map((each) => [
        each.name,
        <QueueState key="s" of={each} />,
        whole(each.backlog),
        <Urgencies key="u" of={each.backlogByPriority} />,
        each.backlog === 0 ? '–' : duration(each.oldestTaskAgeMs),
        number(each.addedPerSecond, 3),
        number(each.tasksPerSecond, 3),
        <Running key="r" of={each} />,
        whole(each.pollers),
        whole(each.desiredWorkers),
      ])}
    />
  );
}

function QueueState({ of: { pollers, backlog, running, capacity } }: { of: Queue }) {
  if (pollers === 0 && backlog > 0) return <Badge tone="failed">nobody works on it</Badge>;
  if (pollers === 0) return <Badge>no worker</Badge>;
  if (backlog > 0 && capacity > 0 && running >= capacity) return <Badge tone="waiting">full</Badge>;
  return <Badge tone="completed">{running > 0 || backlog > 0 ? 'working' : 'idle'}</Badge>;
}

function Urgencies({ of }: { of: Queue['backlogByPriority'] }) {
  const waiting = Object.entries(of).filter(([, count]) => count > 0);
  if (waiting.length === 0) return '–';
  return waiting.map(([priority, count]) => (
    <span key={priority} className="pair">
      {whole(count)} {URGENCIES[priority] ?? `priority ${priority}`}
    </span>
  ));
}

function Running({ of: { running, capacity, pollers } }: { of: Queue }) {
  if (capacity === 0) return pollers > 0 ? <span className="soft">not told</span> : '–';
  return (
    <>
      {whole(running)} of {whole(capacity)}
      <Fill used={running} of={capacity} />
    </>
  );
}
