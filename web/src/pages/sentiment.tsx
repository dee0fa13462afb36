import { useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { baseOf, moment } from '../format';
import { Card, Heading, State, type PageProps } from '../parts';
import { PointArticles } from '../sentiment/articles';
import { IndexChart } from '../sentiment/chart';
import { SentimentComparisons } from '../sentiment/comparisons';
import { SentimentModels } from '../sentiment/figures';

const DAY = 86_400_000;
/** Ranges that are offered, with the time between two points of each. */
const SPANS = [
  { name: '30 days', ms: 30 * DAY, step: '1h' },
  { name: '90 days', ms: 90 * DAY, step: '6h' },
  { name: '1 year', ms: 365 * DAY, step: '1d' },
  { name: '5 years', ms: 1826 * DAY, step: '1d' },
];
const HALF_LIVES = ['6h', '24h', '72h'];

/** The index of an asset against its price, the articles behind a point, and the models. */
export function Sentiment({ rest }: PageProps) {
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 10_000);
  const recent = useLoaded('recent-articles', async () =>
    dataOf(await client.GET('/articles', { params: { query: { limit: 200 } } })),
  );
  const [span, setSpan] = useState(0);
  const [halfLife, setHalfLife] = useState('24h');
  const known = [
    ...(streams.data?.items ?? []).map((each) => baseOf(each.stream)),
    ...(recent.data?.items ?? []).flatMap((each) => each.tickers).toSorted(),
  ];
  const asset = (rest[0] || known[0] || 'BTC').toUpperCase();
  const assets = [...new Set([...known, asset])];
  return (
    <>
      <Heading title="Sentiment" about="What scored articles say about an asset, as it was known.">
        <div className="filters">
          <label className="inline">
            Asset
            <select
              value={asset}
              onChange={(event) => {
                location.hash = `#/sentiment/${event.target.value}`;
              }}
            >
              {assets.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
          <label className="inline">
            Range
            <select value={span} onChange={(event) => setSpan(Number(event.target.value))}>
              {SPANS.map(({ name }, i) => (
                <option key={name} value={i}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label className="inline">
            Half-life
            <select value={halfLife} onChange={(event) => setHalfLife(event.target.value)}>
              {HALF_LIVES.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        </div>
      </Heading>
      <Index key={`${asset} ${span} ${halfLife}`} {...{ asset, span, halfLife }} />
      <SentimentModels />
      <SentimentComparisons />
    </>
  );
}

function Index({ asset, span, halfLife }: { asset: string; span: number; halfLife: string }) {
  const found = useLoaded(
    `index ${asset} ${span} ${halfLife}`,
    async () => {
      const { ms, step } = SPANS[span] ?? SPANS[0]!;
      const path = { asset };
      const index = dataOf(
        await client.GET('/sentiment/{asset}/index', { params: { path, query: { step, halfLife } } }),
      );
      // The newest point is known by now: what else is asked for ends there.
      if (index.to === null || span === 0) return index;
      const query = { step, halfLife, from: String(index.to - ms), to: String(index.to) };
      return dataOf(await client.GET('/sentiment/{asset}/index', { params: { path, query } }));
    },
    30_000,
  );
  const [chosen, setChosen] = useState<number | null>(null);
  const points = found.data?.points ?? [];
  const isEmpty = found.data !== null && found.data.counts.articles === 0;
  const place = points.findIndex((each) => each.time === chosen);
  const picked = place >= 0 ? place : points.length - 1;
  const at = points[picked]?.time;
  if (!found.data || isEmpty || at === undefined)
    return (
      <>
        <Card title={`Sentiment index of ${asset}`}>
          <State of={found} isEmpty empty={`No scored articles about ${asset} yet.`} />
        </Card>
        <Headlines asset={asset} />
      </>
    );
  return (
    <>
      <IndexChart
        index={found.data}
        picked={picked}
        onPick={(next) => setChosen(points[next]?.time ?? null)}
      />
      <PointArticles index={found.data} at={at} />
    </>
  );
}

function Headlines({ asset }: { asset: string }) {
  const articles = useLoaded(
    `articles ${asset}`,
    async () => dataOf(await client.GET('/articles', { params: { query: { ticker: asset, limit: 20 } } })),
    15_000,
  );
  const items = articles.data?.items ?? [];
  return (
    <Card title="Newest headlines">
      <State of={articles} isEmpty={items.length === 0} empty={`No article names ${asset} yet.`} />
      <ul className="headlines">
        {items.map((each) => (
          <li key={each.id}>
            <Headline article={each} />
            <span className="soft">
              {moment(each.publishedAt)} · {each.feed} · {each.tickers.join(' ')} · {each.source.kind}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** Addresses come from feeds: only those of the web become links. */
function Headline({ article: { url, title } }: { article: Schemas['Article'] }) {
  if (!url || !/^https?:/i.test(url)) return <span>{title}</span>;
  return (
    <a href={url} target="_blank" rel="noreferrer">
      {title}
    </a>
  );
}
