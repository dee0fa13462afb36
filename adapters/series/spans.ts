import { stat } from 'node:fs/promises';
import { DataQualityError } from '../../domain/errors.js';
import type { Source } from '../../domain/sources.js';
import { timeframeMs, type Stream } from '../../domain/streams.js';
import { rangeOfFile } from './partitions.js';
import { readSpan, type Span } from './rows.js';

/** A file that holds bars, or that cannot be read: then the span is what its name says. */
export type FileSpan = Span & { broken: string | null };

/** Spans by file, each with the state of the file that it was read from. */
export type SpanCache = Map<string, { stamp: string; span: Promise<FileSpan | null> }>;

/** A file's span is read once per version of the file; null where the file is empty or not there. */
export async function cachedSpan(
  spans: SpanCache,
  file: string,
  timeframe: Stream['timeframe'],
): Promise<FileSpan | null> {
  const state = await stat(file).catch(() => null);
  if (!state) return null;
  const stamp = `${state.ino} ${state.size} ${state.mtimeMs}`;
  const known = spans.get(file);
  if (known?.stamp === stamp) return known.span;
  const span = readSpan(file).then(
    (read) => read && { ...read, broken: null },
    (error: unknown) => {
      if (error instanceof DataQualityError) return brokenSpan(file, timeframe);
      // What passes, such as too many open files, is asked for again.
      spans.delete(file);
      throw error;
    },
  );
  spans.set(file, { stamp, span });
  return span;
}

function brokenSpan(file: string, timeframe: Stream['timeframe']): FileSpan {
  const { from, to } = rangeOfFile(file);
  return { first: from, last: to - timeframeMs(timeframe), bars: 0, origin: '', broken: file };
}

/** A stream's line in the listing, from the spans of its files. */
export function summary(stream: Stream, source: Source, held: FileSpan[]) {
  const newest = held.reduce((a, b) => (b.last > a.last ? b : a));
  const sound = held.filter((span) => span.broken === null);
  const origin = sound.reduce<FileSpan | null>((a, b) => (a && a.last > b.last ? a : b), null)?.origin ?? '';
  return {
    stream,
    source: source.kind === 'recorded' ? { ...source, detail: origin } : source,
    range: {
      from: Math.min(...held.map((span) => span.first)),
      to: newest.last + timeframeMs(stream.timeframe),
    },
    bars: held.reduce((sum, span) => sum + span.bars, 0),
    broken: held.flatMap((span) => span.broken ?? []),
  };
}
