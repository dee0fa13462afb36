import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { environment } from '../../adapters/config.js';
import { InvalidInputError } from '../../domain/errors.js';

export interface Pair {
  a: { title: string; text: string };
  b: { title: string; text: string };
}

export interface ScoredPair extends Pair {
  /** STS: 0 … 5; MSRP: 1 where it is a paraphrase. */
  score: number;
}

/** Where the recorded data lie. @throws InvalidInputError where they do not. */
export function dataFile(...parts: string[]): string {
  const path = join(environment()['FINSIGHT_RECORDED_DIR'] || '../shared/data', ...parts);
  if (existsSync(path)) return path;
  throw new InvalidInputError(`${path} is not there: set FINSIGHT_RECORDED_DIR to the recorded data`);
}

const titleOnly = (title = ''): Pair['a'] => ({ title, text: '' });

/** Pairs of headlines with their graded similarity (SemEval STS 2013–2015). */
export const stsPairs = (): ScoredPair[] =>
  [2013, 2014, 2015].flatMap((year) => scoredPairs(dataFile('neardup', `sts_headlines_${year}.tsv`)));

/** Pairs of sentences, paraphrases or not (Microsoft Research Paraphrase Corpus). */
export const msrpPairs = (): ScoredPair[] =>
  ['train', 'val'].flatMap((part) => scoredPairs(dataFile('neardup', `msrp_${part}.tsv`)));

const scoredPairs = (path: string): ScoredPair[] =>
  readFileSync(path, 'utf8')
    .split(/\r?\n/)
    .filter(Boolean)
    .map((line) => line.split('\t'))
    .map(([score, a, b]) => ({ score: Number(score), a: titleOnly(a), b: titleOnly(b) }))
    .filter(({ score }) => Number.isFinite(score));

/** Distinct articles with a text (AG's news, test part). */
export function agArticles(): Pair['a'][] {
  const csv = gunzipSync(readFileSync(dataFile('neardup', 'ag_news_test.csv.gz'))).toString('utf8');
  const row = /^"(\d)","((?:[^"]|"")*)","((?:[^"]|"")*)"\r?$/gm;
  return [...csv.matchAll(row)].map(([, , title = '', text = '']) => ({
    title: title.replaceAll('""', '"'),
    text: text.replaceAll('""', '"'),
  }));
}
