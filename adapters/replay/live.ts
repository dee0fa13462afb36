import type { Server } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import { seededRandom } from '../../domain/random.js';
import { timeframeMs } from '../../domain/streams.js';
import { startReplay, type ReplayOptions } from './exchange.js';
import { framesOf, greetingOf, type Frame } from './live-frames.js';
import type { BarProvider, ReplayMarket } from './provider.js';

export interface LiveReplayOptions extends Pick<ReplayOptions, 'faults'> {
  provider: BarProvider;
  market: ReplayMarket;
  /** First bar that is played; the ones before are history. */
  from: number;
  /** How fast its clock runs. */
  barsPerSecond: number;
  seed: string;
  /** How often the connection is cut; up to three bars are missed each time. */
  cuts?: number;
  /** Shares of the messages that come twice, and late: by up to two bars, so that they overtake each other. */
  duplicates?: number;
  late?: number;
}

export interface LiveReplay {
  url: string;
  /** Its present, epoch ms. */
  now(): number;
  cut(): number;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 5;

/**
 * A venue on loopback whose recorded bars happen now, at accelerated time: its WebSocket tells them as the venue would,
 * its REST interface has what is past. Which messages are lost, doubled or late is decided by the seed.
 */
export async function startLiveReplay(options: LiveReplayOptions): Promise<LiveReplay> {
  const { provider, market, from, barsPerSecond } = options;
  const step = timeframeMs(market.timeframe);
  const bars = await provider.bars(market);
  const last = bars?.columns.time.at(-1) ?? from;
  const end = last + 2 * step;
  const plan = planOf(options, { frames: bars ? framesOf(market, bars, from) : [], end });
  const clock = replayClock({ from, end, perMs: (barsPerSecond * step) / 1000 });
  const replay = await startReplay({
    provider: { ...provider, now: () => Math.floor(clock.now()) },
    ...(options.faults ? { faults: options.faults } : {}),
  });
  const played = playOn(replay.server, { plan, market, clock });
  return {
    url: replay.url,
    now: clock.now,
    cut: played.cut,
    async close() {
      played.close();
      await replay.close();
    },
  };
}

/** Runs while somebody follows the market and stands still otherwise, so that what is missed does not hang on the machine. */
function replayClock({ from, end, perMs }: { from: number; end: number; perMs: number }) {
  let base = from;
  let since: number | null = null;
  const now = (): number => Math.min(end, since === null ? base : base + (Date.now() - since) * perMs);
  return {
    now,
    run: (): void => void (since ??= Date.now()),
    /** Stands still, some time later. */
    halt(skipped: number): void {
      base = Math.min(end, now() + skipped);
      since = null;
    },
  };
}

interface Plan {
  /** By the time at which they are sent. */
  sent: Frame[];
  /** From when on the connection is cut, and how much is missed. */
  away: { from: number; length: number }[];
}

function planOf(options: LiveReplayOptions, { frames, end }: { frames: Frame[]; end: number }): Plan {
  const { from, seed, cuts = 0, duplicates = 0, late = 0, market } = options;
  const step = timeframeMs(market.timeframe);
  const random = seededRandom(`live ${seed}`);
  const sent = frames.flatMap((frame) => {
    const delayed = random() < late ? { ...frame, at: frame.at + random() * 2 * step } : frame;
    return random() < duplicates ? [delayed, { ...frame, at: delayed.at + random() * 3 * step }] : [delayed];
  });
  // Spread evenly with a shake.
  const between = (end - from) / (cuts + 1);
  const away = Array.from({ length: cuts }, (_, i) => ({
    from: from + between * (i + 0.5 + random() * 0.5),
    length: random() * 3 * step,
  }));
  return { sent: sent.sort((a, b) => a.at - b.at), away };
}

function playOn(
  server: Server,
  play: { plan: Plan; market: ReplayMarket; clock: ReturnType<typeof replayClock> },
): { cut(): number; close(): void } {
  const { plan, market, clock } = play;
  const sockets = new WebSocketServer({ noServer: true });
  const places = new Map<WebSocket, number>();
  let cut = 0;
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (client) => {
      clock.run();
      places.set(client, firstAfter(plan.sent, clock.now()));
      client.on('message', (data) => {
        for (const each of greetingOf(market, data.toString())) client.send(each);
      });
      client.on('close', () => {
        if (places.delete(client) && places.size === 0) clock.halt(0);
      });
    });
  });
  const timer = setInterval(() => {
    const present = clock.now();
    const due = plan.away[cut];
    if (due && due.from <= present && places.size > 0) {
      for (const client of places.keys()) client.terminate();
      places.clear();
      clock.halt(due.length);
      cut++;
    }
    for (const [client, place] of places) {
      let next = place;
      for (; (plan.sent[next]?.at ?? Infinity) <= present; next++) client.send(plan.sent[next]?.text ?? '');
      places.set(client, next);
    }
  }, LOOK_EVERY_MS);
  return {
    cut: () => cut,
    close() {
      clearInterval(timer);
      for (const client of sockets.clients) client.terminate();
      sockets.close();
    },
  };
}

function firstAfter(frames: readonly Frame[], time: number): number {
  const found = frames.findIndex((frame) => frame.at > time);
  return found < 0 ? frames.length : found;
}
