import type { Ports } from '../../adapters/ports.js';
import type { Bar } from '../../domain/bars.js';
import { DataQualityError, messageOf } from '../../domain/errors.js';
import type { Prediction } from '../../domain/prediction.js';
import type { Outcome } from '../../domain/settlement.js';
import { isImport } from '../../domain/sources.js';
import { parseStream, timeframeMs, type Stream } from '../../domain/streams.js';
import { beat } from '../beat.js';
import { fetchPage } from '../pages.js';
import { reasonsOf, type Asked, type Asking, type Pending } from './reasons.js';

type Result = Outcome | Pending;

/** Bars of one read. */
const SPAN_BARS = 5000;

/**
 * How predictions of one stream and horizon came out: from stored bars, or from those that the venue gives when it is
 * asked for the stretches that are missing. A venue or a store that fails is a reason to wait.
 */
export async function outcomesOf(
  ports: Ports,
  asked: Asked,
  made: readonly Prediction[],
): Promise<Map<string, Result>> {
  const found = await storedOutcomes(ports, asked, made);
  const without = made.filter(({ id }) => found.get(id) === undefined);
  if (without.length === 0) return found as Map<string, Result>;
  const asking = await askVenue(ports, asked, without);
  const again = await storedOutcomes(ports, asked, without);
  const reasons = await reasonsOf(ports, asked, { without, ...asking });
  for (const { id } of without) found.set(id, again.get(id) ?? reasons(id));
  return found as Map<string, Result>;
}

/** Outcomes of what is stored and known; undefined where the bar is not. */
export async function storedOutcomes(
  ports: Ports,
  asked: Asked,
  made: readonly Pick<Prediction, 'id' | 'asOf' | 'horizonBars' | 'targetTime'>[],
): Promise<Map<string, Result | undefined>> {
  const stream = parseStream(asked.stream);
  const step = timeframeMs(stream.timeframe);
  const found = new Map<string, Result | undefined>();
  const sorted = made.toSorted((a, b) => a.targetTime - b.targetTime);
  for (let i = 0; i < sorted.length;) {
    const from = (sorted[i]?.asOf ?? 0) - step * (1 + (sorted[i]?.horizonBars ?? 0));
    let end = i;
    while (end < sorted.length && (end === i || (sorted[end]?.targetTime ?? 0) - from <= SPAN_BARS * step))
      end++;
    const part = sorted.slice(i, end);
    const range = { from, to: part.at(-1)?.targetTime ?? from };
    const read = await readBars(ports, asked, { stream, range });
    for (const each of part) found.set(each.id, 'reason' in read ? read : outcomeOf(each, read.bars, step));
    beat();
    i = end;
  }
  return found;
}

async function readBars(
  ports: Ports,
  { source, now }: Asked,
  { stream, range }: { stream: Stream; range: { from: number; to: number } },
): Promise<{ bars: Map<number, Bar> } | Pending> {
  try {
    const bars = await ports.series.read({ stream, source, range, asOf: now });
    return { bars: new Map(bars.map((bar) => [bar.time, bar])) };
  } catch (error) {
    // One broken file must not keep the other predictions of the group from being looked at.
    if (!(error instanceof DataQualityError)) throw error;
    return { reason: `Stored bars cannot be read: ${messageOf(error)}`, never: false };
  }
}

function outcomeOf(
  made: Pick<Prediction, 'asOf' | 'horizonBars' | 'targetTime'>,
  bars: Map<number, Bar>,
  step: number,
): Outcome | undefined {
  const bar = bars.get(made.targetTime - step);
  const before = bars.get(made.asOf - step * (1 + made.horizonBars));
  return bar && { realised: bar.close, knownAt: bar.knownAt, closeBefore: before?.close ?? null };
}

/** Asks for the bars between the forecasts and their targets, so that what is stored stays without holes. */
async function askVenue(ports: Ports, asked: Asked, without: readonly Prediction[]): Promise<Asking> {
  if (isImport(asked.source)) return { lastClose: null, failure: null };
  const stream = parseStream(asked.stream);
  try {
    const step = timeframeMs(stream.timeframe);
    const lastClose = (await ports.markets(asked.source).lastClosed(stream)) + step;
    const answerable = without.filter(({ targetTime }) => targetTime <= lastClose);
    for (const range of stretchesOf(answerable))
      for (let next: number | null = range.from; next !== null;) {
        beat();
        const page = await fetchPage(ports, { ...asked, range: { from: next, to: range.to } });
        next = page.next;
      }
    return { lastClose, failure: null };
  } catch (error) {
    beat();
    return { lastClose: null, failure: messageOf(error) };
  }
}

/** [asOf, target) of all, joined where they touch. */
function stretchesOf(made: readonly Prediction[]): { from: number; to: number }[] {
  const out: { from: number; to: number }[] = [];
  for (const { asOf, targetTime } of made.toSorted((a, b) => a.asOf - b.asOf)) {
    const last = out.at(-1);
    if (last && asOf <= last.to) last.to = Math.max(last.to, targetTime);
    else out.push({ from: asOf, to: targetTime });
  }
  return out;
}
