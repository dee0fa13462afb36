import type { LiveMessage, Ports } from '../adapters/ports.js';
import { validateBars, type Bar } from '../domain/bars.js';
import { addTrade, closeBars, cutTape, emptyTape, overBy, type Tape } from '../domain/live.js';
import { quarantined, type Fault } from '../domain/quarantine.js';
import { sourceKey, type Source } from '../domain/sources.js';
import { streamId, timeframeMs, type Stream } from '../domain/streams.js';
import type { Trade } from '../domain/trades.js';
import { beat, workflowOf } from './beat.js';
import { fetchPage } from './pages.js';

/** Where a followed stream stands: what a lost attempt goes on from. */
export interface StreamState {
  next: number;
  /** Bars that came over the live connection, and bars that had to be asked for. */
  stored: number;
  healed: number;
  connections: number;
}

export interface Following {
  ports: Ports;
  stream: Stream;
  source: Source;
  state: StreamState;
  /** Where it ends, in bar opens; null: never. */
  until: number | null;
  tape: Tape;
  /** Seconds since something came that we store. */
  quiet: number;
}

/** REST answers run some seconds behind the live messages: the newest bar is asked for again before it is left to coverage. */
const LAG_MS = 1000;
const LAG_ASKS = 2;

/** How often a silent stream is looked at, and how late a bar may be before it is asked for. */
const QUIET_SECONDS = 5;
const LATE_MS = 10_000;

/** Takes in one message of a live market: what it says is stored, what it shows to be missing is asked for. */
export async function take(following: Following, message: LiveMessage): Promise<void> {
  if (message.kind === 'quiet') return takeQuiet(following);
  following.quiet = 0;
  if (message.kind === 'bars') return takeBars(following, message.bars);
  if (message.kind === 'trade') return takeTrade(following, message.trade);
  // What closed before the connection was there, or while it was away, is asked for at once.
  following.state.connections++;
  following.tape = emptyTape(following.stream.timeframe);
  await catchUp(following);
}

/** A bar that should be over by our clock and of which nothing is told, be it lost or without a trade, is asked for. */
async function takeQuiet(following: Following): Promise<void> {
  const { ports, stream, state } = following;
  if (++following.quiet % QUIET_SECONDS !== 0) return;
  if (ports.now() > state.next + timeframeMs(stream.timeframe) + LATE_MS) await catchUp(following);
}

/** Asks for what has closed since the last bar that is stored, up to where the following ends. */
export async function catchUp(following: Following): Promise<void> {
  const { ports, stream, source, until } = following;
  const closed = (await ports.markets(source).lastClosed(stream)) + timeframeMs(stream.timeframe);
  await fill(following, Math.min(closed, until ?? Infinity));
}

async function takeBars(following: Following, bars: Bar[]): Promise<void> {
  const { stream, state, until } = following;
  const step = timeframeMs(stream.timeframe);
  let run: Bar[] = [];
  let reached = state.next;
  const storeRun = async (): Promise<void> => {
    if (run.length > 0) await store(following, run);
    run = [];
    state.next = reached;
  };
  for (const bar of bars) {
    if (until !== null && reached >= until) break;
    // Each by itself: of two that differ, the later one is a correction.
    const { bad } = validateBars([bar], { timeframe: stream.timeframe, from: -Infinity, to: Infinity });
    if (bad.length > 0) {
      await hold(following, bad);
      continue;
    }
    if (bar.time !== reached) await storeRun();
    if (bar.time > reached) await fill(following, Math.min(bar.time, until ?? Infinity));
    if (until !== null && bar.time >= until) {
      reached = until;
      break;
    }
    run.push(bar);
    // One that was stored already tells nothing new, or a correction: the store knows which.
    if (bar.time < reached) await storeRun();
    else reached = bar.time + step;
  }
  await storeRun();
}

async function takeTrade(following: Following, trade: Trade): Promise<void> {
  const { stream, state, tape, until } = following;
  // Late, of a bar that is stored: it had all its trades, or was asked for.
  if (!addTrade(tape, trade) || trade.time < state.next) return;
  const over = Math.min(overBy(trade, stream.timeframe), until ?? Infinity);
  if (over <= state.next) return;
  const bars = closeBars(tape, state.next, over);
  if (bars === null) await fill(following, over);
  else {
    await store(following, bars);
    state.next = over;
  }
  cutTape(tape, over);
}

/** Stores live bars and tells of those that are new. */
async function store(following: Following, bars: Bar[]): Promise<void> {
  const { ports, stream, source, state } = following;
  const { stored } = await ports.series.write({ stream, bars, source });
  if (stored === 0) return;
  const sealed = await ports.lineage.seal({
    stream: streamId(stream),
    source,
    from: bars[0]?.time ?? 0,
    to: (bars.at(-1)?.time ?? 0) + 1,
    bars: bars.length,
    rejected: 0,
    answers: [],
    origin: 'the live stream of the venue',
    workflow: workflowOf(),
  });
  await ports.lineage.record([sealed]);
  state.stored += stored;
  await tell(
    following,
    bars.map((bar) =>
      bar.time < state.next
        ? {
            type: 'bars.corrected',
            range: [bar.time, bar.knownAt],
            payload: { from: bar.time, to: bar.time + 1, close: bar.close },
          }
        : { type: 'bars.closed', range: [bar.time], payload: { time: bar.time, close: bar.close } },
    ),
  );
}

/** Asks for the bars up to `to` over REST: a hole in what came live. */
async function fill(following: Following, to: number): Promise<void> {
  const { ports, stream, source, state } = following;
  const from = state.next;
  if (from >= to) return;
  const step = timeframeMs(stream.timeframe);
  const bars = (to - from) / step;
  await tell(following, [{ type: 'coverage.broken', range: [from, to], payload: { from, to, bars } }]);
  let stored = 0;
  let newest = -Infinity;
  let patience = LAG_ASKS;
  for (let next: number | null = from; next !== null;) {
    const range = { from: next, to };
    const page = await fetchPage(ports, { stream: streamId(stream), source, range, seen: to });
    stored += page.stored;
    newest = page.times.at(-1) ?? newest;
    next = page.next;
    if (next === null && newest < to - step && patience-- > 0) {
      next = Math.max(from, newest + step);
      await new Promise((resolve) => setTimeout(resolve, LAG_MS));
    }
    state.next = next ?? to;
    beat({ ...state, healed: state.healed + stored });
  }
  state.healed += stored;
  if (stored > 0)
    await tell(following, [{ type: 'bars.healed', range: [from, to], payload: { from, to, bars: stored } }]);
}

async function hold(following: Following, faults: { bar: object; reason: string }[]): Promise<void> {
  const { ports, stream, source } = following;
  const key = { stream: streamId(stream), source };
  const docs = faults.map(({ bar, reason }) =>
    quarantined(key, { bar: { ...bar }, reason } as Fault, ports.now()),
  );
  if (docs.length > 0) await ports.documents.insert('quarantine', docs);
}

/** The same finding has the same id: told once, however often a step is repeated. */
async function tell(
  { ports, stream, source }: Following,
  found: { type: string; range: number[]; payload: Record<string, unknown> }[],
): Promise<void> {
  const name = streamId(stream);
  const at = ports.now();
  await ports.events.publish(
    found.map(({ type, range, payload }) => ({
      id: `evt_${type}_${name}_${sourceKey(source)}_${range.join('_')}`,
      type,
      at,
      payload: { stream: name, source, ...payload },
    })),
  );
}
