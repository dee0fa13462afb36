import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { LinePlot } from '../charts';
import { date, number, percent } from '../format';
import { Card, Empty, Failure, Provenance, Table } from '../parts';

interface Metrics {
  totalReturn: number | null;
  sharpe: number | null;
  maxDrawdown: number | null;
  entries: number;
}
interface Backtest {
  id: string;
  stream: string;
  strategy: string;
  spec: { from: number; to: number; costs: { feeBps: number; slippageBps: number } };
  metrics: Metrics;
  benchmark: Metrics;
  digest: string;
  source: { kind: string; detail: string };
}
interface Detail {
  equity?: { time: number[]; equity: number[] };
  detail?: { time: number[]; equity: number[] };
}

/** Results with costs and benchmark, and the equity curve of the chosen one. */
export function Backtests() {
  const page = useLoaded(
    'backtests',
    async () =>
      dataOf(await client.GET('/backtests', { params: { query: { limit: 100 } } } as never)) as {
        items: Backtest[];
      },
    10_000,
  );
  const [chosen, setChosen] = useState('');
  const shown = page.data?.items.find((each) => each.id === chosen) ?? page.data?.items[0];
  const detail = useLoaded(`backtest ${shown?.id ?? ''}`, async () =>
    shown
      ? (dataOf(
          await client.GET('/backtests/{id}', { params: { path: { id: shown.id } } } as never),
        ) as Detail)
      : null,
  );
  const curve = useMemo(() => curveOf(detail.data), [detail.data]);
  const curves = useMemo(() => [{ label: 'equity', colour: '--accent', values: curve.equity }], [curve]);
  return (
    <>
      {shown && (
        <Card
          title={`${shown.strategy} on ${shown.stream}`}
          aside={<Provenance source={shown.source} asOf={shown.spec.to} />}
        >
          <Failure error={detail.error} />
          <LinePlot time={curve.time} curves={curves} />
          <p className="soft">
            After {shown.spec.costs.feeBps} bps fees and {shown.spec.costs.slippageBps} bps slippage a side.
            Digest <code>{shown.digest}</code>
          </p>
        </Card>
      )}
      <Card title="Backtests">
        <Failure error={page.error} />
        {page.data?.items.length === 0 && <Empty>No backtest stored yet.</Empty>}
        <Table
          head={[
            'strategy',
            'stream',
            'window',
            'return',
            'buy and hold',
            'Sharpe',
            'its Sharpe',
            'max drawdown',
            'entries',
            'bps a side',
            '',
          ]}
          rows={(page.data?.items ?? []).map((each) => [
            each.strategy,
            `${each.stream} (${each.source.kind})`,
            `${date(each.spec.from)} … ${date(each.spec.to)}`,
            percent(each.metrics.totalReturn),
            percent(each.benchmark.totalReturn),
            number(each.metrics.sharpe, 3),
            number(each.benchmark.sharpe, 3),
            percent(each.metrics.maxDrawdown),
            each.metrics.entries,
            `${each.spec.costs.feeBps} + ${each.spec.costs.slippageBps}`,
            <button key="s" onClick={() => setChosen(each.id)}>
              show
            </button>,
          ])}
        />
      </Card>
    </>
  );
}

function curveOf(detail: Detail | null): { time: number[]; equity: number[] } {
  const found = detail?.detail ?? detail?.equity;
  return found?.time ? found : { time: [], equity: [] };
}
