import { change, fixed, moment, number, price, quoteOf } from '../format';
import { forecastAddress } from '../forecasts/kinds';
import { Badge, Named } from '../parts';
import { Table } from '../table';
import type { Settlement } from './kinds';

/** Settled predictions one by one; each leads to its forecast. */
export function SettlementTable({ items }: { items: Settlement[] }) {
  return (
    <div className="long">
      <Table
        label="Settled predictions"
        head={[
          'prediction',
          'target',
          { name: 'last close', kind: 'number' },
          { name: 'forecast', kind: 'number' },
          { name: 'realised', kind: 'number' },
          { name: 'error', kind: 'number', title: 'Absolute, quote currency' },
          'outcome',
          { name: 'Brier', kind: 'number' },
          { name: 'after costs', kind: 'number', title: 'Of one unit' },
          'forecaster',
        ]}
        rows={items.map((each) => [
          <Named key="n" of={each}>
            <a href={forecastAddress(each.predictionId)}>{each.predictionId.slice(0, 12)}</a>
          </Named>,
          moment(each.targetTime),
          price(each.lastClose),
          price(each.mean),
          price(each.realised),
          `${number(each.absoluteError)} ${quoteOf(each.stream)}`,
          <Outcome key="o" of={each} />,
          fixed(each.brier, 3),
          <span key="p" title={`${each.pnl.feeBps} bps fee + ${each.pnl.slippageBps} bps slippage a side`}>
            {change(each.pnl.net, 2)}
          </span>,
          each.model,
        ])}
      />
    </div>
  );
}

function Outcome({ of }: { of: Settlement }) {
  if (of.status === 'unsettleable')
    return (
      <span title={of.reason ?? ''}>
        <Badge tone="failed">unsettleable</Badge>
      </span>
    );
  return (
    <>
      {of.late && <Badge tone="silent">late</Badge>}{' '}
      {of.abstained !== null && (
        <span title={of.abstained}>
          <Badge>abstained</Badge>
        </span>
      )}{' '}
      {of.directionRight !== null && (
        <Badge tone={of.directionRight ? 'completed' : 'failed'}>
          {of.directionRight ? 'right' : 'wrong'}
        </Badge>
      )}{' '}
      {of.inside !== null && (
        <Badge tone={of.inside ? 'completed' : 'failed'}>{of.inside ? 'inside' : 'outside'}</Badge>
      )}
    </>
  );
}
