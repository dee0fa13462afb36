import { InvalidInputError } from '../../domain/errors.js';
import type { ArticleDimension } from '../../domain/news/dimensions.js';
import type { ArticleCountQuery } from '../ports-articles.js';
import { instant } from './query.js';

const HOUR = 3_600_000;
/** Articles read for the values of one member within another's: what is older is left out, and said. */
export const NEWEST_COUNTED = 10_000;

/** The window in whole hours, outwards. @throws InvalidInputError for what cannot be counted. */
export function countedWindow({ by, only, model, range }: ArticleCountQuery): { from: number; to: number } {
  const sentiment = by === 'sentiment' || only?.dimension === 'sentiment';
  if (sentiment && model === undefined)
    throw new InvalidInputError('Sentiment is counted for one model: name it as <name>@<version>');
  if (sentiment && only && only.dimension !== by && by !== 'day' && by !== 'hour')
    throw new InvalidInputError(
      `Sentiment is counted by itself, by day or by hour, not with ${by} and ${only.dimension}; for an asset see /sentiment/{asset}`,
    );
  return {
    from: Math.floor(instant(range.from) / HOUR) * HOUR,
    to: Math.ceil(instant(range.to) / HOUR) * HOUR,
  };
}

/** A value as it is counted: of sentiment one of each model. */
export const valueOf = (dimension: ArticleDimension, value: string, { model }: ArticleCountQuery): string =>
  dimension === 'sentiment' ? `${model} ${value}` : value;
