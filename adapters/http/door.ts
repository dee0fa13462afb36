import { InvalidInputError, NotFoundError, DataQualityError, UnreachableError } from '../../domain/errors.js';
import { openBreaker } from './breaker.js';
import type { Exchanged } from './exchange.js';
import { readRetryAfter } from './faults.js';
import type { HttpAnswer, HttpRequest } from './http.js';
import { openPoliteness, type Rate } from './politeness.js';
import type { Hop } from './redirects.js';
import { openRobots, ROBOT, ROBOTS_BYTES } from './robots.js';
import { shownAddress } from './addresses.js';
import type { CachePort } from '../ports.js';

const ROBOTS_TIMEOUT_MS = 10_000;

/** What a request passes before it goes to a host, and what is learnt from the answer, for all processes. */
export function openDoor(options: {
  cache: Pick<CachePort, 'get' | 'set' | 'take'>;
  rate?: Rate;
  now: () => number;
  /** A request for a robots.txt. */
  read(request: HttpRequest): Promise<HttpAnswer>;
}) {
  const { cache, rate, now } = options;
  const breaker = openBreaker({ cache, now });
  const politeness = openPoliteness({ cache, rate, now });
  const robots = openRobots({ cache, read: (url) => readRobots(url, options.read) });
  return {
    /** @throws InvalidInputError where robots.txt says no, UnreachableError where the host is to be left alone for now. */
    async admit(hop: Hop, { request, isRobots }: { request: HttpRequest; isRobots: boolean }): Promise<void> {
      if (request.interactive) return;
      const { host } = hop.url;
      await breaker.admit(host);
      const isCrawl = !isRobots && hop.method !== 'POST' && !request.isApi;
      const rules = isCrawl ? await robots.rulesFor(hop.url) : { isAllowed: true, delay: null };
      if (!rules.isAllowed)
        throw new InvalidInputError(
          `${shownAddress(hop.url.href)} may not be asked: ${host}/robots.txt does not allow it to "${ROBOT}"`,
        );
      await politeness.turn({ host, delay: rules.delay, signal: request.signal });
    },

    /** Passes an answer on, and remembers whether the host works and for how long it wants to be left alone. */
    async told(hop: Hop, asked: Promise<Exchanged>): Promise<Exchanged> {
      const { host } = hop.url;
      try {
        const answer = await asked;
        const { status, headers, reason } = answer;
        const pause = status === 429 || status === 503 ? readRetryAfter(headers['retry-after'], now()) : null;
        if (pause) await politeness.pause(host, pause);
        if (status >= 500) await breaker.failed(host, `HTTP ${status} ${reason}`.trim());
        else await breaker.passed(host);
        return answer;
      } catch (error) {
        if (error instanceof UnreachableError) await breaker.failed(host, error.message);
        if (error instanceof DataQualityError) await breaker.passed(host);
        throw error;
      }
    },
  };
}

export type Door = ReturnType<typeof openDoor>;

async function readRobots(
  url: string,
  read: (request: HttpRequest) => Promise<HttpAnswer>,
): Promise<string | null> {
  try {
    const { bytes } = await read({ url, maxBytes: ROBOTS_BYTES, timeoutMs: ROBOTS_TIMEOUT_MS });
    return new TextDecoder().decode(bytes);
  } catch (error) {
    const isNone = [NotFoundError, InvalidInputError, DataQualityError].some((kind) => error instanceof kind);
    if (isNone) return null;
    throw error;
  }
}
