import type { Bar } from '../bars.js';
import type { EventRow } from '../events.js';
import { sourceKey, type Source } from '../sources.js';
import { streamId, type Stream } from '../streams.js';

/** A bar has closed and is stored: told once, whether it came live or was collected. */
export function closedEvent(closed: { stream: Stream; source: Source; bar: Bar; at: number }): EventRow {
  const { stream, source, bar, at } = closed;
  const name = streamId(stream);
  return {
    id: `evt_bars.closed_${name}_${sourceKey(source)}_${bar.time}`,
    type: 'bars.closed',
    at,
    payload: { stream: name, source, time: bar.time, close: bar.close },
  };
}
