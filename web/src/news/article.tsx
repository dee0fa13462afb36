import { client, dataOf, useLoaded, type Schemas } from '../api';
import { fixed, moment } from '../format';
import { Badge, Card, Heading, Provenance, State } from '../parts';
import { Table } from '../table';
import { Marked } from './marked';

type Whole = Schemas['NewsArticle'];

/** One article: its text with what it speaks of, what each model made of it, and how it was before. */
export function Article({ id }: { id: string }) {
  const found = useLoaded(`article ${id}`, async () =>
    dataOf(await client.GET('/news/{id}', { params: { path: { id } } })),
  );
  const article = found.data;
  return (
    <>
      <Heading title={article?.title ?? 'Article'} about={article ? facts(article) : id}>
        <a className="button" href="#/news">
          All news
        </a>
      </Heading>
      <State of={found} isEmpty={false} empty="" />
      {article && (
        <>
          <Text article={article} />
          <Scores article={article} />
          <Versions article={article} />
        </>
      )}
    </>
  );
}

const facts = ({ feed, author, language, publishedAt, firstSeenAt }: Whole): string =>
  [feed, author, language, `published ${moment(publishedAt)}`, `first seen ${moment(firstSeenAt)}`]
    .filter(Boolean)
    .join(' · ');

function Text({ article }: { article: Whole }) {
  const { url, text, mentions = [], tickers, topics = [], similar, storyId, licence, revision = 1 } = article;
  // Overlapping names would cut the text twice.
  const marks = mentions
    .filter(({ field }) => field === 'text')
    .toSorted((a, b) => a.from - b.from)
    .filter(({ from }, i, all) => i === 0 || from >= (all[i - 1]?.to ?? 0))
    .map(({ from, to }) => [from, to] as const);
  return (
    <Card title="Text" aside={<Provenance source={article.source} asOf={article.asOf} />}>
      {text ? (
        <p className="prose">
          <Marked text={text} marks={marks} />
        </p>
      ) : (
        <p className="empty">The source gives no text.</p>
      )}
      <p className="soft">
        {[...tickers, ...topics].map((each) => (
          <Badge key={each}>{each}</Badge>
        ))}{' '}
        revision {revision}
        {licence && ` · licence ${licence}`}
      </p>
      <p className="actions">
        {/^https?:/i.test(url ?? '') && (
          <a className="button" href={url!} target="_blank" rel="noreferrer">
            Original
          </a>
        )}
        {storyId && (
          <a className="button" href={`#/news/${storyId}`}>
            Story
          </a>
        )}
        {similar && (
          <a className="button" href={`#/news/${similar.articleId}`}>
            {fixed(100 * similar.similarity, 0)} % as this one
          </a>
        )}
      </p>
    </Card>
  );
}

const PLACES = ['negative', 'neutral', 'positive'] as const;

function Scores({ article: { scores } }: { article: Whole }) {
  return (
    <Card title="Sentiment">
      {scores.length === 0 && <p className="empty">No model has read it yet.</p>}
      <Table
        label="Scores of the article"
        head={[
          'Model',
          'Label',
          ...PLACES.map((name) => ({ name, kind: 'number' as const })),
          'Of single assets',
          'Scored',
        ]}
        rows={scores.map((score) => [
          <code key="model">{score.model}</code>,
          score.abstained ? `abstained: ${score.reason ?? 'not sure'}` : score.label,
          ...PLACES.map((name) => fixed(score.probabilities[name], 2)),
          (score.targets ?? [])
            .map((each) => `${each.asset} ${each.abstained ? 'abstained' : each.label}`)
            .join(', ') || '–',
          moment(score.scoredAt),
        ])}
      />
    </Card>
  );
}

function Versions({ article: { versions } }: { article: Whole }) {
  if (versions.length === 0) return null;
  return (
    <Card title="Earlier revisions">
      {versions.map((each) => (
        <details key={each.revision}>
          <summary>
            Revision {each.revision}, seen {moment(each.seenAt)}: {each.title}
          </summary>
          <p className="prose">{each.text}</p>
        </details>
      ))}
    </Card>
  );
}
