import { client, dataOf, useLoaded, type Schemas } from '../api';
import { WaitingForApproval } from '../deployments/waiting';
import { change, date, fixed, moment, percent, price, quoteOf, range } from '../format';
import { Card, Heading, IntervalBar, Named, Provenance, SourceBadge, State } from '../parts';
import { RunForm } from '../runs/form';
import { RunRow } from '../runs/row';
import { streamAddress } from '../streams';
import { Table } from '../table';

/** What is running, the newest forecasts, the newest backtests and the stored streams. */
export function Overview() {
  const runs = useLoaded(
    'latest-runs',
    async () => dataOf(await client.GET('/runs', { params: { query: { limit: 3 } } })),
    2000,
  );
  const items = runs.data?.items ?? [];
  return (
    <>
      <Heading title="Overview" about="Newest forecasts, runs and results. Every figure names its source." />
      <WaitingForApproval />
      <Forecasts />
      <div className="halves">
        <Card title="Latest runs" aside={<a href="#/runs">All runs</a>}>
          <State
            of={runs}
            isEmpty={items.length === 0}
            empty="Nothing has run yet: start the main job below."
          />
          {items.map((run) => (
            <RunRow key={`${run.workflowId} ${run.runId}`} run={run} />
          ))}
        </Card>
        <Results />
      </div>
      <Card title="Start the main job">
        <RunForm />
      </Card>
      <Streams />
    </>
  );
}

function Forecasts() {
  const made = useLoaded(
    'latest-forecasts',
    async () => dataOf(await client.GET('/predictions', { params: { query: { limit: 100 } } })),
    5000,
  );
  const newest = newestBy(made.data?.items ?? [], (each) => `${each.stream} ${each.source.kind}`);
  return (
    <section aria-label="Newest forecasts">
      {newest.length === 0 && (
        <Card title="Newest forecasts">
          <State of={made} isEmpty empty="No forecast yet: the main job makes one for each symbol." />
        </Card>
      )}
      <div className="tiles">
        {newest.slice(0, 12).map((each) => (
          <Forecast key={each.id} forecast={each} />
        ))}
      </div>
    </section>
  );
}

function Forecast({ forecast }: { forecast: Schemas['Prediction'] }) {
  const { stream, source, asOf, mean, lastClose, interval, probabilityUp } = forecast;
  const moved = mean !== null && lastClose !== null ? mean / lastClose - 1 : null;
  return (
    <Card
      title={<a href={streamAddress(stream, source)}>{stream}</a>}
      aside={<Provenance source={source} asOf={asOf} />}
    >
      <div className="big">
        {price(mean)} <small>{quoteOf(stream)}</small> <small className="soft">{change(moved, 2)}</small>
      </div>
      <IntervalBar {...{ mean, lastClose, interval }} />
      <dl>
        <dt>{percent(interval.coverage, 0)} interval</dt>
        <dd>{range([interval.lower, interval.upper], price)}</dd>
        <dt>P(up)</dt>
        <dd>{fixed(probabilityUp, 3)}</dd>
        <dt>Last close</dt>
        <dd>{price(lastClose)}</dd>
        <dt>Target</dt>
        <dd>{moment(forecast.targetTime)}</dd>
        <dt>Forecaster</dt>
        <dd>{forecast.model}</dd>
      </dl>
      <p className="soft note">
        {forecast.reason}. <code>{forecast.id}</code>
      </p>
    </Card>
  );
}

function Results() {
  const page = useLoaded(
    'latest-backtests',
    async () => dataOf(await client.GET('/backtests', { params: { query: { limit: 100 } } })),
    10_000,
  );
  const newest = newestBy(page.data?.items ?? [], (each) => `${each.stream} ${each.strategy}`);
  return (
    <Card title="Newest backtests, after costs" aside={<a href="#/backtests">All backtests</a>}>
      <State
        of={page}
        isEmpty={newest.length === 0}
        empty="No backtest yet: the main job runs three per symbol."
      />
      <Table
        label="Newest backtests"
        head={[
          'strategy',
          { name: 'return', kind: 'number' },
          { name: 'hold', kind: 'number', title: 'Return of buying and holding over the same window' },
          { name: 'Sharpe', kind: 'number' },
          { name: 'bps', kind: 'number', title: 'Fee + slippage per side, basis points' },
          { name: 'as of', kind: 'number' },
        ]}
        rows={newest.slice(0, 9).map((each) => [
          <Named key="n" of={each}>
            <a href={`#/backtests/${each.id}`}>{each.strategy}</a>
          </Named>,
          change(each.metrics.totalReturn),
          change(each.benchmark.totalReturn),
          fixed(each.metrics.sharpe, 2),
          `${each.spec.costs.feeBps} + ${each.spec.costs.slippageBps}`,
          date(each.spec.asOf),
        ])}
      />
    </Card>
  );
}

function Streams() {
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 10_000);
  const items = streams.data?.items ?? [];
  return (
    <Card title="Stored streams">
      <State of={streams} isEmpty={items.length === 0} empty="No bars stored yet." />
      <Table
        label="Stored streams"
        head={[
          'stream',
          'source',
          { name: 'bars', kind: 'number' },
          { name: 'from', kind: 'number' },
          { name: 'to', kind: 'number', title: 'Close of the last stored bar' },
        ]}
        rows={items.map((each) => [
          <a key="a" href={streamAddress(each.stream, each.source)}>
            {each.stream}
          </a>,
          <SourceBadge key="s" source={each.source} />,
          each.bars.toLocaleString('en-US'),
          moment(each.from),
          moment(each.to),
        ])}
      />
    </Card>
  );
}

/** The first of each key; the API lists newest first. */
function newestBy<T>(items: T[], keyOf: (item: T) => string): T[] {
  const found = new Map<string, T>();
  for (const item of items) if (!found.has(keyOf(item))) found.set(keyOf(item), item);
  return [...found.values()].toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
