import { stat } from 'node:fs/promises';
import type { Source } from '../../domain/sources.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import type { StoredBar } from '../ports.js';
import { readSpan, type Span } from './rows.js';

/** Spans by file, each with the state of the file that it was read from. */
export type SpanCache = Map<string, { stamp: string; span: Promise<Span | null> }>;

/** A file's span is read once per version of the file. An unreadable one has none: reading its bars says why. */
export async function cachedSpan(spans: SpanCache, file: string): Promise<Span | null> {
  const state = await stat(file).catch(() => null);
  if (!state) return null;
  const stamp = `${state.ino} ${state.size} ${state.mtimeMs}`;
  const known = spans.get(file);
  if (known?.stamp === stamp) return known.span;
  const span = readSpan(file).catch(() => null);
  spans.set(file, { stamp, span });
  return span;
}

/** The span of a partition's versions, ascending; there must be one. */
export function spanOf(bars: StoredBar[]): Span {
  const [first, last] = [bars[0], bars.at(-1)];
  if (!first || !last) throw new RangeError('A partition without a bar has no span');
  const times = new Set(bars.map((bar) => bar.time));
  return { first: first.time, last: last.time, bars: times.size, origin: last.origin };
}

/** A stream's line in the listing, from the spans of its files. */
export function summary(stream: Stream, source: Source, held: Span[]) {
  const newest = held.reduce((a, b) => (b.last > a.last ? b : a));
  return {
    stream,
    source: source.kind === 'recorded' ? { ...source, detail: newest.origin } : source,
    range: {
      from: Math.min(...held.map((span) => span.first)),
      to: newest.last + timeframeMs(stream.timeframe),
    },
    bars: held.reduce((sum, span) => sum + span.bars, 0),
  };
}
