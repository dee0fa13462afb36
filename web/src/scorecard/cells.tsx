import { Fragment, type ReactNode } from 'react';
import { chance, change, fixed, percent, range, whole } from '../format';
import { barsText } from '../forecasts/kinds';
import { Table } from '../table';
import type { Cell } from './kinds';

interface Cells {
  cells: Cell[];
  /** Key of the row that is shown closer. */
  shown: string | undefined;
}

/** What tells a row from the others. */
export const keyOf = ({ model, stream, horizonBars, source }: Cell): string =>
  [model, stream, horizonBars, source].join(' ');

const nameOf = (of: Cell): string =>
  [of.stream, of.horizonBars === undefined ? '' : barsText(Number(of.horizonBars)), of.source]
    .filter(Boolean)
    .join(' · ');

/** Live skill of each forecaster beside what knows nothing, and beside its own backtest. */
export function CellTable({ cells, shown }: Cells) {
  return (
    <Table
      label="Scorecard"
      isCurrent={(row) => cells[row] !== undefined && keyOf(cells[row]) === shown}
      head={[
        'forecaster',
        { name: 'settled', kind: 'number', title: 'Predictions whose outcome is known' },
        { name: 'open', kind: 'number', title: 'Wait for the bar at their target' },
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
      ]}
      rows={cells.map((each) => [
        <Fragment key="n">
          <a href={`#/scorecard/${encodeURIComponent(keyOf(each))}`}>{each.model ?? 'all'}</a>
          <span className="under">{nameOf(each)}</span>
        </Fragment>,
        <Under key="s" under={each.n > 0 ? `${whole(each.independent)} independent` : ''}>
          {whole(each.n)}
        </Under>,
        <Under key="o" under={lostText(each)}>
          {whole(each.open)}
        </Under>,
        <Under key="d" under={range(each.direction.wilson95, percent)}>
          {percent(each.direction.share)}
        </Under>,
        <Under key="b" under={pText(each.backtest?.difference.pValue)}>
          {percent(each.backtest?.directionalAccuracy)}
        </Under>,
        percent(each.baselines.majority.share),
        percent(each.baselines.momentum.share),
        percent(each.baselines.reversal.share),
        <Under key="i" under={range(each.interval.wilson95, percent)}>
          {each.n > 0 ? `${percent(each.interval.coverage)} of ${percent(each.interval.asked, 0)}` : '–'}
        </Under>,
        <Under key="r" under={each.n > 0 ? `constant ${fixed(each.baseRateBrier, 3)}` : ''}>
          {fixed(each.brier, 3)}
        </Under>,
        <Under key="p" under={pText(each.dieboldMariano.pValue)}>
          {fixed(each.maeRatio, 3)}
        </Under>,
        <Under key="c" under={each.pnl.positions > 0 ? `${change(each.pnl.gross, 2)} before` : ''}>
          {each.n > 0 ? change(each.pnl.net, 2) : '–'}
        </Under>,
      ])}
    />
  );
}

const pText = (value: number | null | undefined): string =>
  typeof value === 'number' ? `p ${chance(value)}` : '';

/** What never counts: those that were late, and those whose bar never came. */
const lostText = ({ late, unsettleable }: Cell): string =>
  [late > 0 ? `${whole(late)} late` : '', unsettleable > 0 ? `${whole(unsettleable)} unsettleable` : '']
    .filter(Boolean)
    .join(', ');

function Under({ under, children }: { under: string; children: ReactNode }) {
  return (
    <>
      {children}
      {under && under !== '–' && <span className="under">{under}</span>}
    </>
  );
}
