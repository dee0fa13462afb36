import { useState } from 'react';
import { useLoaded } from '../api';
import { readScorecard, readSettlements } from '../scorecard/reads';
import { CellTable } from '../scorecard/cells';
import { CourseCharts } from '../scorecard/course';
import type { Cell } from '../scorecard/kinds';
import { SettlementTable } from '../scorecard/settled';
import { moment, whole } from '../format';
import { Card, Heading, State } from '../parts';

/** What became of the forecasts: every one that was made counts, none is picked. */
export function Scorecard() {
  const found = useLoaded('scorecard', readScorecard, 10_000);
  const [chosen, setChosen] = useState(0);
  const cells = found.data?.cells ?? [];
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
        {found.data && <Waiting open={found.data.open} />}
      </Card>
      {cell && <Course key={cells.indexOf(cell)} cell={cell} />}
    </>
  );
}

function Waiting({ open }: { open: number | null }) {
  if (open === null) return null;
  return (
    <p className="soft note">{whole(open)} forecasts are open: they wait for the bar at their target.</p>
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
