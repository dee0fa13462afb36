import type { Schemas } from '../api';
import { moment, number, price, quoteOf, whole } from '../format';
import { Card, Provenance } from '../parts';
import { Table } from '../table';
import { money } from './words';

/** The first trades; the tear sheet and the API have the rest. */
export function Trades({ of }: { of: Schemas['BacktestDetail'] }) {
  const { trades, totalTrades } = of;
  const quote = quoteOf(of.stream);
  const title =
    totalTrades > trades.length
      ? `Trades, the first ${whole(trades.length)} of ${whole(totalTrades)}`
      : `Trades, ${whole(totalTrades)}`;
  return (
    <Card title={title} aside={<Provenance source={of.source} asOf={of.spec.asOf} />}>
      {trades.length === 0 && <p className="empty">No trade was made in this window.</p>}
      <div className="long">
        <Table
          label="Trades"
          head={[
            'entry',
            'side',
            { name: 'entry price', kind: 'number', title: quote },
            'exit',
            { name: 'exit price', kind: 'number', title: quote },
            { name: 'units', kind: 'number' },
            { name: 'fees', kind: 'number', title: quote },
            { name: 'profit', kind: 'number', title: `${quote}, after costs` },
          ]}
          rows={trades.map((each) => [
            moment(each.entryTime),
            [each.side, each.instrument].filter(Boolean).join(' '),
            price(each.entryPrice),
            each.exitTime === null ? 'still open' : moment(each.exitTime),
            price(each.exitPrice),
            number(each.units, 6),
            money(each.fees),
            money(each.profit),
          ])}
        />
      </div>
    </Card>
  );
}
