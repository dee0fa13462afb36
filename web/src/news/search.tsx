import { useState, type FormEvent } from 'react';
import { client, dataOf, useLoaded } from '../api';
import { Card, Provenance, State } from '../parts';
import { Hits } from './hits';

interface Asked {
  q: string;
  ticker: string;
  feed: string;
  sentiment: string;
  from: string;
  to: string;
  asOf: string;
  order: string;
}

const NOTHING: Asked = { q: '', ticker: '', feed: '', sentiment: '', from: '', to: '', asOf: '', order: '' };
const LIMIT = 25;

/** Articles by words, filters and the instant at which they had to be known. */
export function Search() {
  const [asked, setAsked] = useState(NOTHING);
  const [cursors, setCursors] = useState<string[]>([]);
  const cursor = cursors.at(-1);
  const { q, ...filters } = asked;
  const given = Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== ''));
  const query = { ...given, limit: LIMIT, ...(cursor ? { cursor } : {}) };
  const page = useLoaded(
    `news ${JSON.stringify([asked, cursor])}`,
    async () =>
      q
        ? dataOf(await client.GET('/news/search', { params: { query: { ...query, q } } as never }))
        : dataOf(await client.GET('/news', { params: { query } as never })),
    15_000,
  );
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const value = (name: keyof Asked): string => String(form.get(name) ?? '').trim();
    setCursors([]);
    setAsked(
      Object.fromEntries(Object.keys(NOTHING).map((name) => [name, value(name as keyof Asked)])) as never,
    );
  };
  const items = page.data?.items ?? [];
  return (
    <Card title="Articles" aside={page.data && <Provenance source={null} asOf={page.data.asOf} />}>
      <SearchForm onSubmit={submit} />
      <State
        of={page}
        isEmpty={items.length === 0}
        empty="No article matches: widen the search, or collect news."
      />
      <Hits items={items} />
      {page.data?.complete === false && <p className="soft note">Older articles are still being indexed.</p>}
      {(cursors.length > 0 || page.data?.cursor) && (
        <nav className="pager" aria-label="Pages of articles">
          <button disabled={cursors.length === 0} onClick={() => setCursors(cursors.slice(0, -1))}>
            Previous
          </button>
          <button
            disabled={!page.data?.cursor}
            onClick={() => setCursors([...cursors, page.data?.cursor ?? ''])}
          >
            Next
          </button>
        </nav>
      )}
    </Card>
  );
}

function SearchForm({ onSubmit }: { onSubmit: (event: FormEvent<HTMLFormElement>) => void }) {
  return (
    <form onSubmit={onSubmit} role="search">
      <label className="grow">
        Words, &quot;phrases&quot;, OR, -without, begin*
        <input name="q" type="search" autoComplete="off" placeholder='bitcoin "exchange traded" -rumour' />
      </label>
      <label>
        Asset
        <input name="ticker" size={8} placeholder="BTC" autoComplete="off" />
      </label>
      <label>
        Source
        <input name="feed" size={12} placeholder="coindesk" autoComplete="off" />
      </label>
      <label>
        Sentiment
        <select name="sentiment" defaultValue="">
          <option value="">any</option>
          <option>positive</option>
          <option>neutral</option>
          <option>negative</option>
          <option>abstained</option>
        </select>
      </label>
      <label>
        Order
        <select name="order" defaultValue="">
          <option value="">newest</option>
          <option>oldest</option>
          <option>relevance</option>
        </select>
      </label>
      <label>
        From (UTC)
        <input name="from" type="date" />
      </label>
      <label>
        To (UTC)
        <input name="to" type="date" />
      </label>
      <label title="Only what was known then, as it was then">
        Known by (UTC)
        <input name="asOf" type="date" />
      </label>
      <button className="primary">Search</button>
    </form>
  );
}
