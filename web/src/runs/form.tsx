import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded } from '../api';

/** What the person filled in, as the main job's input; what was left out takes the job's default. */
function inputOf(form: FormData) {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  const symbols = text('symbols')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean);
  const [source, from, to] = ['source', 'from', 'to'].map(text);
  return {
    symbols,
    timeframe: text('timeframe'),
    ...(source ? { source } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

/** Starts the main job. */
export function RunForm() {
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const timeframes = useLoaded('timeframes', async () => dataOf(await client.GET('/timeframes')));
  const names = timeframes.data?.items.map((each) => each.name) ?? ['1h'];
  const start = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const input = inputOf(new FormData(event.currentTarget));
    setBusy(true);
    try {
      const body = { kind: 'research', input } as never;
      const { workflowId, alreadyRunning } = dataOf(await client.POST('/runs', { body }));
      setMessage({ text: `${alreadyRunning ? 'Already running' : 'Started'}: ${workflowId}`, failed: false });
    } catch (error) {
      setMessage({ text: textOf(error), failed: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form onSubmit={(event) => void start(event)}>
      <label className="grow">
        Symbols, separated by commas
        <input name="symbols" defaultValue="BTC/USDT,ETH/USDT" required autoComplete="off" />
      </label>
      <label>
        Timeframe
        <select name="timeframe" key={names.length} defaultValue="1h">
          {names.map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label className="grow">
        Source
        <input name="source" list="sources" placeholder="first that answers" autoComplete="off" />
        <datalist id="sources">
          <option value="live" />
          <option value="simulated" />
          <option value="recorded:/path/of/recordings" />
        </datalist>
      </label>
      <label>
        From (UTC)
        <input name="from" type="date" />
      </label>
      <label>
        To (UTC)
        <input name="to" type="date" />
      </label>
      <button className="primary" disabled={busy}>
        Start run
      </button>
      <output role="status" className={message?.failed ? 'failed' : ''}>
        {message?.text}
      </output>
    </form>
  );
}
