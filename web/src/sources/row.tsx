import { useState } from 'react';
import { client, dataOf, textOf, useLoaded, type Schemas } from '../api';
import { moment, percent } from '../format';
import { Badge, Failure } from '../parts';

type NewsSource = Schemas['NewsSource'];
type Health = Schemas['SourceHealth'];
type Test = Schemas['SourceTest'];

/** One source: how it is, and what can be done with it. */
export function SourceRow({ source, onChange }: { source: NewsSource; onChange: () => void }) {
  const { id, name, kind, host, cadence, origin, state } = source;
  const path = { params: { path: { id } } };
  const health = useLoaded(
    `health ${id} ${state}`,
    async () => dataOf(await client.GET('/sources/{id}/health', path)),
    15_000,
  );
  const [test, setTest] = useState<Test | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const doing = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(null);
    await work().catch((reason: unknown) => setError(textOf(reason)));
    setBusy(false);
  };
  const turn = (): Promise<void> =>
    doing(async () => {
      dataOf(
        state === 'paused'
          ? await client.POST('/sources/{id}/resume', path)
          : await client.POST('/sources/{id}/pause', path),
      );
      onChange();
    });
  const remove = (): Promise<void> =>
    doing(async () => {
      if (!confirm(`Remove the source ${id}? Its articles stay.`)) return;
      // An answer without a body; a refusal is thrown as any other.
      dataOf({ ...(await client.DELETE('/sources/{id}', path)), data: null });
      onChange();
    });
  return (
    <article className="run" aria-label={`Source ${id}`}>
      <header>
        <strong>{name}</strong>
        <code>{id}</code>
        {health.data && <Badge tone={health.data.state}>{health.data.state}</Badge>}
        <span className="soft">
          {kind} · {host} · <code>{cadence.cron}</code> {cadence.timeZone} · {origin}
        </span>
        <span className="actions">
          <button disabled={busy} onClick={() => void doing(async () => setTest(await testOf(id)))}>
            Test
          </button>
          <button disabled={busy} onClick={() => void turn()}>
            {state === 'paused' ? 'Resume' : 'Pause'}
          </button>
          <button disabled={busy} className="danger" onClick={() => void remove()}>
            Remove
          </button>
        </span>
      </header>
      {health.data && <HealthLine health={health.data} />}
      <Failure error={error ?? health.error} />
      {test && <TestResult test={test} />}
    </article>
  );
}

const testOf = async (id: string): Promise<Test> =>
  dataOf(await client.POST('/sources/{id}/test', { params: { path: { id } } } as never));

function HealthLine({ health }: { health: Health }) {
  const { lastSuccessAt, lastFailureAt, lastFailure, freshness, errorBudget, breaker, itemsPerDay } = health;
  const { pending, problems } = health;
  const week = itemsPerDay.slice(-7).reduce((sum, { items }) => sum + items, 0);
  const words = [
    lastSuccessAt ? `collected ${moment(lastSuccessAt)}` : 'never collected',
    freshness.newestPublishedAt && `newest item ${moment(freshness.newestPublishedAt)}`,
    freshness.silentSince && `silent since ${moment(freshness.silentSince)}`,
    `${week} items in 7 days`,
    errorBudget.collections > 0 &&
      `${errorBudget.failed} of ${errorBudget.collections} collections failed in 24 h (${percent(errorBudget.allowed, 0)} allowed)`,
    breaker.state !== 'closed' &&
      `host is left alone${breaker.until ? ` until ${moment(breaker.until)}` : ', next request decides'}`,
  ].filter(Boolean);
  const [behind] = pending;
  const failed = lastFailure && (lastFailureAt ?? 0) > (lastSuccessAt ?? 0);
  return (
    <>
      <p className="soft note">{words.join(' · ')}</p>
      {failed && <Failure error={`${moment(lastFailureAt)}: ${lastFailure}`} />}
      {behind && (
        <p className="soft note">
          More pages than one collection may read: the next one goes on with {pending.length}{' '}
          {pending.length === 1 ? 'window' : 'windows'}, the first from {moment(behind.from)} to{' '}
          {moment(behind.to)}.
        </p>
      )}
      {problems && <Problems problems={problems} />}
    </>
  );
}

/** What was wrong with what it gave, with the last few reasons behind it. */
function Problems({ problems: { total, byKind, last } }: { problems: Test['problems'] }) {
  if (total === 0) return null;
  const kinds = Object.entries(byKind)
    .sort(([, a], [, b]) => b - a)
    .map(([what, count]) => `${count} ${what}`);
  return (
    <details className="problems">
      <summary>
        {total} {total === 1 ? 'problem' : 'problems'} in what it gave last: {kinds.join(', ')}
      </summary>
      <ul>
        {last.map(({ what, detail, item }, i) => (
          <li key={i}>
            <code>{what}</code> {detail} {item && <span className="soft">({item})</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}

function TestResult({ test: { items, found, more, elapsedMs, problems } }: { test: Test }) {
  return (
    <div role="status">
      <p className="soft note">
        {found} items{more && ' on the first page'} in {Math.round(elapsedMs)} ms; nothing was stored.
      </p>
      <Problems problems={problems} />
      <ul className="headlines">
        {items.map((item, i) => (
          <li key={item.guid ?? item.url ?? i}>
            <span>{item.title ?? 'no title'}</span>
            <span className="soft">{item.publishedAt ?? 'no date'}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
