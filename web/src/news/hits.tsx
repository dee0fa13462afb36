import type { Source } from '../api';
import { moment } from '../format';
import { Badge, SourceBadge } from '../parts';
import { Marked } from './marked';

type Marks = readonly (readonly number[])[];

interface Hit {
  id: string;
  title: string;
  titleMarks: Marks;
  snippet: { text: string; marks: Marks };
  feed: string;
  publishedAt: number;
  tickers: string[];
  topics?: string[];
  storyId?: string;
  source: Source;
}

/** Articles as a list, each with what it is about and where it comes from; `within` is the story whose page this is. */
export function Hits({ items, within = null }: { items: Hit[]; within?: string | null }) {
  return (
    <ul className="news">
      {items.map((hit) => (
        <li key={hit.id}>
          <a href={`#/news/${hit.id}`}>
            <Marked text={hit.title} marks={hit.titleMarks} />
          </a>
          {hit.snippet.text && (
            <p>
              <Marked text={hit.snippet.text} marks={hit.snippet.marks} />
            </p>
          )}
          <p className="soft">
            {moment(hit.publishedAt)} · {hit.feed} <SourceBadge source={hit.source} />{' '}
            {[...hit.tickers, ...(hit.topics ?? [])].map((each) => (
              <Badge key={each}>{each}</Badge>
            ))}
            {hit.storyId && hit.storyId !== within && <a href={`#/news/${hit.storyId}`}>story</a>}
          </p>
        </li>
      ))}
    </ul>
  );
}
