import { digestOf } from '../../domain/digest.js';
import type { SentimentPoint } from '../../domain/features.js';
import type { Score } from '../../domain/sentiment/scores.js';
import { indexedOpinion, opinionAbout, toneOf } from '../../domain/sentiment/targets.js';
import { sourceKey } from '../../domain/sources.js';
import type { DocumentsPort, SentimentRequest } from '../ports.js';

const PAGE = 1000;

/** Ascending by knownAt, an abstention counting 0; equal scores give equal digests whatever order they came in. */
export async function readSentimentPoints(
  documents: Pick<DocumentsPort, 'find'>,
  request: SentimentRequest,
): Promise<{ points: SentimentPoint[]; sha256: string }> {
  const { model, asset, source, from, asOf } = request;
  const points: SentimentPoint[] = [];
  let cursor: string | null = null;
  do {
    const page: { items: Score[]; cursor: string | null } = await documents.find<Score>('scores', {
      where: { model, tickers: [asset], sourceKey: sourceKey(source) },
      range: { from, to: asOf + 1 },
      order: 'oldest',
      limit: PAGE,
      ...(cursor ? { cursor } : {}),
    });
    for (const score of page.items) {
      const { id: _, knownAt, ...opinion } = indexedOpinion(score, asset);
      points.push({ knownAt, value: toneOf(opinionAbout(score, asset)), opinion });
    }
    cursor = page.cursor;
  } while (cursor !== null);
  // Equal tones are told apart by what they are made of, which the index weighs.
  const placeOf = ({ opinion }: SentimentPoint): string => JSON.stringify(opinion);
  points.sort(
    (a, b) =>
      a.knownAt - b.knownAt ||
      a.value - b.value ||
      (placeOf(a) < placeOf(b) ? -1 : Number(placeOf(a) > placeOf(b))),
  );
  return { points, sha256: digestOf(points.map(({ knownAt, value }) => [knownAt, value])) };
}
