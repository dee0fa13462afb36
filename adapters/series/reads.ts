import type { BarsKey } from '../../domain/bars.js';
import { readKey, shareOfMonths, type ReadCount } from '../../domain/bars/placement.js';
import { sourceKey } from '../../domain/sources.js';
import { streamId } from '../../domain/streams.js';
import type { DocumentsPort, SeriesPort } from '../ports.js';

const DAY_MS = 86_400_000;
/** Counts are put together for so long: a read must not cost a write. What a killed process had counted is lost. */
const FLUSH_MS = 60_000;

type Counted = ReadCount & { id: string; at: number };

/**
 * Counts which months of which streams are read, for a store that places bars by it; any other store is left as it is.
 * Counting never fails or delays a read.
 */
export function countReads(
  series: SeriesPort,
  documents: Pick<DocumentsPort, 'update'>,
  now: () => number = Date.now,
): SeriesPort {
  if (!series.aging) return series;
  const counts = new Map<string, Counted>();
  let flushedAt = now();

  let flushing = Promise.resolve();

  const flush = (): Promise<void> => {
    flushedAt = now();
    return (flushing = flushing.then(store));
  };
  const store = async (): Promise<void> => {
    const due = [...counts.values()];
    counts.clear();
    for (const count of due)
      await documents
        .update<Counted>('reads', count.id, (held) => ({ ...count, bars: count.bars + (held?.bars ?? 0) }))
        // The documents are away: the next flush tells it.
        .catch(() => add(count));
  };
  const add = (count: Counted): void => {
    const held = counts.get(count.id);
    counts.set(count.id, held ? { ...held, bars: held.bars + count.bars } : count);
  };
  const note = (key: BarsKey, from: number | undefined, to: number | undefined, bars: number): void => {
    if (from === undefined || to === undefined) return;
    const at = Math.floor(now() / DAY_MS) * DAY_MS;
    const [stream, source] = [streamId(key.stream), sourceKey(key.source)];
    for (const { month, bars: read } of shareOfMonths(from, to, bars)) {
      const id = `reads_${at / DAY_MS}_${readKey(key, month).replaceAll(/[/ ]/g, '_')}`;
      add({ id, at, stream, sourceKey: source, month, bars: read });
    }
    if (now() - flushedAt >= FLUSH_MS) void flush();
  };
  const noteTimes = (key: BarsKey, time: Float64Array): void => note(key, time[0], time.at(-1), time.length);

  return {
    ...series,
    async read(key) {
      const bars = await series.read(key);
      note(key, bars[0]?.time, bars.at(-1)?.time, bars.length);
      return bars;
    },
    async readColumns(key) {
      const columns = await series.readColumns(key);
      noteTimes(key, columns.time);
      return columns;
    },
    async times(key) {
      const times = await series.times(key);
      noteTimes(key, times);
      return times;
    },
    async close() {
      await flush();
      await series.close();
    },
  };
}
