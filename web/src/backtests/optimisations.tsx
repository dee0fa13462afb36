import { client, dataOf, useLoaded, type Schemas } from '../api';
import { fixed, moment, percent, whole } from '../format';
import { PageLink } from '../page-link';
import { Card, Named, State } from '../parts';
import { Table } from '../table';
import { paramsText, windowText } from './words';

const MOST = 50;
const query = { limit: MOST };
const REFRESH_MS = 10_000;

/** What looked at many: searches, sweeps and comparisons, newest first, each with its page. */
export function Optimisations({ version }: { version: number }) {
  return (
    <>
      <Searches version={version} />
      <Sweeps version={version} />
      <Comparisons version={version} />
    </>
  );
}

const report = (kind: string, id: string) => (
  <PageLink key={id} address={`/api/v1/${kind}/${id}/report`} name="Report" />
);

/** Older records of comparisons do not say what they are of. */
const UNKNOWN = { kind: 'recorded', detail: 'not told' } as const;

function Searches({ version }: { version: number }) {
  const page = useLoaded(
    `searches ${version}`,
    async () => dataOf(await client.GET('/searches', { params: { query } })),
    REFRESH_MS,
  );
  const items = page.data?.items ?? [];
  const outOfSample = ({ outOfSample: found }: Schemas['Search']): string =>
    found
      ? `${fixed(found.sharpe, 2)} (${fixed(found.interval[0] ?? null, 2)} … ${fixed(found.interval[1] ?? null, 2)})`
      : '–';
  return (
    <Card title="Searches, newest first">
      <State of={page} isEmpty={items.length === 0} empty="No search stored yet: finsight backtest search." />
      <Table
        label="Searches"
        head={[
          'strategy',
          'window',
          'method',
          { name: 'trials', kind: 'number' },
          'chosen',
          { name: 'score', kind: 'number', title: 'Of the best trial, on the days it was chosen by' },
          { name: 'out of sample', kind: 'number', title: 'Sharpe on days that the choice has not seen' },
          'at',
          'page',
        ]}
        rows={items.map((each) => [
          <Named key="n" of={{ stream: each.stream, source: each.source ?? UNKNOWN }}>
            {each.strategy}
          </Named>,
          windowText(each),
          `${each.method}, ${each.objective}`,
          whole(each.tried),
          paramsText(each.best.params),
          fixed(each.best.score, 2),
          outOfSample(each),
          moment(each.createdAt),
          report('searches', each.id),
        ])}
      />
    </Card>
  );
}

function Sweeps({ version }: { version: number }) {
  const page = useLoaded(
    `sweeps ${version}`,
    async () => dataOf(await client.GET('/sweeps', { params: { query } })),
    REFRESH_MS,
  );
  const items = page.data?.items ?? [];
  return (
    <Card title="Sweeps, newest first">
      <State of={page} isEmpty={items.length === 0} empty="No sweep stored yet: finsight backtest sweep." />
      <Table
        label="Sweeps"
        head={[
          'strategy',
          'window',
          { name: 'combinations', kind: 'number' },
          'best',
          { name: 'Sharpe', kind: 'number', title: 'Of the best of so many' },
          'at',
          'page',
        ]}
        rows={items.map((each) => [
          <Named key="n" of={{ stream: each.stream, source: each.source ?? UNKNOWN }}>
            {each.strategy}
          </Named>,
          windowText(each),
          whole(each.combinations),
          paramsText(each.best[0]?.params ?? {}),
          fixed(each.best[0]?.metrics['sharpe'] ?? null, 2),
          moment(each.createdAt),
          report('sweeps', each.id),
        ])}
      />
    </Card>
  );
}

function Comparisons({ version }: { version: number }) {
  const page = useLoaded(
    `comparisons ${version}`,
    async () => dataOf(await client.GET('/comparisons', { params: { query } })),
    REFRESH_MS,
  );
  const items = page.data?.items ?? [];
  return (
    <Card title="Comparisons, newest first">
      <State
        of={page}
        isEmpty={items.length === 0}
        empty="No comparison stored yet: finsight backtest compare."
      />
      <Table
        label="Comparisons"
        head={[
          'leader',
          { name: 'results', kind: 'number' },
          { name: 'p', kind: 'number', title: 'Hansen’s studentised test of the best against cash' },
          {
            name: 'overfitting',
            kind: 'number',
            title: 'How often the best of half the days is in the worse half',
          },
          { name: 'what it says', kind: 'wide' },
          'at',
          'page',
        ]}
        rows={items.map((each) => [
          <Named key="n" of={{ stream: each.stream, source: each.source ?? UNKNOWN }}>
            {each.ranking[0]?.strategy ?? ''}
          </Named>,
          whole(each.ranking.length),
          fixed(each.superior, 3),
          percent(each.overfitting, 0),
          each.sentence,
          moment(each.createdAt),
          report('comparisons', each.id),
        ])}
      />
    </Card>
  );
}
