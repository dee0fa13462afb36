import { latency, percent, whole } from '../format';
import { Badge } from '../parts';
import { Table } from '../table';
import { STATES, type Backend } from './kinds';

/** Every address with what it did for this process; the primary ones first. */
export function Instances({ items }: { items: readonly Backend[] }) {
  return (
    <Table
      label="Serving backends"
      head={[
        'address',
        'state',
        'role',
        { name: 'running', kind: 'number', title: 'Batches that are not answered yet' },
        { name: 'p50', kind: 'number', title: 'Latency of the last batches' },
        { name: 'p95', kind: 'number' },
        { name: 'requests', kind: 'number', title: 'Batches since this process was started' },
        { name: 'failed', kind: 'number' },
        { name: 'versions', kind: 'number', title: 'Loaded and ready' },
        { name: 'reason', kind: 'wide' },
      ]}
      rows={items.map((each) => [
        <span key="a" className="any address">
          {each.address}
          <span className="under">
            {each.backend} · {each.provider}
          </span>
        </span>,
        <Badge key="s" tone={STATES[each.state].tone}>
          {STATES[each.state].name}
        </Badge>,
        each.role,
        whole(each.running),
        latency(each.p50Ms),
        latency(each.p95Ms),
        whole(each.requests),
        failed(each),
        whole(each.loaded.length),
        each.reason ?? '–',
      ])}
    />
  );
}

const failed = ({ failures, requests }: Backend): string =>
  failures === 0 ? '0' : `${whole(failures)} (${percent(requests > 0 ? failures / requests : null, 2)})`;
