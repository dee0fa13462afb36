import type { Bar, TimeRange } from '../../domain/bars.js';
import { onGrid, timeOfRow } from '../../domain/quarantine.js';
import { ceilToBar, floorToBar, timeframeMs, TIMEFRAMES, type Timeframe } from '../../domain/streams.js';
import { barsOfBars } from '../../domain/trades.js';
import type { BarPage } from '../ports.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * The length that a venue has and that bars of another length are made from, or null: of those that divide it, the
 * day for longer ones, else the longest up to an hour, else the shortest.
 */
export function shorterThan(timeframe: Timeframe, known: readonly string[]): Timeframe | null {
  const step = timeframeMs(timeframe);
  const own = (Object.keys(TIMEFRAMES) as Timeframe[]).filter((each) => known.includes(each));
  const dividing = own.filter((each) => timeframeMs(each) < step && step % timeframeMs(each) === 0);
  const most = step > DAY ? DAY : HOUR;
  return dividing.findLast((each) => timeframeMs(each) <= most) ?? dividing[0] ?? null;
}

/**
 * One page of bars made from shorter ones. `pageOf` gives a page of those. Where a longer bar lacks some of its
 * shorter ones they are asked for once more, so that a short answer does not become a wrong bar.
 */
export async function barsFromShorter(
  request: { range: TimeRange; from: Timeframe; to: Timeframe },
  page: (range: TimeRange) => Promise<BarPage>,
): Promise<BarPage> {
  const { from: shorter, to: longer } = request;
  const of = timeframeMs(longer) / timeframeMs(shorter);
  const begin = ceilToBar(request.range.from, longer);
  const range = { from: begin, to: floorToBar(request.range.to, longer) };
  if (range.from >= range.to) return { bars: [], rejected: [], next: null };
  const read = await readWhole(range, longer, page);
  let bars = read.bars;
  if (bars.length < ((read.to - range.from) / timeframeMs(longer)) * of) {
    const again = await readWhole({ from: range.from, to: read.to }, longer, page);
    const times = new Set(bars.map((bar) => bar.time));
    bars = [...bars, ...again.bars.filter((bar) => !times.has(bar.time))];
  }
  const spoilt = new Set(read.rejected.map(({ row }) => onGrid(timeOfRow(row), shorter) ?? NaN));
  const spoiltBars = new Set([...spoilt].map((time) => floorToBar(time, longer)));
  const made = barsOfBars({ bars, from: range.from, to: read.to }, longer);
  return {
    bars: made.filter((bar) => !spoiltBars.has(bar.time)),
    rejected: read.rejected.map(({ row, reason }) => {
      const time = floorToBar(onGrid(timeOfRow(row), shorter) ?? NaN, longer);
      return { row: Number.isNaN(time) ? row : { time, row }, reason };
    }),
    next: read.to < range.to ? read.to : null,
  };
}

/** Pages until the first longer bar is whole, or the range has ended; `to` is where whole ones end. */
async function readWhole(range: TimeRange, longer: Timeframe, page: (range: TimeRange) => Promise<BarPage>) {
  const bars: Bar[] = [];
  const rejected: BarPage['rejected'] = [];
  let next: number | null = range.from;
  while (next !== null && floorToBar(next, longer) <= range.from) {
    const answer: BarPage = await page({ from: next, to: range.to });
    bars.push(...answer.bars);
    rejected.push(...answer.rejected);
    next = answer.next;
  }
  const to = next === null ? range.to : floorToBar(next, longer);
  return { bars: bars.filter((bar) => bar.time < to), rejected, to };
}
