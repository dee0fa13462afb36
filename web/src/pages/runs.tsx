import { useEffect, useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded } from '../api';
import { moment } from '../format';
import { Badge, Card, Empty, Failure } from '../parts';
import type { RunPage } from './overview';

interface Progress {
  stage: string;
  steps: { name: string; state: string; detail: string }[];
}

/** All runs of the main job and of stories started alone, with live progress. */
export function Runs() {
  const runs = useLoaded(
    'all-runs',
    async () => dataOf(await client.GET('/runs', { params: { query: { limit: 50 } } } as never)) as RunPage,
    3000,
  );
  return (
    <>
      <Card title="Start the main job">
        <RunForm />
      </Card>
      <Card title="Runs">
        <Failure error={runs.error} />
        {runs.data?.items.length === 0 && <Empty>Nothing has run yet.</Empty>}
        {runs.data?.items.map((run) => (
          <RunRow key={run.workflowId} run={run} />
        ))}
      </Card>
    </>
  );
}

/** One run; while it is running its steps come as server-sent events. */
export function RunRow({ run }: { run: RunPage['items'][number] }) {
  const progress = useProgress(run.workflowId, run.status === 'running');
  const seconds = run.closedAt ? `${((run.closedAt - run.startedAt) / 1000).toFixed(1)} s` : '';
  const report = `/api/v1/runs/${encodeURIComponent(run.workflowId)}/report`;
  return (
    <article className="run">
      <h3>
        <Badge tone={run.status}>{run.status}</Badge> {run.workflowId}
      </h3>
      <span className="soft">
        {run.kind}, started {moment(run.startedAt)} {seconds}{' '}
      </span>
      {run.kind === 'research' && run.status === 'completed' && <a href={report}>report</a>}
      {run.status === 'running' && (
        <button
          onClick={() =>
            void client.DELETE('/runs/{workflowId}', { params: { path: { workflowId: run.workflowId } } })
          }
        >
          cancel
        </button>
      )}
      {progress && (
        <ul className="steps" aria-label="Progress">
          {progress.steps.map((step) => (
            <li key={step.name} className={step.state}>
              {step.name} <span className="soft">{step.detail}</span>
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}

function useProgress(workflowId: string, live: boolean): Progress | null {
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(() => {
    if (!live) return;
    const events = new EventSource(`/api/v1/runs/${encodeURIComponent(workflowId)}/events`);
    events.addEventListener('progress', (event) =>
      setProgress(JSON.parse((event as MessageEvent<string>).data) as Progress),
    );
    events.addEventListener('closed', () => events.close());
    return () => events.close();
  }, [workflowId, live]);
  return progress;
}

export function RunForm() {
  const [message, setMessage] = useState('');
  const start = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => String(form.get(name) ?? '').trim();
    const symbols = text('symbols')
      .split(',')
      .map((each) => each.trim())
      .filter(Boolean);
    const source = text('source');
    const input = { symbols, timeframe: text('timeframe'), ...(source ? { source } : {}) };
    try {
      const started = dataOf(await client.POST('/runs', { body: { kind: 'research', input } as never }));
      setMessage(`started ${(started as { workflowId: string }).workflowId}`);
    } catch (error) {
      setMessage(textOf(error));
    }
  };
  return (
    <form onSubmit={(event) => void start(event)}>
      <label>
        Symbols
        <input name="symbols" defaultValue="BTC/USDT,ETH/USDT" size={22} required />
      </label>
      <label>
        Timeframe
        <select name="timeframe" defaultValue="1h">
          {['1m', '5m', '15m', '1h', '4h', '1d'].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Source
        <input name="source" placeholder="first that answers" size={22} />
      </label>
      <button className="primary">Run</button>
      <span role="status">{message}</span>
    </form>
  );
}
