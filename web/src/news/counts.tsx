import { useMemo } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { LinePlot } from '../charts/line';
import { fixed, percent, whole } from '../format';
import { Card, Provenance, State } from '../parts';
import { Table } from '../table';

const DAYS = 90;

/** Articles by day, and by feed, asset and topic. */
export function Counts() {
  const days = useLoaded(
    'news by day',
    async () => dataOf(await client.GET('/news/stats', { params: { query: { by: 'day', limit: DAYS } } })),
    30_000,
  );
  const plot = useMemo(() => {
    const items = (days.data?.items ?? []).toReversed();
    return {
      time: items.map(({ key }) => Date.parse(key)),
      curves: [{ label: 'articles', colour: '--c2', values: items.map(({ articles }) => articles) }],
    };
  }, [days.data]);
  const total = days.data?.total ?? 0;
  return (
    <Card title="How much" aside={days.data && <Provenance source={null} asOf={days.data.asOf} />}>
      <State of={days} isEmpty={total === 0} empty="No articles yet." />
      {total > 0 && (
        <>
          <LinePlot daily bars height={170} {...plot} title="Articles a day" show={whole} />
          <p className="soft note">{whole(total)} articles of all kinds of sources, the newest days shown.</p>
          <div className="columns">
            <Most by="feed" name="Source" />
            <Most by="ticker" name="Asset" />
            <Most by="topic" name="Topic" />
          </div>
          <CacheLine />
        </>
      )}
    </Card>
  );
}

/** What the cache of reads saves, of this API process since it started. */
function CacheLine() {
  const found = useLoaded('news cache', async () => dataOf(await client.GET('/news/cache')), 30_000);
  const cache = found.data;
  if (!cache?.hitRate) return null;
  return (
    <p className="soft note">
      Cache of these reads since the API started: {percent(cache.hitRate, 0)} of{' '}
      {whole(cache.hits + cache.misses)} answered from it, half of them within {fixed(cache.cachedMs?.p50, 1)}{' '}
      ms instead of {fixed(cache.uncachedMs?.p50, 1)} ms; {percent(cache.saved, 0)} of the time saved.
    </p>
  );
}

function Most({ by, name }: { by: 'feed' | 'ticker' | 'topic'; name: string }) {
  const found = useLoaded(
    `news by ${by}`,
    async () => dataOf(await client.GET('/news/stats', { params: { query: { by, limit: 8 } } })),
    30_000,
  );
  return (
    <Table
      label={`Articles by ${name.toLowerCase()}`}
      head={[name, { name: 'Articles', kind: 'number' }]}
      rows={(found.data?.items ?? []).map(({ key, articles }) => [key, whole(articles)])}
    />
  );
}
