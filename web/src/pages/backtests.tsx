import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { BacktestForm } from '../backtests/form';
import { Results } from '../backtests/results';
import { LinePlot } from '../charts/line';
import { groupsOf, rebased, type Group } from '../equity';
import { date, fixed } from '../format';
import { Card, Heading, Provenance, State, type PageProps } from '../parts';

const COLOURS = ['--c1', '--c2', '--c3', '--c4'];

/** Equity of the strategies of a stream beside buy-and-hold, with costs, and all results. */
export function Backtests({ rest }: PageProps) {
  const [turn, setTurn] = useState(0);
  const again = (): void => setTurn((before) => before + 1);
  const page = useLoaded(
    `backtests ${turn}`,
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
        <Results items={items} shown={shown?.backtests ?? []} onChange={again} />
      </Card>
      <Card title="Run a backtest">
        <BacktestForm onDone={again} />
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
