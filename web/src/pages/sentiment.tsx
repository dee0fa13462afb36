import { useMemo } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { LinePlot } from '../charts/line';
import { baseOf, fixed, moment } from '../format';
import { Card, Heading, Provenance, State, type PageProps } from '../parts';

const DAY = 86_400_000;
const WEEK = 7;

/** Mean sentiment and number of articles by day, and the newest headlines of an asset. */
export function Sentiment({ rest }: PageProps) {
  const streams = useLoaded('streams', async () => dataOf(await client.GET('/streams')), 10_000);
  const recent = useLoaded('recent-articles', async () =>
    dataOf(await client.GET('/articles', { params: { query: { limit: 200 } } })),
  );
  const known = [
    ...(streams.data?.items ?? []).map((each) => baseOf(each.stream)),
    ...(recent.data?.items ?? []).flatMap((each) => each.tickers).toSorted(),
  ];
  const asset = (rest[0] || known[0] || 'BTC').toUpperCase();
  const assets = [...new Set([...known, asset])];
  return (
    <>
      <Heading title="Sentiment" about="What scored articles say about an asset, by the day they were known.">
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
      </Heading>
      <Days key={asset} asset={asset} />
      <Headlines asset={asset} />
    </>
  );
}

function Days({ asset }: { asset: string }) {
  const page = useLoaded(
    `sentiment ${asset}`,
    async () => dataOf(await client.GET('/sentiment/{asset}', { params: { path: { asset } } })),
    15_000,
  );
  const days = useMemo(() => (page.data?.items ?? []).toSorted((a, b) => a.time - b.time), [page.data]);
  const time = useMemo(() => days.map((each) => each.time), [days]);
  const mean = useMemo(
    () => [
      { label: 'day', colour: '--faint', values: days.map((each) => each.mean) },
      { label: '7-day mean', colour: '--c1', values: weekly(days) },
    ],
    [days],
  );
  const count = useMemo(
    () => [{ label: 'scored articles', colour: '--c2', values: days.map((each) => each.articles) }],
    [days],
  );
  const newest = days.at(-1);
  const abstained = days.reduce((sum, each) => sum + each.abstained, 0);
  const articles = days.reduce((sum, each) => sum + each.articles, 0);
  return (
    <Card
      title={`Sentiment about ${asset}`}
      aside={newest && <Provenance source={page.data?.source ?? null} asOf={newest.time + DAY} />}
    >
      <State of={page} isEmpty={days.length === 0} empty={`No scored articles about ${asset} yet.`} />
      {newest && (
        <>
          <LinePlot
            daily
            time={time}
            curves={mean}
            title="P(positive) − P(negative)"
            show={(each) => fixed(each, 2)}
          />
          <LinePlot daily bars height={170} time={time} curves={count} title="Articles a day" show={String} />
          <p className="soft note">
            Model <code>{page.data?.model}</code>: mean of P(positive) − P(negative) over a day&apos;s
            articles, abstentions count as 0 ({abstained.toLocaleString('en-US')} of{' '}
            {articles.toLocaleString('en-US')} here). The 7-day mean weighs each article alike.
          </p>
        </>
      )}
    </Card>
  );
}

/** Mean over the articles of a day and the six before it. */
const weekly = (days: Schemas['SentimentDay'][]): number[] =>
  days.map((day, i) => {
    const week = days
      .slice(Math.max(0, i - WEEK + 1), i + 1)
      .filter(({ time }) => time > day.time - WEEK * DAY);
    const articles = week.reduce((sum, each) => sum + each.articles, 0);
    return week.reduce((sum, each) => sum + each.mean * each.articles, 0) / articles;
  });

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
