import robotsParser from 'robots-parser';
import { messageOf, UnreachableError } from '../../domain/errors.js';
import type { CachePort } from '../ports.js';

/** The name that a robots.txt calls FinSight by. */
export const ROBOT = 'finsight';

/** RFC 9309, 2.5: at least 500 KiB are read. */
export const ROBOTS_BYTES = 512 * 1024;
/** Of the lines that are about us; matching takes time by the length of the rules times that of the path. */
const KEPT_CHARACTERS = 64 * 1024;
const FRESH_MS = 86_400_000;

export interface Rules {
  isAllowed: boolean;
  /** Seconds between requests; null where it names none. */
  delay: number | null;
}

type Parse = (
  url: string,
  text: string,
) => {
  isAllowed(url: string, robot: string): boolean | undefined;
  getCrawlDelay(robot: string): number | undefined;
};

// The package's types name a default export, its code is the function itself.
const parse = robotsParser as unknown as Parse;

/**
 * What robots.txt says about an address; each is read once a day for all processes. `read` gives its text, or null where
 * there is none to be had (RFC 9309, 2.3.1.3: everything is allowed).
 */
export function openRobots(options: {
  cache: Pick<CachePort, 'get' | 'set'>;
  read(address: string): Promise<string | null>;
}) {
  const { cache, read } = options;
  const reading = new Map<string, Promise<string>>();
  const fetchLines = async (address: string): Promise<string> => {
    const lines = linesForUs((await read(address)) ?? '');
    await cache.set(`http-robots:${address}`, lines, FRESH_MS);
    return lines;
  };
  const linesOf = async (address: string): Promise<string> => {
    const kept = await cache.get(`http-robots:${address}`);
    if (kept !== null) return kept;
    // Several requests of a process at once read it once.
    const known = reading.get(address);
    if (known) return known;
    const started = fetchLines(address).finally(() => reading.delete(address));
    reading.set(address, started);
    return started;
  };
  return {
    /** @throws UnreachableError where the host does not answer for it (RFC 9309, 2.3.1.4: nothing is allowed then). */
    async rulesFor(url: URL): Promise<Rules> {
      const address = `${url.origin}/robots.txt`;
      try {
        const rules = parse(address, await linesOf(address));
        const delay = rules.getCrawlDelay(ROBOT) ?? 0;
        return { isAllowed: rules.isAllowed(url.href, ROBOT) ?? true, delay: delay > 0 ? delay : null };
      } catch (error) {
        if (!(error instanceof UnreachableError)) throw error;
        const { retryAfterMs } = error;
        throw new UnreachableError(`Without its robots.txt ${url.host} is not asked: ${messageOf(error)}`, {
          retryAfterMs,
        });
      }
    },
  };
}

/**
 * The groups for every robot and for this one, the latter where it has one. The parser keeps every rule of a group once
 * for each of its robots, which a file of half a megabyte can make into hundreds of millions.
 */
export function linesForUs(text: string): string {
  const kept: string[] = [];
  let [length, isAgentLine] = [0, false];
  let groups = new Set<string>();
  for (const line of text.split(/\r\n?|\n/)) {
    const [, field = '', value = ''] = /^\s*([a-z-]+)\s*:([^#]*)/i.exec(line) ?? [];
    const name = field.toLowerCase();
    if (name === 'user-agent') {
      if (!isAgentLine) groups = new Set();
      const robot = value.trim().toLowerCase().replace(/\/.*$/, '').trim();
      if ((robot === '*' || robot === ROBOT) && !groups.has(robot)) {
        groups.add(robot);
        if (!isAgentLine || groups.size === 1) kept.push('');
        kept.push(`user-agent: ${robot}`);
      }
      isAgentLine = true;
    } else if (['allow', 'disallow', 'crawl-delay'].includes(name)) {
      isAgentLine = false;
      if (groups.size === 0) continue;
      const rule = `${name}: ${value.trim()}`;
      length += rule.length;
      if (length > KEPT_CHARACTERS) break;
      kept.push(rule);
    }
  }
  return kept.join('\n').trim();
}
