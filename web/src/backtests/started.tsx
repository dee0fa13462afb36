import { useEffect, useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { Failure, Provenance } from '../parts';
import { RunRow } from '../runs/row';
import { FiguresTable, Judgement } from './judgement';
import { addressOf, costsText, nameOf, windowText } from './words';

const POLL_MS = 1000;

/** A run from its start to its end: progress, why it failed, or the new result. */
export function Started({ workflowId, onResult }: { workflowId: string; onResult(): void }) {
  const [closed, setClosed] = useState(false);
  const path = { workflowId };
  const run = useLoaded(
    `started ${workflowId}`,
    async () => dataOf(await client.GET('/runs/{workflowId}', { params: { path } })) as Schemas['Run'],
    closed ? 0 : POLL_MS,
  );
  const status = run.data?.status;
  useEffect(() => setClosed(status !== undefined && status !== 'running'), [status]);
  const { id } = (run.data?.result ?? {}) as { id?: string };
  return (
    <section aria-label="Started run" className="started">
      <Failure error={run.error} />
      {run.data && <RunRow key={run.data.status} run={run.data} />}
      {status === 'completed' && id && <NewResult id={id} onShown={onResult} />}
    </section>
  );
}

function NewResult({ id, onShown }: { id: string; onShown(): void }) {
  const path = { id };
  const query = { points: 2, trades: 0 };
  const loaded = useLoaded(`new result ${id}`, async () =>
    dataOf(await client.GET('/backtests/{id}', { params: { path, query } })),
  );
  const result = loaded.data;
  const isShown = result !== null;
  useEffect(() => {
    if (isShown) onShown();
  }, [isShown, onShown]);
  if (!result) return <Failure error={loaded.error} />;
  return (
    <>
      <p className="line" role="status">
        <a href={addressOf(id)}>The new result: {nameOf(result)}</a>, {result.stream},{' '}
        {windowText(result.spec)}, {costsText(result.spec)}{' '}
        <Provenance source={result.source} asOf={result.spec.asOf} />
      </p>
      <Judgement of={result} />
      <FiguresTable of={result} />
    </>
  );
}
