import { client, dataOf, useLoaded } from '../api';
import { Card } from '../parts';
import { RunRow } from '../runs/row';

const KINDS = ['trainModel', 'tuneModel', 'evaluateModel'];

/** Trainings, searches and evaluations that run now, with their steps. */
export function Running() {
  const runs = useLoaded(
    'running trainings',
    async () => dataOf(await client.GET('/runs', { params: { query: { status: 'running', limit: 50 } } })),
    3000,
  );
  const own = (runs.data?.items ?? []).filter((each) => KINDS.includes(each.kind));
  if (own.length === 0) return null;
  return (
    <Card title="Running now">
      {own.map((run) => (
        <RunRow key={`${run.workflowId} ${run.runId}`} run={run} />
      ))}
    </Card>
  );
}
