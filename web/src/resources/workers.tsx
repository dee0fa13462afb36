import { moment, percent, whole } from '../format';
import { Table } from '../table';
import type { Queue } from './kinds';

/** Every living worker by the queue that it works on. */
export function Workers({ items }: { items: readonly Queue[] }) {
  const rows = items.flatMap((queue) => queue.workers.map((worker) => ({ queue: queue.name, ...worker })));
  if (rows.length === 0) return null;
  return (
    <details>
      <summary>Workers: {whole(rows.length)}</summary>
      <Table
        label="Workers"
        head={[
          'worker',
          'queue',
          { name: 'running', kind: 'number' },
          { name: 'of', kind: 'number', title: 'Tasks that it can do at a time' },
          { name: 'done', kind: 'number', title: 'Tasks since it started' },
          { name: 'processor', kind: 'number', title: 'Of its host' },
          { name: 'memory', kind: 'number', title: 'Of its host' },
          { name: 'started', kind: 'number' },
          { name: 'last heard of', kind: 'number' },
        ]}
        rows={rows.map((each) => [
          <span key="i" className="any">
            {each.identity}
          </span>,
          each.queue,
          whole(each.running),
          whole(each.capacity),
          whole(each.done),
          percent(each.cpuUsage, 0),
          percent(each.memoryUsage, 0),
          moment(each.startedAt),
          moment(each.heartbeatAt),
        ])}
      />
    </details>
  );
}
