import { Article } from '../news/article';
import { Counts } from '../news/counts';
import { Search } from '../news/search';
import { Stories, Story } from '../news/stories';
import { Heading, type PageProps } from '../parts';

/** The archive; with an id in the address, one article (`art_…`) or one story (`sto_…`). */
export function News({ rest: [id = ''] }: PageProps) {
  if (id.startsWith('art_')) return <Article key={id} id={id} />;
  if (id.startsWith('sto_')) return <Story key={id} id={id} />;
  return (
    <>
      <Heading title="News" about="Every article once, with the time at which it could first be known." />
      <Search />
      <Stories />
      <Counts />
    </>
  );
}
