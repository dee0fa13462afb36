import { useMemo } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { LinePlot } from '../charts/line';
import { groupsOf, rebased, type Group } from '../equity';
import { change, date, fixed, number, percent } from '../format';
import { Card, Digest, Heading, Named, Provenance, State, type PageProps } from '../parts';
import { Table } from '../table';

type Backtest = Schemas['Backtest'];
const COLOURS = ['--c1', '--c2', '--c3', '--c4'];

/** Equity of the strategies of a stream beside buy-and-hold, with costs, and all results. */
export function Backtests({ rest }: PageProps) {
  const page = useLoaded(
    'backtests',
    async () => dataOf(await client.GET('/backtests', { params: { query: { limit: 100 } } })),
    10_000,
  );
  const items = page.data?.items ?? [];
  const groups = useMemo(() => groupsOf(page.data?.items ?? []), [page.data]);
  const shown = groups.find((each) => each.id === rest.join('/')) ?? groups[0];
  return (
    <>
      <Heading
        title="Backtests"
        about="Strategies after costs, beside buying and holding over the same window."
      >
        {shown && (
          <label className="inline">
            Stream and window
            <select
              value={shown.id}
              onChange={(event) => {
                location.hash = `#/backtests/${event.target.value}`;
              }}
            >
              {groups.map((each) => (
                <option key={each.id} value={each.id}>
                  {each.stream}, {date(each.from)} … {date(each.to)} ({each.source.kind})
                </option>
              ))}
            </select>
          </label>
        )}
      </Heading>
      {shown && <Equity key={shown.id} group={shown} />}
      <Card title="All results, newest first">
        <State of={page} isEmpty={items.length === 0} empty="No backtest stored yet: start a run." />
        <Results items={items} shown={shown?.backtests ?? []} />
      </Card>
    </>
  );
}

function Equity({ group }: { group: Group }) {
  const ids = group.backtests.map((each) => each.id);
  const loaded = useLoaded(`equity ${ids.join(' ')}`, async () =>
    Promise.all(
      ids.map(async (id) => dataOf(await client.GET('/backtests/{id}', { params: { path: { id } } }))),
    ),
  );
  const plot = useMemo(() => rebased(loaded.data ?? [], group.from), [loaded.data, group.from]);
  const curves = useMemo(
    () =>
      plot.curves.map(({ label, values }, i) => ({
        label,
        values,
        colour: label === 'buy-and-hold' ? '--soft' : (COLOURS[i % COLOURS.length] ?? '--c1'),
        dashed: label === 'buy-and-hold',
      })),
    [plot],
  );
  const first = group.backtests[0]!;
  const { feeBps, slippageBps } = first.spec.costs;
  return (
    <Card
      title={`Equity on ${group.stream}`}
      aside={<Provenance source={group.source} asOf={first.spec.asOf} />}
    >
      <State of={loaded} isEmpty={false} empty="" />
      <div className="plot-room">
        {curves.length > 0 && (
          <LinePlot
            time={plot.time}
            curves={curves}
            title={`Growth of 100 since ${date(group.from)}`}
            show={(each) => fixed(each, 1)}
            height={320}
          />
        )}
      </div>
      <p className="soft note">
        After {feeBps} bps fee and {slippageBps} bps slippage a side. Curves that began before the window are
        set to 100 at its start. Fills at the open after the decision. Drag to zoom, double-click to see all.
      </p>
    </Card>
  );
}

function Results({ items, shown }: { items: Backtest[]; shown: Backtest[] }) {
  const ids = new Set(shown.map((each) => each.id));
  return (
    <Table
      label="All backtests"
      isCurrent={(row) => ids.has(items[row]?.id ?? '')}
      head={[
        'strategy',
        { name: 'return', kind: 'number' },
        { name: 'hold', kind: 'number', title: 'Return of buying and holding over the same window' },
        { name: 'Sharpe', kind: 'number', title: 'Of daily returns, × √365 for crypto' },
        { name: 'hold Sharpe', kind: 'number' },
        { name: 'drawdown', kind: 'number', title: 'Largest fall from a peak' },
        { name: 'entries', kind: 'number' },
        { name: 'bps a side', kind: 'number', title: 'Fee + slippage' },
        { name: 'trials', kind: 'number', title: 'Parameter sets that were tried for this result' },
        'window',
        'as of',
        'digest',
      ]}
      rows={items.map((each) => [
        <Named key="n" of={each}>
          <a href={`#/backtests/${groupsOf([each])[0]?.id}`}>{each.strategy}</a>
        </Named>,
        change(each.metrics.totalReturn),
        change(each.benchmark.totalReturn),
        fixed(each.metrics.sharpe, 2),
        fixed(each.benchmark.sharpe, 2),
        percent(each.metrics.maxDrawdown),
        number(each.metrics.entries),
        `${each.spec.costs.feeBps} + ${each.spec.costs.slippageBps}`,
        each.trials,
        `${date(each.spec.from)} … ${date(each.spec.to)}`,
        date(each.spec.asOf),
        <Digest key="d" sha256={each.digest} />,
      ])}
    />
  );
}
