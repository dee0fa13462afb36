import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { STORY_INPUTS, type StoryKind } from '../../api/story-inputs.js';

const root = join(import.meta.dirname, '../..');
const read = (name: string): string => readFileSync(join(root, name), 'utf8');
const pages = [...readdirSync(root), ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter(
  (name) => name.endsWith('.md'),
);

describe('docs/temporal.md', () => {
  const block = /```sh temporal\n([\s\S]*?)```/.exec(read('docs/temporal.md'))?.[1] ?? '';
  const lines = block.trim().split('\n');

  it('starts each story that a person needs', () => {
    const kinds = lines.map((line) => / --type (\w+) /.exec(line)?.[1]);
    expect(kinds).toEqual([
      'research',
      'collectBars',
      'collectStreams',
      'healBars',
      'pruneBars',
      'cleanObjects',
      'collectNews',
      'enrichSentiment',
      'rescoreNews',
      'predict',
      'watchDrift',
      'settlePredictions',
      'runBacktest',
      'backtestPortfolio',
      'sweepBacktest',
      'searchBacktest',
      'compareStrategies',
      'verifyBacktest',
      'auditLookahead',
      'walkForward',
    ]);
  });

  it.each(lines)('%s', (line) => {
    const [, kind, input] = / --type (\w+) --task-queue finsight .*--input '(.*)'$/.exec(line) ?? [];
    const read = STORY_INPUTS[kind as StoryKind].safeParse(JSON.parse(input ?? ''));
    expect(read.error?.issues).toBeUndefined();
  });
});

it('the README has at most 150 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(151);
});

it.each(pages)('the links of %s lead to files', (page) => {
  const links = [...read(page).matchAll(/\]\(([^)#]+)(#[^)]*)?\)/g)].map((match) => match[1] ?? '');
  const local = links.filter((link) => !/^https?:/.test(link));
  expect(local.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

it('docs/parity.md names only routes that the API has', () => {
  const routes = read('web/src/api-types.ts').matchAll(/^ {2,4}['"](\/[^'"]*)['"]: \{/gm);
  const known = new Set([...routes].map((match) => match[1]?.replace(/^\/api\/v1/, '')));
  // These are pages, not operations.
  for (const page of ['/', '/docs', '/openapi.json', '/health', '/livez', '/readyz']) known.add(page);
  const ours = read('docs/parity.md')
    .split('\n')
    .flatMap((line) => [...(line.split(' | ')[1] ?? '').matchAll(/`[A-Z]+ (\/[^`]*)`/g)]);
  expect(ours.length).toBeGreaterThan(40);
  expect(
    ours.map((match) => (match[1] ?? '').replace(/^\/api\/v1/, '')).filter((path) => !known.has(path)),
  ).toEqual([]);
});
