import { client, dataOf, useLoaded } from '../api';
import { moment, number, percent } from '../format';
import { Card, Empty, Failure, Provenance, Table } from '../parts';
import { RunForm, RunRow } from './runs';

/** What is running, the newest forecasts, and the stored streams. */
export function Overview() {
  const runs = useLoaded(
    'runs',
    async () => dataOf(await client.GET('/runs', { params: { query: { limit: 3 } } } as never)) as RunPage,
    2000,
  );
  const made = useLoaded(
    'predictions',
    async () =>
      dataOf(
        await client.GET('/predictions', { params: { query: { limit: 6 } } } as never),
      ) as PredictionPage,
    5000,
  );
  const streams = useLoaded(
    'streams',
    async () => dataOf(await client.GET('/streams', {})) as StreamPage,
    10_000,
  );
  return (
    <>
      <Card title="Start the main job">
        <RunForm />
      </Card>
      <Card title="Latest runs" aside={<a href="#/runs">all runs</a>}>
        <Failure error={runs.error} />
        {runs.data?.items.length === 0 && <Empty>Nothing has run yet.</Empty>}
        {runs.data?.items.map((run) => (
          <RunRow key={run.workflowId} run={run} />
        ))}
      </Card>
      <div className="tiles">
        {made.data?.items.map((each) => (
          <Card
            key={each.id}
            title={each.stream}
            aside={<Provenance source={each.source} asOf={each.asOf} />}
          >
            <div className="big">{number(each.mean, 7)}</div>
            <div>
              {percent(each.interval.coverage, 0)} interval {number(each.interval.lower, 7)} …{' '}
              {number(each.interval.upper, 7)}
            </div>
            <div>
              P(up) {number(each.probabilityUp, 3)}, last close {number(each.lastClose, 7)}, for{' '}
              {moment(each.targetTime)}
            </div>
            <p className="soft">
              {each.model}: {each.reason}
            </p>
            <code>{each.id}</code>
          </Card>
        ))}
      </div>
      <Card title="Stored streams">
        <Failure error={streams.error} />
        <Table
          head={['stream', 'source', 'from', 'to', 'bars']}
          rows={(streams.data?.items ?? []).map((each) => [
            <a key="a" href={`#/prices/${each.stream}`}>
              {each.stream}
            </a>,
            <span key="s" title={each.source.detail}>
              {each.source.kind}
            </span>,
            moment(each.from),
            moment(each.to),
            each.bars.toLocaleString('en-US'),
          ])}
        />
      </Card>
    </>
  );
}

type Source = { kind: string; detail: string };
export interface RunPage {
  items: { workflowId: string; kind: string; status: string; startedAt: number; closedAt: number | null }[];
}
export interface PredictionPage {
  items: {
    id: string;
    stream: string;
    model: string;
    reason: string;
    asOf: number;
    targetTime: number;
    lastClose: number;
    mean: number;
    interval: { lower: number; upper: number; coverage: number };
    probabilityUp: number;
    source: Source;
  }[];
}
export interface StreamPage {
  items: { stream: string; source: Source; from: number; to: number; bars: number }[];
}
