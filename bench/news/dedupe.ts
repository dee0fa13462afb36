import { parseArgs } from 'node:util';
import { groupDuplicates, type DuplicateGroup, type Line } from '../../domain/news/near/groups.js';
import { DEFAULT_THRESHOLD } from '../../domain/news/near/similarity.js';
import { seededRandom } from '../../domain/random.js';
import { agArticles, msrpPairs, stsPairs, type Pair, type ScoredPair } from './pairs.js';
import { VARIANTS } from './variants.js';

/** What is merged of pairs that differ, and found of variants, beside the limits; the rest for information. */
export async function benchDedupe(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { threshold: { type: 'string' }, seed: { type: 'string', default: '1' } },
  });
  const threshold = Number(values.threshold ?? DEFAULT_THRESHOLD);
  const [sts, ag] = [stsPairs(), agArticles()];
  const started = performance.now();
  const variants = variantsFound(ag, { threshold, seed: values.seed });
  return {
    threshold,
    seed: values.seed,
    limits: { mergedOfDifferent: 0.01, foundOfVariants: 0.99 },
    different: {
      stsBelow2: share(
        sts.filter(({ score }) => score < 2),
        threshold,
      ),
      agBackground: background(ag, threshold),
    },
    variants,
    information: {
      stsFrom4: share(
        sts.filter(({ score }) => score >= 4),
        threshold,
      ),
      msrp: precision(msrpPairs(), threshold),
    },
    seconds: Math.round(performance.now() - started) / 1000,
  };
}

const line = (article: Pair['a'], i: number): Line => ({ ...article, url: `https://example.org/news/${i}` });

function grouped(lines: Line[], threshold: number): DuplicateGroup[] {
  const grouping = groupDuplicates(threshold);
  for (const each of lines) grouping.add(each);
  return grouping.groups();
}

const isMerged = ({ a, b }: Pair, threshold: number): boolean =>
  grouped([line(a, 0), line(b, 1)], threshold).length > 0;

function share(pairs: Pair[], threshold: number): Record<string, unknown> {
  const merged = pairs.filter((pair) => isMerged(pair, threshold)).length;
  return { pairs: pairs.length, merged, share: merged / pairs.length };
}

/** All articles at once: each is another story, but for the few that AG's news holds twice. */
function background(articles: Pair['a'][], threshold: number): Record<string, unknown> {
  const groups = grouped(articles.map(line), threshold);
  const extra = groups.reduce((sum, { members }) => sum + members.length - 1, 0);
  const merged = groups.reduce((sum, { members: { length } }) => sum + (length * (length - 1)) / 2, 0);
  const pairs = (articles.length * (articles.length - 1)) / 2;
  return {
    articles: articles.length,
    pairs,
    merged,
    share: merged / pairs,
    shareOfArticles: extra / articles.length,
  };
}

/** Each variant beside its original in one pile of all originals. */
function variantsFound(
  articles: Pair['a'][],
  given: { threshold: number; seed: string },
): Record<string, unknown> {
  const random = seededRandom(`variants ${given.seed}`);
  const originals = articles.map(line);
  const found: Record<string, unknown> = {};
  let [all, hits] = [0, 0];
  for (const [name, change] of Object.entries(VARIANTS)) {
    const made = originals.map((each) => change(each, random));
    const kept = made.flatMap((each, i) => (each ? [{ each, i }] : []));
    const groups = grouped([...originals, ...kept.map(({ each }) => each)], given.threshold);
    const groupOf = new Map(groups.flatMap(({ members }, g) => members.map((member) => [member, g])));
    const together = kept.filter(({ i }, at) => {
      const own = groupOf.get(originals.length + at);
      return own !== undefined && own === groupOf.get(i);
    }).length;
    found[name] = { made: kept.length, found: together, share: together / kept.length };
    all += kept.length;
    hits += together;
  }
  return { ...found, all: { made: all, found: hits, share: hits / all } };
}

function precision(pairs: ScoredPair[], threshold: number): Record<string, unknown> {
  const merged = pairs.filter((pair) => isMerged(pair, threshold));
  const right = merged.filter(({ score }) => score === 1).length;
  const positive = pairs.filter(({ score }) => score === 1).length;
  return {
    pairs: pairs.length,
    merged: merged.length,
    precision: merged.length > 0 ? right / merged.length : null,
    recall: right / positive,
  };
}
