import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded } from '../api';
import { nameOf } from '../models/kinds';
import { Empty, State } from '../parts';
import { useMayOperate } from '../roles';
import { deploymentAddress } from './kinds';
import { startDeployment } from './reads';

/** Proposes a stored version: it is checked at once, and served only after what follows. */
export function StartForm({ proposed }: { proposed: string }) {
  const models = useLoaded('versions to deploy', async () =>
    dataOf(await client.GET('/models', { params: { query: { limit: 200 } } })),
  );
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const mayOperate = useMayOperate();
  const items = models.data?.items ?? [];
  const start = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const model = String(new FormData(event.currentTarget).get('model') ?? '');
    setBusy(true);
    try {
      const { id } = await startDeployment({ model });
      setMessage({ text: `Started: ${id}`, failed: false });
      location.hash = deploymentAddress(id);
    } catch (error) {
      setMessage({ text: textOf(error), failed: true });
    } finally {
      setBusy(false);
    }
  };
  if (items.length === 0)
    return <State of={models} isEmpty empty="No model has been trained yet: start the main job." />;
  if (mayOperate === false) return <Empty>You may look only: an operator starts deployments.</Empty>;
  return (
    <form onSubmit={(event) => void start(event)}>
      <label className="grow">
        Version
        <select name="model" key={`${proposed} ${items.length}`} defaultValue={proposed}>
          {items.map((each) => (
            <option key={each.id} value={nameOf(each)}>
              {nameOf(each)}, {each.stage}, {each.source.kind}
            </option>
          ))}
        </select>
      </label>
      <button className="primary" disabled={busy}>
        Start deployment
      </button>
      <output role="status" className={message?.failed ? 'failed' : ''}>
        {message?.text}
      </output>
    </form>
  );
}
