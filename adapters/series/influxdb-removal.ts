import type { Bar } from '../../domain/bars.js';
import { sourceKey } from '../../domain/sources.js';
import { timeframeMs } from '../../domain/streams.js';
import { bucketOf } from '../influxdb-buckets.js';
import type { InfluxConnection } from '../influxdb.js';
import type { BarsWrite, StoredBar } from '../ports.js';
import { lineOf, selectPoints, tagsOf, type Point } from './influxdb-points.js';
import { withoutBars } from './merge.js';

/**
 * Removes points by time and version, so that a version written meanwhile stays. Where a bar's first version goes and
 * others stay, the next becomes the first (v=0, which the listing counts): written over it before its own point goes,
 * so that whatever dies in between loses nothing.
 */
export async function removePart(
  influx: InfluxConnection,
  { stream, source, bars }: BarsWrite,
): Promise<number> {
  const times = bars.map((bar) => bar.time);
  const range = { from: Math.min(...times), to: Math.max(...times) + 1 };
  const held = await selectPoints(influx, { source, stream, range, asOf: Infinity });
  const { all, changed } = withoutBars(held, bars);
  const kept = new Set<StoredBar>(all);
  const next = new Map<number, Point>();
  for (const bar of held.toReversed()) if (kept.has(bar)) next.set(bar.time, bar);
  const gone = held.filter((bar) => !kept.has(bar));
  const heirs = gone.flatMap((bar) => (bar.version === '0' ? (next.get(bar.time) ?? []) : []));
  const bucket = bucketOf(influx, stream.timeframe);
  if (heirs.length > 0) {
    const tags = tagsOf({ stream, source });
    await influx.write(
      bucket,
      heirs.map((bar) => lineOf(tags, bar, '0')),
    );
  }
  const inherited = new Set(heirs.map((bar) => bar.time));
  const points = [...gone.filter((bar) => bar.version !== '0' || !inherited.has(bar.time)), ...heirs];
  const place = `source="${sourceKey(source)}" AND exchange="${stream.exchange}" AND symbol="${stream.symbol}"`;
  for (const version of new Set(points.map((bar) => bar.version))) {
    const of = points.filter((bar) => bar.version === version);
    for (const { from, to } of runsOf(of, timeframeMs(stream.timeframe)))
      await influx.remove(bucket, {
        from,
        to,
        predicate: `_measurement="bars" AND ${place} AND v="${version}"`,
      });
  }
  return changed;
}

/** Times as unbroken ranges, both ends included. */
function runsOf(bars: Bar[], step: number): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const time of bars.map((bar) => bar.time).sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last && time - last.to <= step) last.to = time;
    else runs.push({ from: time, to: time });
  }
  return runs;
}
