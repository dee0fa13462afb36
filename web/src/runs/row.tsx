import { useEffect, useState } from 'react';
import { client, dataOf, textOf, useLoaded, type Schemas } from '../api';
import { followRun } from '../events';
import { duration, moment } from '../format';
import { PageLink } from '../page-link';
import { Badge, Failure } from '../parts';

type Progress = Schemas['RunProgress'];

/** One run: its steps as server-sent events while it runs, its outcome on demand afterwards. */
export function RunRow({ run }: { run: Schemas['RunSummary'] }) {
  const live = run.status === 'running';
  const progress = useProgress(run.workflowId, live);
  const [open, setOpen] = useState(run.status === 'failed');
  return (
    <article className="run" aria-label={run.workflowId}>
      <header>
        <Badge tone={run.status}>{run.status}</Badge>
        <h3>{run.workflowId}</h3>
        <span className="soft">
          {moment(run.startedAt)} · <Elapsed run={run} />
          {run.principal ? ` · by ${run.principal}` : ''}
        </span>
        <Actions run={run} />
      </header>
      {live && progress && <Steps progress={progress} />}
      {!live && (
        <details open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
          <summary>{run.status === 'failed' ? 'Why it failed' : 'Steps and input'}</summary>
          {open && <Outcome run={run} />}
        </details>
      )}
    </article>
  );
}

function Actions({ run }: { run: Schemas['RunSummary'] }) {
  const [error, setError] = useState<string | null>(null);
  const cancel = async (): Promise<void> => {
    const path = { workflowId: run.workflowId };
    await client
      .DELETE('/runs/{workflowId}', { params: { path } })
      .then(dataOf)
      .catch((reason: unknown) => setError(textOf(reason)));
  };
  return (
    <span className="actions">
      {run.kind === 'research' && run.status === 'completed' && (
        <PageLink address={`/api/v1/runs/${runIdOf(run)}/report`} name="Report" />
      )}
      {run.status === 'running' && <button onClick={() => void cancel()}>Cancel</button>}
      <Failure error={error} />
    </span>
  );
}

/** Counts on while the run goes. */
function Elapsed({ run }: { run: Schemas['RunSummary'] }) {
  const [now, setNow] = useState(Date.now());
  const live = run.closedAt === null;
  useEffect(() => {
    if (!live) return;
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, [live]);
  return <span className="figure">{duration((run.closedAt ?? now) - run.startedAt)}</span>;
}

function Steps({ progress }: { progress: Progress }) {
  const done = progress.steps.filter((step) => step.state === 'done').length;
  const total = progress.steps.length;
  const failed = progress.steps.find((step) => step.state === 'failed');
  return (
    <>
      <div className="soft" role="status">
        {failed ? `failed at ${failed.name}` : progress.stage}
        {total > 0 ? `, ${done} of ${total} steps done` : ''}
      </div>
      {total > 0 && <progress max={total} value={done} aria-label="Steps done" />}
      <ol className="steps" aria-label="Progress">
        {progress.steps.map((step) => (
          <li key={step.name} className={step.state}>
            <b>{step.name}</b> <span>{step.detail || step.state}</span>
          </li>
        ))}
      </ol>
      {progress.retrying.length > 0 && (
        <ul className="soft" aria-label="Waiting to be tried again">
          {progress.retrying.map(({ story, step, attempt, attempts, failure }) => (
            <li key={`${story} ${step}`}>
              {step}, attempt {attempt}
              {attempts ? ` of ${attempts}` : ''}: {failure}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** A workflow id names its newest run; the ones before are kept by their own ids. */
async function readRun(run: Schemas['RunSummary']): Promise<Schemas['Run']> {
  const read = async (workflowId: string): Promise<Schemas['Run']> =>
    dataOf(await client.GET('/runs/{workflowId}', { params: { path: { workflowId } } })) as Schemas['Run'];
  const newest = await read(run.workflowId);
  return newest.runId === run.runId ? newest : read(runIdOf(run));
}

const runIdOf = (run: Schemas['RunSummary']): string => `run_${run.runId.replaceAll('-', '')}`;

function Outcome({ run }: { run: Schemas['RunSummary'] }) {
  const whole = useLoaded(`run ${run.runId} ${run.status}`, () => readRun(run));
  const { failure, progress, input } = whole.data ?? {};
  return (
    <>
      <Failure error={whole.error} />
      {failure && <p className="alert">{[failure.type, failure.message].filter(Boolean).join(': ')}</p>}
      {progress && <Steps progress={progress} />}
      {whole.data && <pre>{JSON.stringify(input, null, 1)}</pre>}
    </>
  );
}

function useProgress(workflowId: string, live: boolean): Progress | null {
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(() => {
    if (!live) return;
    const gone = new AbortController();
    void followRun(workflowId, { onProgress: setProgress, onClosed: () => undefined, signal: gone.signal });
    return () => gone.abort();
  }, [workflowId, live]);
  return progress;
}
