import { useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { readSettlements } from '../scorecard/reads';
import { CellTable } from '../scorecard/cells';
import { CourseCharts } from '../scorecard/course';
import type { Cell } from '../scorecard/kinds';
import { SettlementTable } from '../scorecard/settled';
import { moment } from '../format';
import { Card, Heading, State } from '../parts';

/** What became of the forecasts: every one that was made counts, none is picked. */
export function Scorecard() {
  const found = useLoaded('scorecard', async () => dataOf(await client.GET('/scorecard')), 10_000);
  const [chosen, setChosen] = useState(0);
  const cells: Cell[] = found.data?.rows ?? [];
  const cell = cells[chosen] ?? cells[0];
  return (
    <>
      <Heading
        title="Scorecard"
        about="Every forecast is settled at its target by a durable timer; the record is only added to."
      />
      <Card
        title="Live skill beside naive baselines and the backtest"
        aside={found.data && <span className="soft">as of {moment(found.data.asOf)}</span>}
      >
        <State
          of={found}
          isEmpty={cells.length === 0}
          empty={
            <>
              Nothing is settled yet: forecasts settle by themselves at their target. Make one on the{' '}
              <a href="#/forecasts">forecasts</a> page, or see a thousand settle with{' '}
              <code>finsight demo settle --n 1000</code>.
            </>
          }
        />
        <CellTable cells={cells} chosen={cell ? cells.indexOf(cell) : -1} onChoose={setChosen} />
        {found.data && cells.length > 0 && (
          <p className="soft note">
            {found.data.costs}. Intervals and p values count only rows whose horizons do not overlap.
          </p>
        )}
      </Card>
      {cell && <Course key={cells.indexOf(cell)} cell={cell} />}
    </>
  );
}

function Course({ cell }: { cell: Cell }) {
  const found = useLoaded(
    `settlements ${cell.model} ${cell.stream} ${cell.horizonBars} ${cell.source} ${cell.n}`,
    () => readSettlements(cell),
  );
  const items = found.data ?? [];
  return (
    <Card
      title={`${cell.model ?? 'All'}${cell.stream ? ` on ${cell.stream}` : ''}`}
      aside={<span className="soft">settled to {moment(cell.to)}</span>}
    >
      <State of={found} isEmpty={items.length === 0} empty="None of these is stored any more." />
      {items.length > 0 && <CourseCharts settlements={items} asked={cell.interval.asked} />}
      <SettlementTable items={items.slice(0, 100)} />
    </Card>
  );
}
