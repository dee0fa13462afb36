import { useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { moment } from '../format';
import { Badge, State } from '../parts';

type Node = Schemas['LineageNode'];
/** Of what something was made from, so many are listed at first. */
const FIRST = 5;

/** The way back to models, data sets, bars and articles, and whether every digest on it still holds. */
export function Explanation({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Where it comes from</summary>
      {open && <Way id={id} />}
      <p className="soft note">
        On the command line: <code>finsight explain {id}</code>
        {id.startsWith('prd_') && (
          <>
            , and <code>finsight replay {id}</code> to compute it anew
          </>
        )}
        .
      </p>
      {open && id.startsWith('prd_') && <Replay id={id} />}
    </details>
  );
}

function Way({ id }: { id: string }) {
  const query = { id };
  const way = useLoaded(`lineage ${id}`, async () =>
    dataOf(await client.GET('/lineage', { params: { query } })),
  );
  return (
    <>
      <State of={way} isEmpty={false} empty="" />
      {way.data && (
        <ul className="way">
          <Origin node={way.data as Node} />
        </ul>
      )}
      {way.data && <Check id={id} />}
    </>
  );
}

function Origin({ node }: { node: Node }) {
  const [all, setAll] = useState(false);
  const shown = all ? node.parents : node.parents.slice(0, FIRST);
  return (
    <li>
      <Badge>{node.kind}</Badge> <code>{node.id}</code>
      <span className="under">
        {Object.entries(node.facts)
          .filter(([, value]) => value !== null && value !== '')
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(' · ')}
      </span>
      {shown.length > 0 && (
        <ul className="way">
          {shown.map((each, i) => (
            <Origin key={`${each.id} ${i}`} node={each} />
          ))}
        </ul>
      )}
      {shown.length < node.parents.length && (
        <p className="note actions">
          <button type="button" onClick={() => setAll(true)}>
            {node.parents.length - shown.length} more
          </button>
        </p>
      )}
    </li>
  );
}

/** Reads everything on the way: only when asked for. */
function Check({ id }: { id: string }) {
  const [asked, setAsked] = useState(0);
  return (
    <div className="note actions">
      <button type="button" onClick={() => setAsked(Date.now())}>
        Recompute every digest
      </button>
      {asked > 0 && <Checked key={asked} id={id} at={asked} />}
    </div>
  );
}

function Checked({ id, at }: { id: string; at: number }) {
  const query = { id };
  const found = useLoaded(`verify ${id} ${at}`, async () =>
    dataOf(await client.GET('/verification', { params: { query } })),
  );
  const broken = found.data?.firstBroken;
  return (
    <div role="status">
      <State of={found} isEmpty={false} empty="" />
      {found.data && !broken && (
        <p className="note">
          {found.data.checks} digests hold, {moment(at)}.
        </p>
      )}
      {broken && <Broken of={broken} />}
    </div>
  );
}

/** Computes the forecast again from its pinned inputs: only when asked for. */
function Replay({ id }: { id: string }) {
  const [asked, setAsked] = useState(0);
  return (
    <div className="note actions">
      <button type="button" onClick={() => setAsked(Date.now())}>
        Replay
      </button>
      {asked > 0 && <Replayed key={asked} id={id} at={asked} />}
    </div>
  );
}

function Replayed({ id, at }: { id: string; at: number }) {
  const path = { id };
  const found = useLoaded(`replay ${id} ${at}`, async () =>
    dataOf(await client.POST('/predictions/{id}/replay', { params: { path } })),
  );
  const { broken, expected = '', found: came, checks, identical: isSame = false } = found.data ?? {};
  return (
    <div role="status">
      <State of={found} isEmpty={false} empty="" />
      {found.data && (
        <p className={isSame ? 'note' : 'alert'}>
          {isSame ? 'The same to the byte' : 'Not the same'}: <code>{expected.slice(0, 12)}</code>
          {!isSame && (
            <>
              {' '}
              was stored, <code>{came?.slice(0, 12) ?? 'nothing'}</code> came
            </>
          )}
          ; {checks} digests compared, {moment(at)}.
        </p>
      )}
      {broken && <Broken of={broken} />}
    </div>
  );
}

function Broken({ of: { id, what, expected, found } }: { of: Omit<Schemas['LineageCheck'], 'ok'> }) {
  return (
    <p className="alert">
      {what} of <code>{id}</code> is <code>{found}</code>, not <code>{expected}</code>.
    </p>
  );
}
