import { Fragment } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { moment, number, whole } from '../format';
import { Card } from '../parts';
import { Table } from '../table';
import { flattened, versionAddress } from './kinds';

/** Finished searches for parameters with the best trial of each. */
export function Tunings() {
  const found = useLoaded(
    'tunings',
    async () => dataOf(await client.GET('/tunings', { params: { query: { limit: 50 } } })),
    15_000,
  );
  const items = found.data?.items ?? [];
  if (!found.data || items.length === 0) return null;
  return (
    <Card title="Tunings" aside={<span className="soft">as of {moment(found.data.asOf)}</span>}>
      <Table
        label="Finished tunings"
        head={[
          'tuning',
          { name: 'trials', kind: 'number' },
          { name: 'pruned', kind: 'number', title: 'Stopped early, as worse than the others at that epoch' },
          { name: 'failed', kind: 'number' },
          { name: 'best', kind: 'number', title: 'On the validation part; the test part is never looked at' },
          { name: 'its parameters', kind: 'wide' },
          'version',
          { name: 'done', kind: 'number' },
        ]}
        rows={items.map((each) => {
          const version = `${each.model.model}@${each.model.version}`;
          return [
            <Fragment key="n">
              {each.name}
              <span className="under">{each.objective}</span>
            </Fragment>,
            whole(each.trials),
            whole(each.pruned),
            whole(each.failed),
            number(each.best.value, 4),
            flattened(each.best.params)
              .map(([name, value]) => `${name} ${value}`)
              .join(', '),
            <a key="v" href={versionAddress(version)}>
              {version}
            </a>,
            moment(each.createdAt),
          ];
        })}
      />
    </Card>
  );
}
