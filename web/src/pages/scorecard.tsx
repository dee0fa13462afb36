import { client, dataOf, useLoaded } from '../api';
import { readSettlements } from '../scorecard/reads';
import { CellTable, keyOf } from '../scorecard/cells';
import { CourseCharts } from '../scorecard/course';
import type { Cell } from '../scorecard/kinds';
import { SettlementTable } from '../scorecard/settled';
import { Fact } from '../backtests/judgement';
import { Drift } from '../drift/reports';
import { barsText } from '../forecasts/kinds';
import { chance, fixed, moment, percent, whole } from '../format';
import { Badge, Card, Heading, InView, State, type PageProps } from '../parts';

const SHOWN = 100;

/** What became of the forecasts: every one that was made counts, none is picked. */
export function Scorecard({ rest }: PageProps) {
  const found = useLoaded('scorecard', async () => dataOf(await client.GET('/scorecard')), 10_000);
  const cells: Cell[] = found.data?.rows ?? [];
  const asked = decodeURIComponent(rest[0] ?? '');
  // At first the row with the most evidence.
  const fullest = cells.toSorted((a, b) => b.n - a.n)[0];
  const cell = cells.find((each) => keyOf(each) === asked) ?? fullest;
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
        <CellTable cells={cells} shown={cell && keyOf(cell)} />
        {found.data && cells.length > 0 && (
          <p className="soft note">
            {found.data.costs}. Intervals and p values count only rows whose horizons do not overlap.
          </p>
        )}
      </Card>
      {cell && (
        <InView key={keyOf(cell)} isAsked={asked !== ''}>
          <Course cell={cell} />
        </InView>
      )}
      <Drift />
    </>
  );
}

/** One row closer: its course over time, its backtest, and each settled prediction. */
function Course({ cell }: { cell: Cell }) {
  const found = useLoaded(`settlements ${keyOf(cell)} ${cell.n}`, () => readSettlements(cell));
  const items = found.data ?? [];
  return (
    <Card
      title={`${cell.model ?? 'All'}${cell.stream ? ` on ${cell.stream}` : ''}${
        cell.horizonBars === undefined ? '' : `, ${barsText(cell.horizonBars)} ahead`
      }`}
      aside={
        <span className="provenance">
          {cell.source && <Badge tone={cell.source.split('-')[0] ?? ''}>{cell.source}</Badge>}
          <span className="soft">settled to {moment(cell.to)}</span>
        </span>
      }
    >
      <State
        of={found}
        isEmpty={items.length === 0}
        empty={`None is settled yet; ${cell.open} wait for the bar at their target.`}
      />
      {items.length > 0 && <CourseCharts settlements={items} asked={cell.interval.asked} />}
      <AgainstBacktest cell={cell} />
      <SettlementTable items={items.slice(0, SHOWN)} />
      {items.length > SHOWN && (
        <p className="soft note">
          The latest {SHOWN} of {whole(items.length)}.
        </p>
      )}
    </Card>
  );
}

/** Is it as good as its evaluation promised? */
function AgainstBacktest({ cell: { backtest, direction, interval, maeRatio } }: { cell: Cell }) {
  if (!backtest || direction.n === 0) return null;
  const { difference } = backtest;
  const beside = (live: string, tested: string, p?: number | null): string =>
    `${live}, backtest ${tested}${typeof p === 'number' ? ` (p ${chance(p)})` : ''}`;
  return (
    <dl className="row wide-facts">
      <Fact
        name="Direction right"
        value={beside(percent(direction.share), percent(backtest.directionalAccuracy), difference.pValue)}
        title={`Backtest over ${whole(backtest.n)} forecasts; p of both shares being equal`}
      />
      <Fact
        name="Interval held"
        value={beside(percent(interval.coverage), percent(backtest.coverage), difference.coveragePValue)}
      />
      <Fact name="Error × persistence" value={beside(fixed(maeRatio, 3), fixed(backtest.maeRatio, 3))} />
      <Fact name="Evaluation" value={backtest.evaluation} />
    </dl>
  );
}
