import { useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { Card, Heading, State } from '../parts';
import { SourceForm } from '../sources/form';
import { SourceRow } from '../sources/row';

const MOST = 200;

/** Where news come from, each with its health. */
export function Sources() {
  const [round, setRound] = useState(0);
  const page = useLoaded(
    `sources ${round}`,
    async () => dataOf(await client.GET('/sources', { params: { query: { limit: MOST } } })),
    30_000,
  );
  const items = page.data?.items ?? [];
  const again = (): void => setRound((before) => before + 1);
  return (
    <>
      <Heading
        title="News sources"
        about="Each is collected by its own schedule; a host that fails again and again is left alone for a while."
      >
        <a className="button" href="#/news">
          News
        </a>
      </Heading>
      <Card title="Add a source">
        <SourceForm onMade={again} />
        <p className="soft note">
          REST, GraphQL and kinds of your own are added by <code>finsight sources add</code> or{' '}
          <code>POST /sources</code>.
        </p>
      </Card>
      <Card title="Sources">
        <State of={page} isEmpty={items.length === 0} empty="No sources." />
        {items.map((source) => (
          <SourceRow key={source.id} source={source} onChange={again} />
        ))}
      </Card>
    </>
  );
}
