import type { Bar, BarsKey } from '../../domain/bars.js';
import { DataQualityError, InvalidInputError } from '../../domain/errors.js';
import { streamId, type Stream } from '../../domain/streams.js';
import type { ColumnsWrite } from '../ports.js';
import { barsOf } from './merge.js';
import { NUMBERS, sliceRows } from './columns.js';

export function checkRange({ range, asOf, stream }: BarsKey): void {
  if ([range.from, range.to, asOf].some((time) => typeof time !== 'number' || Number.isNaN(time)))
    throw new InvalidInputError(
      `Reading ${streamId(stream)} needs from, to and asOf in epoch ms; got ${range.from}, ${range.to}, ${asOf}`,
    );
}

export function checkBars(stream: Stream, bars: Bar[]): void {
  const odd = bars.find((bar) => !NUMBERS.every((name) => Number.isFinite(bar[name])) || !isWhole(bar));
  if (odd)
    throw new DataQualityError(
      `${streamId(stream)}: cannot store the bar ${JSON.stringify(odd)}; validate first`,
    );
}

const isWhole = (bar: Bar): boolean => Number.isSafeInteger(bar.time) && Number.isSafeInteger(bar.knownAt);

export function checkColumns(stream: Stream, columns: ColumnsWrite['columns']): void {
  const { time, knownAt } = columns;
  for (let i = 0; i < time.length; i++) {
    const whole = Number.isSafeInteger(time[i]) && Number.isSafeInteger(knownAt[i]);
    if (whole && NUMBERS.every((name) => Number.isFinite(columns[name][i])) && !(time[i]! <= time[i - 1]!))
      continue;
    throw new DataQualityError(
      `${streamId(stream)}: cannot store row ${i} of the columns, ${JSON.stringify(barsOf(sliceRows(columns, i, i + 1))[0])}; ` +
        'validate first, and order by time',
    );
  }
}
