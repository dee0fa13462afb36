import { client, dataOf, useLoaded } from '../api';
import { moment } from '../format';
import { Badge, Card, Heading, Provenance, State } from '../parts';
import { Hits } from './hits';

const SHOWN = 10;

/** The latest events that several outlets may have told. */
export function Stories() {
  const page = useLoaded(
    'stories',
    async () => dataOf(await client.GET('/news/stories', { params: { query: { limit: SHOWN } } })),
    15_000,
  );
  const items = page.data?.items ?? [];
  return (
    <Card title="Latest stories" aside={page.data && <Provenance source={null} asOf={page.data.asOf} />}>
      <State of={page} isEmpty={items.length === 0} empty="No stories yet." />
      <ul className="headlines">
        {items.map(({ id, title, feeds, tickers, lastAt, source }) => (
          <li key={id}>
            <a href={`#/news/${id}`}>{title ?? id}</a>
            <span className="soft">
              {moment(lastAt)} · {feeds.join(', ')} · {tickers.join(' ')} {source && `· ${source.kind}`}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

/** One story: its articles, oldest first. */
export function Story({ id }: { id: string }) {
  const found = useLoaded(`story ${id}`, async () =>
    dataOf(await client.GET('/news/stories/{id}', { params: { path: { id } } })),
  );
  const story = found.data;
  return (
    <>
      <Heading
        title={story?.title ?? 'Story'}
        about={story ? `The same event, as told by ${story.feeds.join(', ')}` : id}
      >
        <a className="button" href="#/news">
          All news
        </a>
      </Heading>
      <State of={found} isEmpty={false} empty="" />
      {story && (
        <Card
          title={`${story.articles.length}${story.cursor ? ' or more' : ''} articles`}
          aside={<Provenance source={story.source} asOf={story.asOf} />}
        >
          <p>
            {[...story.tickers, ...story.topics].map((each) => (
              <Badge key={each}>{each}</Badge>
            ))}
          </p>
          <Hits items={story.articles} within={story.id} />
        </Card>
      )}
    </>
  );
}
