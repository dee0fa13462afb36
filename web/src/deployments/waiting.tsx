import { client, dataOf, useLoaded } from '../api';
import { moment } from '../format';
import { Badge, Card } from '../parts';
import { deploymentAddress, versionOf } from './kinds';

/** What waits for a person; nothing where nothing does. */
export function WaitingForApproval() {
  const query = { stage: 'approval' as const, limit: 20 };
  const found = useLoaded(
    'waiting deployments',
    async () => dataOf(await client.GET('/deployments', { params: { query } })),
    10_000,
  );
  const items = found.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <Card title="Waiting for a decision" aside={<a href="#/deployments">All deployments</a>}>
      <ul className="headlines">
        {items.map(({ id, model, candidate, approval: { expiresAt } }) => (
          <li key={id}>
            <span>
              <Badge tone="waiting">approval</Badge>{' '}
              <a href={deploymentAddress(id)}>{candidate ? versionOf(candidate) : model}</a>
            </span>
            {expiresAt !== null && <span className="soft">until {moment(expiresAt)}</span>}
          </li>
        ))}
      </ul>
    </Card>
  );
}
