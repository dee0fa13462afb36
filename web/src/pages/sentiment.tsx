import { useMemo, useState } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { LinePlot } from '../charts';
import { moment } from '../format';
import { Badge, Card, Empty, Failure, Provenance, Table } from '../parts';

interface Page {
  asset: string;
  model: string | null;
  source: { kind: string; detail: string } | null;
  asOf: number;
  items: { day: string; time: number; articles: number; abstained: number; mean: number }[];
}
interface Articles {
  items: {
    id: string;
    title: string;
    url: string | null;
    feed: string;
    publishedAt: number;
    tickers: string[];
  }[];
}

/** Mean sentiment and number of articles by day, and the newest headlines of an asset. */
export function Sentiment() {
  const [asset, setAsset] = useState('BTC');
  const page = useLoaded(
    `sentiment ${asset}`,
    async () =>
      dataOf(await client.GET('/sentiment/{asset}', { params: { path: { asset } } } as never)) as Page,
  );
  const articles = useLoaded(
    `articles ${asset}`,
    async () =>
      dataOf(
        await client.GET('/articles', { params: { query: { ticker: asset, limit: 20 } } } as never),
      ) as Articles,
  );
  const days = useMemo(() => (page.data?.items ?? []).toSorted((a, b) => a.time - b.time), [page.data]);
  const time = useMemo(() => days.map((each) => each.time), [days]);
  const mean = useMemo(
    () => [
      { label: 'mean P(positive) − P(negative)', colour: '--accent', values: days.map((each) => each.mean) },
    ],
    [days],
  );
  const count = useMemo(
    () => [{ label: 'articles', colour: '--second', values: days.map((each) => each.articles) }],
    [days],
  );
  const newest = days.at(-1);
  return (
    <>
      <Card
        title={`Sentiment of ${asset}`}
        aside={
          <label>
            Asset
            <select value={asset} onChange={(event) => setAsset(event.target.value)}>
              {['BTC', 'ETH', 'BNB', 'SOL', 'XRP', 'ADA', 'DOGE', 'LINK'].map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        }
      >
        <Failure error={page.error ?? articles.error} />
        {page.data && days.length === 0 && <Empty>No scored articles about {asset} yet.</Empty>}
        {page.data && newest && (
          <>
            <Provenance source={page.data.source} asOf={newest.time + 86_400_000} />{' '}
            <Badge>{page.data.model}</Badge>
            <LinePlot time={time} curves={mean} />
            <LinePlot time={time} curves={count} bars />
          </>
        )}
      </Card>
      <Card title="Newest headlines">
        <Table
          head={['published', 'feed', 'tickers', 'title']}
          rows={(articles.data?.items ?? []).map((each) => [
            moment(each.publishedAt),
            each.feed,
            each.tickers.join(' '),
            <span key="t" className="wide">
              {each.title.slice(0, 140)}
            </span>,
          ])}
        />
      </Card>
    </>
  );
}
