import { useState } from 'react';
import { client, dataOf, keyHeader, textOf, useLoaded } from '../api';
import { bytes } from '../format';
import { Badge, Digest, Failure, State } from '../parts';
import { useMayOperate } from '../roles';
import { Table } from '../table';

/** The files of a version; a download is checked against its digest and stands in the audit log. */
export function Artifacts({ id }: { id: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Files</summary>
      {open && <Files id={id} />}
    </details>
  );
}

function Files({ id }: { id: string }) {
  const mayOperate = useMayOperate();
  const found = useLoaded(`artifacts ${id}`, async () =>
    dataOf(await client.GET('/models/{id}/artifacts', { params: { path: { id } } })),
  );
  const items = found.data?.items ?? [];
  return (
    <>
      <State of={found} isEmpty={items.length === 0} empty="No file is registered." />
      <Table
        label={`Files of ${id}`}
        head={['file', '', { name: 'size', kind: 'number' }, 'state', 'sha256']}
        rows={items.map(({ path, sha256, bytes: size, missing }) => [
          path,
          mayOperate ? <Download key="l" id={id} path={path} /> : '',
          bytes(size),
          <Badge key="s" tone={missing ? 'failed' : 'completed'}>
            {missing ? 'missing or changed' : 'stored'}
          </Badge>,
          <Digest key="d" sha256={sha256} />,
        ])}
      />
      {mayOperate === false && <p className="soft note">An operator may download them.</p>}
    </>
  );
}

/** A link cannot send an API key, and its failure would take the page away: the file is fetched first. */
function Download({ id, path }: { id: string; path: string }) {
  const [state, setState] = useState<{ busy: boolean; error: string | null }>({ busy: false, error: null });
  const load = async (): Promise<void> => {
    setState({ busy: true, error: null });
    try {
      await save(`/api/v1/models/${encodeURIComponent(id)}/artifacts/${encodeURIComponent(path)}`, path);
      setState({ busy: false, error: null });
    } catch (error) {
      setState({ busy: false, error: textOf(error) });
    }
  };
  return (
    <span className="actions">
      <button disabled={state.busy} aria-label={`Download ${path}`} onClick={() => void load()}>
        {state.busy ? 'Loading' : 'Download'}
      </button>
      <Failure error={state.error} />
    </span>
  );
}

async function save(address: string, name: string): Promise<void> {
  const answer = await fetch(address, { headers: keyHeader() });
  if (!answer.ok) {
    const { detail } = (await answer.json().catch(() => ({}))) as { detail?: string };
    throw new Error(detail ?? `${name}: HTTP ${answer.status}`);
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
