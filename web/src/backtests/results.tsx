import { useState } from 'react';
import { client, dataOf, textOf, type Schemas } from '../api';
import { groupsOf } from '../equity';
import { change, date, fixed, number, percent } from '../format';
import { Digest, Failure, Named } from '../parts';
import { ReportLink } from '../report-link';
import { Table } from '../table';

type Backtest = Schemas['Backtest'];

/** All results beside buying and holding, with what speaks for luck. */
export function Results({
  items,
  shown,
  onChange,
}: {
  items: Backtest[];
  shown: Backtest[];
  onChange: () => void;
}) {
  const [error, setError] = useState<string | null>(null);
  const ids = new Set(shown.map((each) => each.id));
  const remove = async ({ id, strategy }: Backtest): Promise<void> => {
    if (!confirm(`Delete the result of ${strategy}, ${id}? The audit keeps that it was there.`)) return;
    const answer = await client.DELETE('/backtests/{id}', { params: { path: { id } } });
    if (!answer.response.ok) setError(textOf(faultOf(answer)));
    onChange();
  };
  return (
    <>
      <Failure error={error} />
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
          { name: 'trials', kind: 'number', title: 'Different things ever tried on this window' },
          {
            name: 'deflated',
            kind: 'number',
            title: 'Deflated Sharpe: how likely it is more than the luckiest of all trials',
          },
          'window',
          'as of',
          'digest',
          { name: '', kind: 'text' },
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
          <span key="v" title={each.analysis?.verdict.sentence}>
            {percent(each.analysis?.deflatedSharpe ?? null)}
          </span>,
          `${date(each.spec.from)} … ${date(each.spec.to)}`,
          date(each.spec.asOf),
          <Digest key="d" sha256={each.digest} />,
          <span key="a" className="actions">
            <ReportLink address={`/api/v1/backtests/${each.id}/report`}>Tear sheet</ReportLink>
            <button aria-label={`Delete ${each.id}`} onClick={() => void remove(each)}>
              Delete
            </button>
          </span>,
        ])}
      />
    </>
  );
}

function faultOf(answer: Parameters<typeof dataOf>[0]): unknown {
  try {
    return dataOf(answer);
  } catch (error) {
    return error;
  }
}
