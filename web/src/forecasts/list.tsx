import { Fragment } from 'react';
import { change, fixed, moment, percent, price, range } from '../format';
import { Table } from '../table';
import { barsText, forecastAddress, movedBy, type Prediction } from './kinds';
import { Outcome } from './one';

interface Listed {
  label: string;
  items: Prediction[];
  /** Shown closer elsewhere on the page. */
  shown: string | undefined;
}

/** Forecasts in rows, open ones beside settled ones. */
export function ForecastTable({ label, items, shown }: Listed) {
  return (
    <Table
      label={label}
      isCurrent={(row) => items[row]?.id === shown}
      head={[
        'stream',
        { name: 'ahead', kind: 'number' },
        { name: 'forecast', kind: 'number', title: 'Expected close, quote currency' },
        { name: 'change', kind: 'number', title: 'Expected, from the last close' },
        { name: 'interval', kind: 'number', title: 'With the share of outcomes that it is made to hold' },
        { name: 'P(up)', kind: 'number' },
        { name: 'realised', kind: 'number', title: 'Close at the target, once it is known' },
        'outcome',
        'target',
        'forecaster',
      ]}
      rows={items.map((each) => [
        <Fragment key="n">
          <a href={forecastAddress(each.id)}>{each.stream}</a>
          <span className="under" title={each.source.detail}>
            {each.source.kind}
          </span>
        </Fragment>,
        barsText(each.horizonBars),
        price(each.mean),
        change(movedBy(each), 2),
        `${range([each.interval.lower, each.interval.upper], price)} (${percent(each.interval.coverage, 0)})`,
        fixed(each.probabilityUp, 3),
        each.settledAt === null ? '–' : price(each.realised),
        <Outcome key="o" of={each} />,
        <Fragment key="t">
          {moment(each.targetTime)}
          <span className="under">as of {moment(each.asOf)}</span>
        </Fragment>,
        <Fragment key="m">
          {each.model}
          {each.abstained && <span className="under">abstained</span>}
        </Fragment>,
      ])}
    />
  );
}
