import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Parser from 'rss-parser';
import { decodeXml } from '../adapters/news/encoding.js';
import { parseFeed } from '../adapters/news/feeds/parse.js';
import { InvalidInputError, messageOf } from '../domain/errors.js';
import { interleaved } from './backtest/times.js';

/** Of small documents, so many that both parsers are warm; of many documents, fewer. */
const ROUNDS = { pages: 60, files: 5 };

/** What a parser made of the files: those that it could not read, and the items of the others. */
interface Outcome {
  items: number;
  unread: number;
}

/**
 * CPU time of our parser, of rss-parser alone and of Python's feedparser on the same pages of news, and on all feeds
 * below `--dir`: the least of interleaved rounds. `--python` is an interpreter that has feedparser.
 */
export async function benchFeeds(args: string[]): Promise<Record<string, unknown>> {
  const { values } = parseArgs({
    args,
    options: { dir: { type: 'string' }, python: { type: 'string', default: 'python3' } },
  });
  const directory = mkdtempSync(join(tmpdir(), 'finsight-bench-'));
  const loadBefore = loadavg()[0];
  try {
    const pages = { rss: rssPage(200), atom: atomPage(200) };
    const paths = Object.entries(pages).map(([name, page]) => {
      writeFileSync(join(directory, name), page);
      return join(directory, name);
    });
    return {
      timing: `CPU time of the process, least of ${ROUNDS.pages} interleaved rounds (files: ${ROUNDS.files})`,
      newsPages: await compare({ paths, rounds: ROUNDS.pages, python: values.python }),
      ...(values.dir && {
        files: await compare({ paths: feedsBelow(values.dir), rounds: ROUNDS.files, python: values.python }),
      }),
      ...{ loadBefore, loadAfter: loadavg()[0] },
    };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

interface Comparison {
  paths: string[];
  rounds: number;
  /** An interpreter. */
  python: string;
}

async function compare({ paths, rounds, python }: Comparison): Promise<Record<string, unknown>> {
  const bodies = paths.map((path) => readFileSync(path));
  const megabytes = bodies.reduce((sum, body) => sum + body.length, 0) / 1e6;
  const outcomes: Record<string, Outcome> = {};
  const best = await interleaved(
    {
      finsight: () => void (outcomes['finsight'] = readAll(bodies)),
      'rss-parser': async () => void (outcomes['rss-parser'] = await readAllWithPeer(bodies)),
    },
    rounds,
  );
  const figures = (cpuMs: number, { items, ...rest }: { items: number }): object => ({
    ...{ cpuMs, items, ...rest },
    ...{ itemsPerSecond: Math.round((items / cpuMs) * 1000), megabytesPerSecond: (megabytes / cpuMs) * 1000 },
  });
  const feedparser = await runFeedparser({ paths, rounds: Math.min(rounds, PEER_ROUNDS), python });
  return {
    ...{ documents: paths.length, megabytes },
    ...Object.fromEntries(Object.entries(best).map(([name, ms]) => [name, figures(ms, outcomes[name]!)])),
    feedparser: 'skipped' in feedparser ? feedparser : figures(feedparser.cpuMs, feedparser),
  };
}

function readAll(bodies: Uint8Array[]): Outcome {
  const parsed = bodies.map((body) => parseFeed(body));
  return {
    items: parsed.reduce((sum, { items }) => sum + items.length, 0),
    unread: parsed.filter(({ format }) => format === 'none').length,
  };
}

/** It takes text only; ours in the right encoding, so that it is not charged with that. */
async function readAllWithPeer(bodies: Uint8Array[]): Promise<Outcome> {
  const outcome = { items: 0, unread: 0 };
  for (const body of bodies) {
    const { text } = decodeXml(body, null);
    // It keeps state of a document that broke it: each gets its own.
    const parsed = await new Parser().parseString(text).catch(() => null);
    outcome.items += parsed?.items.length ?? 0;
    outcome.unread += Number(parsed === null);
  }
  return outcome;
}

type PeerFigures = { cpuMs: number; items: number; malformed: number; version: string } | { skipped: string };

/** Python does not get faster with them. */
const PEER_ROUNDS = 5;

function runFeedparser({ paths, rounds, python }: Comparison): Promise<PeerFigures> {
  const script = join(import.meta.dirname, '../../bench/feeds/peer.py');
  return new Promise((resolve) => {
    const child = spawn(python, [script, String(rounds)]);
    const output = { text: '', fault: '' };
    child.stdout.on('data', (part) => (output.text += String(part)));
    child.stderr.on('data', (part) => (output.fault += String(part)));
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => resolve({ skipped: messageOf(error) }));
    child.on('close', (code) =>
      resolve(
        code === 0
          ? (JSON.parse(output.text) as PeerFigures)
          : { skipped: output.fault.trim().split('\n').at(-1) ?? `it ended with code ${code}` },
      ),
    );
    child.stdin.end(JSON.stringify(paths));
  });
}

function feedsBelow(directory: string): string[] {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(xml|rss|atom)$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  if (files.length === 0)
    throw new InvalidInputError(`No file below ${directory} ends in .xml, .rss or .atom`);
  return files.sort();
}

/** As long as a real item: a headline, a teaser and some paragraphs of HTML. */
const story = (i: number): { title: string; html: string } => ({
  title: `Bitcoin &amp; ether move ${i} percent as traders weigh the outlook`,
  html: `<p>Markets were <b>quiet</b> on day ${i}, said an <a href="https://example.org/p?a=${i}&amp;b=2">analyst</a>.</p>`.repeat(
    12,
  ),
});

function rssPage(count: number): string {
  const items = Array.from({ length: count }, (_, i) => {
    const { title, html } = story(i);
    return `<item><title>${title}</title><link>https://example.org/${i}</link><guid isPermaLink="false">n-${i}</guid>
<dc:creator>Ann Onym</dc:creator><category>markets</category><pubDate>Mon, 06 Sep 2021 00:${String(i % 60).padStart(2, '0')}:00 GMT</pubDate>
<description>A teaser of day ${i}.</description><content:encoded><![CDATA[${html}]]></content:encoded></item>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>News</title><link>https://example.org/</link>${items.join('\n')}</channel></rss>`;
}

function atomPage(count: number): string {
  const entries = Array.from({ length: count }, (_, i) => {
    const { title, html } = story(i);
    return `<entry><title>${title}</title><link href="https://example.org/${i}"/><id>urn:n-${i}</id><author><name>Ann Onym</name></author>
<category term="markets"/><published>2021-09-06T00:00:00Z</published><updated>2021-09-06T01:00:00Z</updated>
<summary>A teaser of day ${i}.</summary><content type="html">${html.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</content></entry>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>News</title>${entries.join('\n')}</feed>`;
}
