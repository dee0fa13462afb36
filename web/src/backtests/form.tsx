import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded, type Schemas } from '../api';

type Strategy = Schemas['StrategyList']['items'][number];

/** What the person filled in, as the story's input; what was left out takes the story's default. */
function inputOf(form: FormData, strategy: Strategy) {
  const text = (name: string): string => String(form.get(name) ?? '').trim();
  const numbers = (names: string[]): Record<string, number> =>
    Object.fromEntries(names.filter(text).map((name) => [name, Number(text(name))]));
  const params = numbers(Object.keys(strategy.params).map((name) => `param ${name}`));
  const [from, to, size] = ['from', 'to', 'size'].map(text);
  return {
    stream: text('stream'),
    strategy: strategy.name,
    params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name.slice(6), value])),
    ...numbers(['feeBps', 'slippageBps', 'cash']),
    ...(size ? { size } : {}),
    ...(from ? { from } : {}),
    ...(to ? { to } : {}),
  };
}

/** Starts `runBacktest` on a stored stream and waits for what comes of it. */
export function BacktestForm({ onDone }: { onDone: () => void }) {
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const [chosen, setChosen] = useState('sma-cross');
  const strategies = useLoaded('strategies', async () => dataOf(await client.GET('/strategies')));
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 30_000);
  const items = strategies.data?.items ?? [];
  const strategy = items.find((each) => each.name === chosen) ?? items[0];
  const start = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (!strategy) return;
    const body = {
      kind: 'runBacktest',
      input: inputOf(new FormData(event.currentTarget), strategy),
    } as never;
    setBusy(true);
    try {
      const { workflowId } = dataOf(await client.POST('/runs', { body }));
      setMessage({ text: `Running: ${workflowId}`, failed: false });
      const run = await ended(workflowId);
      const failed = run.status !== 'completed';
      setMessage({
        text: failed ? (run.failure?.message ?? run.status) : 'Done: it is the newest result below',
        failed,
      });
      onDone();
    } catch (error) {
      setMessage({ text: textOf(error), failed: true });
    } finally {
      setBusy(false);
    }
  };
  return (
    <form aria-label="Run a backtest" onSubmit={(event) => void start(event)}>
      <label className="grow">
        Stored stream
        <select name="stream" required>
          {[...new Set(streams.data?.items.map((each) => each.stream) ?? [])].map((each) => (
            <option key={each}>{each}</option>
          ))}
        </select>
      </label>
      <label>
        Strategy
        <select value={strategy?.name ?? ''} onChange={(event) => setChosen(event.target.value)}>
          {items.map(({ name, summary }) => (
            <option key={name} value={name} title={summary}>
              {name}
            </option>
          ))}
        </select>
      </label>
      {Object.entries(strategy?.params ?? {}).map(([name, rule]) => (
        <label key={`${strategy?.name} ${name}`} title={`${rule.help}; ${rule.min} to ${rule.max}`}>
          {name}
          <input name={`param ${name}`} type="number" step="any" placeholder={String(rule.default)} />
        </label>
      ))}
      <Terms />
      <button className="primary" disabled={busy || !strategy}>
        Run backtest
      </button>
      <output role="status" className={message?.failed ? 'failed' : ''}>
        {message?.text}
      </output>
    </form>
  );
}

const Terms = () => (
  <>
    <label>
      Fee, bps a side
      <input name="feeBps" type="number" min="0" step="any" placeholder="10" />
    </label>
    <label>
      Slippage, bps
      <input name="slippageBps" type="number" min="0" step="any" placeholder="2" />
    </label>
    <label>
      Start cash
      <input name="cash" type="number" min="0" step="any" placeholder="100000" />
    </label>
    <label>
      Size
      <input name="size" placeholder="equity:1" autoComplete="off" />
    </label>
    <label>
      From (UTC)
      <input name="from" type="date" />
    </label>
    <label>
      To (UTC)
      <input name="to" type="date" />
    </label>
  </>
);

/** The run once it has ended. */
async function ended(workflowId: string) {
  for (;;) {
    const run = dataOf(await client.GET('/runs/{workflowId}', { params: { path: { workflowId } } }));
    if (run.status !== 'running') return run;
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
