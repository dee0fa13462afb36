import type { ReactNode } from 'react';
import { chance, change, fixed, percent, range, whole } from '../format';
import { barsText } from '../forecasts/kinds';
import { Table } from '../table';
import type { Cell } from './kinds';

interface Cells {
  cells: Cell[];
  chosen: number;
  onChoose(place: number): void;
}

const nameOf = (of: Cell): string =>
  [of.stream, of.horizonBars === undefined ? '' : barsText(Number(of.horizonBars)), of.source]
    .filter(Boolean)
    .join(' · ');

/** Live skill of each forecaster beside what knows nothing, and beside its own backtest. */
export function CellTable({ cells, chosen, onChoose }: Cells) {
  return (
    <Table
      label="Scorecard"
      isCurrent={(row) => row === chosen}
      head={[
        'forecaster',
        { name: 'settled', kind: 'number', title: 'Predictions whose outcome is known' },
        {
          name: 'direction right',
          kind: 'number',
          title: 'Of those with a direction, with its Wilson interval',
        },
        { name: 'backtest', kind: 'number', title: 'The same in its evaluation, and p of both being equal' },
        { name: 'majority', kind: 'number', title: 'The commoner side in hindsight, same rows' },
        { name: 'momentum', kind: 'number', title: 'The sign of the move before, same rows' },
        { name: 'reversal', kind: 'number', title: 'Against the move before, same rows' },
        { name: 'interval held', kind: 'number', title: 'Share of outcomes inside, and what was asked for' },
        { name: 'Brier', kind: 'number', title: 'Of P(up); best constant in hindsight beside it' },
        { name: '× persistence', kind: 'number', title: 'Mean absolute error against persistence' },
        { name: 'after costs', kind: 'number', title: 'Sum over positions of one unit each' },
        { name: 'open', kind: 'number', title: 'Wait to be settled' },
        { name: 'not settled', kind: 'number', title: 'Late ones, and those whose bar never came' },
      ]}
      rows={cells.map((each, i) => [
        <span key="n" className="actions">
          {each.model ?? 'all'} {i !== chosen && <button onClick={() => onChoose(i)}>Show</button>}
          <span className="under">{nameOf(each)}</span>
        </span>,
        <Under key="s" under={`${whole(each.independent)} independent`}>
          {whole(each.n)}
        </Under>,
        <Under key="d" under={range(each.direction.wilson95, percent)}>
          {percent(each.direction.share)}
        </Under>,
        <Under key="b" under={each.backtest ? `p ${chance(each.backtest.difference.pValue)}` : ''}>
          {each.backtest ? percent(each.backtest.directionalAccuracy) : '–'}
        </Under>,
        percent(each.baselines.majority.share),
        percent(each.baselines.momentum.share),
        percent(each.baselines.reversal.share),
        <Under key="i" under={range(each.interval.wilson95, percent)}>
          {percent(each.interval.coverage)} of {percent(each.interval.asked, 0)}
        </Under>,
        <Under key="r" under={`constant ${fixed(each.baseRateBrier, 3)}`}>
          {fixed(each.brier, 3)}
        </Under>,
        <Under key="p" under={`p ${chance(each.dieboldMariano.pValue)}`}>
          {fixed(each.maeRatio, 3)}
        </Under>,
        <Under key="c" under={`${change(each.pnl.gross, 2)} before`}>
          {change(each.pnl.net, 2)}
        </Under>,
        whole(each.open),
        whole(each.late + each.unsettleable),
      ])}
    />
  );
}

function Under({ under, children }: { under: string; children: ReactNode }) {
  return (
    <>
      {children}
      {under && <span className="under">{under}</span>}
    </>
  );
}
