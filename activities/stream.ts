import type { Ports } from '../adapters/ports.js';
import { InvalidInputError, NotFoundError } from '../domain/errors.js';
import { emptyTape } from '../domain/live.js';
import type { Source } from '../domain/sources.js';
import { ceilToBar, parseStream, timeframeMs } from '../domain/streams.js';
import { beat, resumed } from './beat.js';
import { catchUp, take, type Following, type StreamState } from './following.js';
import { readSource, readTime, type SourceInput, type TimeInput } from './window.js';

export interface StreamInput {
  stream: string;
  /** Left out: live. */
  source?: SourceInput;
  /** First bar to have; left out: behind the newest stored one, or the one that is open now. */
  from?: TimeInput;
  /** Where to end, in bar opens; left out: never. */
  until?: TimeInput;
}

export interface StreamPlan {
  stream: string;
  source: Source;
  /** The next bar to store. */
  next: number;
  until: number | null;
  /** True where the venue has closed all of it: then it is asked for, and there is nothing to wait for. */
  past?: boolean;
}

/** A step ends by itself after so long, so that its history stays readable and a new worker may take over. */
const SHIFT_MS = 6 * 3_600_000;

export const streamSteps = (ports: Ports) => ({
  async planStream(input: StreamInput): Promise<StreamPlan> {
    const stream = parseStream(input.stream);
    const { timeframe } = stream;
    const source = readSource(input.source ?? 'live');
    const markets = ports.markets(source);
    await markets.resolve({ ...stream });
    const key = { stream, source, range: { from: -Infinity, to: Infinity }, asOf: Infinity };
    const [newest] = await ports.series.read({ ...key, order: 'newest', limit: 1 });
    const step = timeframeMs(timeframe);
    const open = async (): Promise<number> =>
      newest ? newest.time + step : (await markets.lastClosed(stream)) + step;
    const next = input.from === undefined ? await open() : ceilToBar(readTime('from', input.from), timeframe);
    const until = input.until === undefined ? null : ceilToBar(readTime('until', input.until), timeframe);
    if (until === null) return { stream: input.stream, source, next, until };
    if (input.from !== undefined && next >= until)
      throw new InvalidInputError(`Nothing to follow of ${input.stream}: from is not before until`);
    const past = next >= until || until <= (await markets.lastClosed(stream)) + step;
    return { stream: input.stream, source, next, until, past };
  },

  /**
   * Follows a stream for some hours and stores each bar when it is closed. Whatever a lost connection, a missing message
   * or a restart leaves out is asked for over REST, so that what is stored does not depend on any of them.
   */
  async followStream(plan: StreamPlan & Partial<StreamState>): Promise<StreamState> {
    const begun = {
      next: plan.next,
      stored: plan.stored ?? 0,
      healed: plan.healed ?? 0,
      connections: plan.connections ?? 0,
    };
    const state = { ...(resumed<StreamState>() ?? begun) };
    const { source, until } = plan;
    const stream = parseStream(plan.stream);
    const following: Following = {
      ports,
      stream,
      source,
      state,
      until,
      tape: emptyTape(stream.timeframe),
      quiet: 0,
    };
    const end = ports.now() + SHIFT_MS;
    const over = (): boolean => (until !== null && state.next >= until) || ports.now() > end;
    if (over()) return state;
    if (plan.past) {
      await catchUp(following);
      return state;
    }
    for await (const message of ports.markets(source).watch(stream)) {
      await take(following, message);
      beat({ ...state });
      if (over()) return state;
    }
    throw new NotFoundError(`${plan.stream} cannot be followed any more`);
  },
});
