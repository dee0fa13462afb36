import { useState } from 'react';
import { client, dataOf, useLoaded, type Schemas } from '../api';
import { fixed, moment, percent } from '../format';
import { Badge, Card, State } from '../parts';

type Index = Schemas['SentimentIndex'];
type Member = Schemas['SentimentIndexArticles']['items'][number];
type Opinion = Pick<Schemas['Score'], 'label' | 'probabilities' | 'abstained' | 'reason'>;

/** Articles that are listed at first, and at most; the others weigh less. */
const FIRST = 6;
const MOST = 50;

/** The articles that make up a point of the index, the heaviest first. */
export function PointArticles({ index, at }: { index: Index; at: number }) {
  const [limit, setLimit] = useState(FIRST);
  const { asset, model, windowMs, halfLifeMs, repeat, source } = index;
  const query = {
    at: String(at),
    window: minutes(windowMs),
    halfLife: minutes(halfLifeMs),
    repeat: String(repeat),
    limit,
    ...(model ? { model } : {}),
    ...(source ? { source: source.detail ? `${source.kind}-${source.detail}` : source.kind } : {}),
  };
  const found = useLoaded(`index articles ${asset} ${JSON.stringify(query)}`, async () =>
    dataOf(await client.GET('/sentiment/{asset}/index/articles', { params: { path: { asset }, query } })),
  );
  const items = found.data?.items ?? [];
  const point = found.data?.point;
  return (
    <Card
      title={`Articles behind ${moment(at)}`}
      aside={
        point && (
          <span className="soft">
            index {fixed(point.index, 2)} · {point.articles} articles · {point.stories} stories ·{' '}
            {point.abstained} abstentions
          </span>
        )
      }
    >
      <State of={found} isEmpty={items.length === 0} empty="No article was known in this window." />
      <ul className="news scored">
        {items.map((each) => (
          <Item key={each.score.id} member={each} asset={asset} total={point?.weight ?? NaN} />
        ))}
      </ul>
      {point && point.articles > items.length && items.length > 0 && (
        <p className="soft note actions">
          The {items.length} that weigh most of {point.articles}.{' '}
          {limit < MOST && (
            <button type="button" onClick={() => setLimit(MOST)}>
              Show more
            </button>
          )}
        </p>
      )}
    </Card>
  );
}

const minutes = (ms: number): string => `${ms / 60_000}m`;

function Item({ member, asset, total }: { member: Member; asset: string; total: number }) {
  const { article, opinion, score, weight } = member;
  return (
    <li>
      {article ? (
        <a href={`#/news/${article.id}`}>{article.title}</a>
      ) : (
        <span className="soft">Article {score.articleId}, which was deleted</span>
      )}
      <p>
        <Tone opinion={opinion} /> <span className="soft">{wordsOf(opinion)}</span>
      </p>
      {score.targets && score.targets.length > 0 && (
        <p>
          {score.targets.map((each) => (
            <span key={each.asset} title={wordsOf(each)}>
              <Badge tone={toneOf(each)}>
                {each.asset}
                {each.asset === asset ? ' (counted)' : ''}: {each.abstained ? 'abstained' : each.label}
              </Badge>
            </span>
          ))}
          <span className="soft">the text as a whole: {score.abstained ? 'abstained' : score.label}</span>
        </p>
      )}
      <p className="soft">
        known {moment(score.knownAt)} · {score.feed ?? article?.feed ?? 'outlet unknown'} · weight{' '}
        {fixed(weight, 3)} ({percent(weight / total, 1)})
      </p>
    </li>
  );
}

function Tone({ opinion }: { opinion: Opinion }) {
  return <Badge tone={toneOf(opinion)}>{opinion.abstained ? 'abstained' : opinion.label}</Badge>;
}

const toneOf = ({ abstained, label }: Opinion): string => (abstained ? '' : label);

const wordsOf = ({ abstained, reason, probabilities: { positive, negative, neutral } }: Opinion): string =>
  abstained && reason
    ? reason
    : `${fixed(positive, 2)} positive, ${fixed(neutral, 2)} neutral, ${fixed(negative, 2)} negative`;
