import { useState, type FormEvent } from 'react';
import { client, dataOf, textOf, type Schemas } from '../api';

type Found = Schemas['DiscoveredFeeds']['feeds'];

/** A name of a source from its host: `www.coindesk.com` is `coindesk`. */
const idOf = (url: string): string =>
  (new URL(url).hostname.replace(/^(www|feeds?|rss)\./, '').split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-');

/** Finds the feeds of a site by its address, and makes one of them a source. */
export function SourceForm({ onMade }: { onMade: () => void }) {
  const [found, setFound] = useState<Found | null>(null);
  const [message, setMessage] = useState<{ text: string; failed: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const doing = async (work: () => Promise<string>): Promise<void> => {
    setBusy(true);
    setMessage(null);
    try {
      setMessage({ text: await work(), failed: false });
    } catch (error) {
      setMessage({ text: textOf(error), failed: true });
    }
    setBusy(false);
  };
  const discover = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const url = String(new FormData(event.currentTarget).get('url')).trim();
    // What another address told would stand below the answer of this one.
    setFound(null);
    void doing(async () => {
      const { feeds } = dataOf(await client.POST('/sources/discover', { body: { url } } as never)) as {
        feeds: Found;
      };
      setFound(feeds);
      return feeds.length === 0 ? 'The site tells of no feed' : `${feeds.length} feeds`;
    });
  };
  const make = (url: string): void =>
    void doing(async () => {
      const body = { id: idOf(url), kind: 'rss', settings: { url } };
      const { id } = dataOf(await client.POST('/sources', { body } as never)) as { id: string };
      setFound(null);
      onMade();
      return `Added ${id}`;
    });
  return (
    <>
      <form onSubmit={discover}>
        <label className="grow">
          Address of a site or of a feed
          <input name="url" type="url" required placeholder="https://www.example.com" autoComplete="off" />
        </label>
        <button className="primary" disabled={busy}>
          Find feeds
        </button>
        <output role="status" className={message?.failed ? 'failed' : ''}>
          {message?.text}
        </output>
      </form>
      {found && found.length > 0 && (
        <ul className="headlines">
          {found.map(({ url, type, title }) => (
            <li key={url}>
              <span>
                {title ?? url} <span className="soft">{url}</span>
              </span>
              <span className="soft">
                {type}{' '}
                <button disabled={busy} onClick={() => make(url)}>
                  Add
                </button>
              </span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
