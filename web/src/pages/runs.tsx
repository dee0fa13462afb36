import { useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { decoded } from '../addresses';
import { Card, Heading, InView, State, type PageProps } from '../parts';
import { RunForm } from '../runs/form';
import { RunRow } from '../runs/row';

type Status = Schemas['RunSummary']['status'];
const STATUSES: Status[] = ['running', 'completed', 'failed', 'cancelled', 'terminated', 'timed-out'];

/** All runs of the main job and of stories started alone, with live progress. */
export function Runs({ rest }: PageProps) {
  const [status, setStatus] = useState<Status | ''>('');
  const query = { limit: 50, ...(status ? { status } : {}) };
  const runs = useLoaded(
    `runs ${status}`,
    async () => dataOf(await client.GET('/runs', { params: { query } })),
    2000,
  );
  const items = runs.data?.items ?? [];
  return (
    <>
      <Heading title="Runs" about="Durable workflows: they survive a restart and go on at their step." />
      {rest[0] && (
        <InView key={rest[0]} isAsked>
          <Asked workflowId={decoded(rest[0])} />
        </InView>
      )}
      <Card title="Start the main job">
        <RunForm />
      </Card>
      <Card
        title="Runs, newest first"
        aside={
          <label className="inline">
            State
            <select value={status} onChange={(event) => setStatus(event.target.value as Status | '')}>
              <option value="">all</option>
              {STATUSES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        }
      >
        <State
          of={runs}
          isEmpty={items.length === 0}
          empty={status ? `No run is ${status}.` : 'Nothing has run yet: start the main job above.'}
        />
        {items.map((run) => (
          <RunRow key={`${run.workflowId} ${run.runId}`} run={run} />
        ))}
      </Card>
    </>
  );
}

/** The newest run of the workflow in the address; others name it as theirs. */
function Asked({ workflowId }: { workflowId: string }) {
  const path = { workflowId };
  const found = useLoaded(
    `asked run ${workflowId}`,
    async () => dataOf(await client.GET('/runs/{workflowId}', { params: { path } })) as Schemas['Run'],
    2000,
  );
  return (
    <Card title="The run that was asked for" aside={<a href="#/runs">All runs</a>}>
      <State of={found} isEmpty={false} empty="" />
      {found.data && <RunRow key={found.data.runId} run={found.data} />}
    </Card>
  );
}
