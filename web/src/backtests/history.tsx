import { Fragment, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { change, date, fixed, number, percent } from '../format';
import { Card, Digest, Named, State } from '../parts';
import { Table } from '../table';
import {
  addressOf,
  deflatedText,
  intervalText,
  settingsText,
  trialsText,
  windowText,
  type Backtest,
} from './words';

const PAGE = 50;

/** All stored results, newest first, a page at a time; read anew with each `version`. */
export function History({ version }: { version: number }) {
  const [stream, setStream] = useState('');
  const [strategy, setStrategy] = useState('');
  // Cursors of the pages behind the first, up to the one shown.
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const query = {
    limit: PAGE,
    ...(stream ? { stream } : {}),
    ...(strategy ? { strategy } : {}),
    ...(cursor ? { cursor } : {}),
  };
  const page = useLoaded(
    `backtests ${JSON.stringify(query)} ${version}`,
    async () => dataOf(await client.GET('/backtests', { params: { query } })),
    10_000,
  );
  const items = page.data?.items ?? [];
  const next = page.data?.cursor;
  const choose = (set: (value: string) => void) => (value: string) => {
    set(value);
    setCursors([]);
  };
  return (
    <Card
      title="All results, newest first"
      aside={
        <Filter
          stream={stream}
          strategy={strategy}
          onStream={choose(setStream)}
          onStrategy={choose(setStrategy)}
        />
      }
    >
      <State
        of={page}
        isEmpty={items.length === 0}
        empty={stream || strategy ? 'No backtest fits this filter.' : 'No backtest stored yet: start a run.'}
      />
      <Results items={items} />
      {(cursor || next) && (
        <nav className="pager actions" aria-label="Pages of results">
          <button disabled={!cursor} onClick={() => setCursors(cursors.slice(0, -1))}>
            Newer
          </button>
          <span className="soft">page {cursors.length + 1}</span>
          <button disabled={!next} onClick={() => next && setCursors([...cursors, next])}>
            Older
          </button>
        </nav>
      )}
    </Card>
  );
}

interface Chosen {
  stream: string;
  strategy: string;
  onStream(value: string): void;
  onStrategy(value: string): void;
}

/** By what is stored and known now. */
function Filter({ stream, strategy, onStream, onStrategy }: Chosen) {
  const streams = useLoaded(
    'streams to filter by',
    async () => dataOf(await client.GET('/streams', { params: { query: { limit: 1000 } } })).items,
  );
  const strategies = useLoaded('strategies', async () => dataOf(await client.GET('/strategies')).items);
  const names = [...new Set((streams.data ?? []).map((each) => each.stream))];
  return (
    <span className="filters">
      <Choice label="Stream" value={stream} onChange={onStream} values={names} />
      <Choice
        label="Strategy"
        value={strategy}
        onChange={onStrategy}
        values={(strategies.data ?? []).map((each) => each.name)}
      />
    </span>
  );
}

function Choice(of: { label: string; value: string; values: string[]; onChange(value: string): void }) {
  return (
    <label className="inline">
      {of.label}
      <select value={of.value} onChange={(event) => of.onChange(event.target.value)}>
        <option value="">all</option>
        {of.values.map((each) => (
          <option key={each}>{each}</option>
        ))}
      </select>
    </label>
  );
}

function Results({ items }: { items: Backtest[] }) {
  return (
    <Table
      label="All backtests"
      head={[
        'strategy',
        { name: 'return', kind: 'number', title: 'After costs' },
        { name: 'hold', kind: 'number', title: 'Return of buying and holding over the same window' },
        { name: 'Sharpe', kind: 'number', title: 'Of daily returns, a year' },
        { name: '95 % interval', kind: 'number', title: 'Of the Sharpe ratio' },
        { name: 'hold Sharpe', kind: 'number' },
        { name: 'deflated', kind: 'number', title: 'Probability that the Sharpe ratio is more than luck' },
        { name: 'drawdown', kind: 'number', title: 'Largest fall from a peak' },
        { name: 'entries', kind: 'number' },
        { name: 'bps a side', kind: 'number', title: 'Fee + slippage' },
        { name: 'trials', kind: 'number', title: 'Different things tried on this window when it was run' },
        'window',
        'digest',
      ]}
      rows={items.map((each) => [
        <Named key="n" of={each}>
          <a href={addressOf(each.id)}>{each.strategy}</a>
          <span className="under">{settingsText(each.spec)}</span>
        </Named>,
        change(each.metrics.totalReturn),
        change(each.benchmark.totalReturn),
        fixed(each.metrics.sharpe, 2),
        intervalText(each),
        fixed(each.benchmark.sharpe, 2),
        deflatedText(each),
        percent(each.metrics.maxDrawdown),
        number(each.metrics.entries),
        `${each.spec.costs.feeBps} + ${each.spec.costs.slippageBps}`,
        trialsText(each),
        <Fragment key="w">
          {windowText(each.spec)}
          <span className="under">as of {date(each.spec.asOf)}</span>
        </Fragment>,
        <Digest key="d" sha256={each.digest} />,
      ])}
    />
  );
}
