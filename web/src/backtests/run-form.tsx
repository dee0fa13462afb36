import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, useLoaded, type Schemas } from '../api';
import { date, number, quoteOf, whole } from '../format';
import { SourceBadge, State } from '../parts';
import { sourceText } from '../streams';
import { inputOf } from './run-input';
import { Started } from './started';

type Stored = Schemas['StreamInfo'];
export type Strategy = Schemas['StrategyList']['items'][number];

/** Starts the story `runBacktest` on a stored stream, and follows it to its result. */
export function RunForm({ onResult }: { onResult(): void }) {
  const streams = useLoaded(
    'streams to run on',
    async () => dataOf(await client.GET('/streams', { params: { query: { limit: 1000 } } })).items,
  );
  const strategies = useLoaded('strategies', async () => dataOf(await client.GET('/strategies')).items);
  const ready = streams.data && strategies.data && streams.data.length > 0;
  return (
    <>
      <State of={strategies} isEmpty={false} empty="" />
      {strategies.data && (
        <State
          of={streams}
          isEmpty={streams.data?.length === 0}
          empty="No stream is stored yet: start the main job, or collect bars."
        />
      )}
      {ready && (
        <Fields streams={streams.data ?? []} strategies={strategies.data ?? []} onResult={onResult} />
      )}
    </>
  );
}

interface Lists {
  streams: Stored[];
  strategies: Strategy[];
  /** A new result is stored: lists that were read before are old. */
  onResult(): void;
}

function Fields({ streams, strategies, onResult }: Lists) {
  const [place, setPlace] = useState(0);
  const [name, setName] = useState('sma-cross');
  const [failure, setFailure] = useState('');
  const [begun, setBegun] = useState<{ workflowId: string; attempt: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const stored = streams[place] ?? streams[0]!;
  const strategy = strategies.find((each) => each.name === name) ?? strategies[0]!;
  const start = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const input = inputOf(new FormData(event.currentTarget), { ...stored, strategy });
    setBusy(true);
    setFailure('');
    try {
      const body = { kind: 'runBacktest', input } as never;
      const { workflowId } = dataOf(await client.POST('/runs', { body }));
      setBegun((old) => ({ workflowId, attempt: (old?.attempt ?? 0) + 1 }));
    } catch (error) {
      setFailure(textOf(error));
      setBegun(null);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {/* The API judges the values: its message names the parameter and what would be right. */}
      <form noValidate aria-label="Run a backtest" onSubmit={(event) => void start(event)}>
        <label className="grow">
          Stored stream
          <select value={place} onChange={(event) => setPlace(Number(event.target.value))}>
            {streams.map((each, i) => (
              <option key={`${each.stream} ${sourceText(each.source)}`} value={i}>
                {each.stream} ({sourceText(each.source)})
              </option>
            ))}
          </select>
        </label>
        <label className="grow">
          Strategy
          <select value={strategy.name} onChange={(event) => setName(event.target.value)}>
            {strategies.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
        <p className="soft note line">
          <SourceBadge source={stored.source} /> {whole(stored.bars)} bars, {date(stored.from)} …{' '}
          {date(stored.to)}. {strategy.summary}
          {strategy.needs === 'sentiment' ? '. Needs scored news of the same source' : ''}.
        </p>
        {strategy.needs === 'forecasts' && <Evaluations stream={stored.stream} />}
        <Parameters key={strategy.name} of={strategy} />
        <Terms stored={stored} />
        <button className="primary" disabled={busy}>
          Run backtest
        </button>
        <output role="status" className="failed">
          {failure}
        </output>
      </form>
      {begun && <Started key={begun.attempt} workflowId={begun.workflowId} onResult={onResult} />}
    </>
  );
}

function Parameters({ of }: { of: Strategy }) {
  const params = Object.entries(of.params);
  if (params.length === 0) return null;
  return (
    <fieldset>
      <legend>Parameters of {of.name}</legend>
      {params.map(([name, { default: standard, min, max, integer, help }]) => (
        <label key={name} className="parameter">
          {name}
          <input
            name={`param ${name}`}
            defaultValue={standard}
            inputMode="decimal"
            autoComplete="off"
            aria-describedby={`about ${name}`.replaceAll(' ', '-')}
          />
          <span className="under" id={`about ${name}`.replaceAll(' ', '-')}>
            {help}; {integer ? 'whole, ' : ''}
            {number(min, 9)} … {number(max, 9)}
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** Window, costs and cash; what is left out takes the story's default. */
function Terms({ stored }: { stored: Stored }) {
  return (
    <fieldset>
      <legend>Window, costs and cash</legend>
      <label>
        From (UTC)
        <input name="from" type="date" />
      </label>
      <label>
        To (UTC)
        <input name="to" type="date" />
      </label>
      <Amount name="feeBps" label="Fee, bps a side" standard={10} />
      <Amount name="slippageBps" label="Slippage, bps a side" standard={2} />
      <Amount name="cash" label={`Cash, ${quoteOf(stored.stream)}`} standard={100_000} />
      <Amount name="size" label="Size of an entry" standard="equity:1" />
      <p className="soft note line">
        Without dates all stored bars are used. A size is units:1, cash:1000, equity:0.5, volatility:0.2/168
        or risk:0.01/200bps; buying and holding over the same window, at the same costs, stands beside the
        result.
      </p>
    </fieldset>
  );
}

function Amount({ name, label, standard }: { name: string; label: string; standard: number | string }) {
  return (
    <label>
      {label}
      <input name={name} defaultValue={standard} inputMode="decimal" autoComplete="off" size={9} />
    </label>
  );
}

/** Whose held-out forecasts are traded. */
function Evaluations({ stream }: { stream: string }) {
  const query = { stream, limit: 100 };
  const found = useLoaded(
    `evaluations ${stream}`,
    async () => dataOf(await client.GET('/evaluations', { params: { query } })).items,
  );
  return (
    <>
      <State
        of={found}
        isEmpty={found.data?.length === 0}
        empty={`No model was evaluated on ${stream} yet.`}
      />
      {found.data && found.data.length > 0 && (
        <label className="grow">
          Forecasts of
          <select name="evaluation">
            {found.data.map((each) => (
              <option key={each.id} value={each.id}>
                {each.model}, {date(each.from)} … {date(each.to)}
              </option>
            ))}
          </select>
        </label>
      )}
    </>
  );
}
