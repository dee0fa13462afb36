import type { Waiting } from './orders.js';

/** Gathers what has to be said of a run. */
export interface Notebook {
  /** Bars at which an order waited, and the time of the first of them. */
  waits: Record<Exclude<Waiting, null>, { bars: number; first: number }>;
  /** Time of the close that left no equity; NaN where there was none. */
  ruinedAt: number;
}

export const openNotebook = (): Notebook => ({
  waits: { volume: { bars: 0, first: NaN }, measure: { bars: 0, first: NaN } },
  ruinedAt: NaN,
});

export function noteWait(notebook: Notebook, waiting: Exclude<Waiting, null>, time: number): void {
  const wait = notebook.waits[waiting];
  if (wait.bars++ === 0) wait.first = time;
}

/** Sentences; none where nothing is to be said. `goesOn`: what has no equity left is traded all the same. */
export function notesOf({ waits, ruinedAt }: Notebook, goesOn: boolean): string[] {
  const { volume, measure } = waits;
  const ruin = goesOn
    ? 'a fixed number of units goes on with borrowed money'
    : 'what was held was closed at the next open and nothing was traded after it';
  return [
    ...(volume.bars > 0
      ? [`An order met no volume and waited at ${volume.bars} bars, first at ${iso(volume.first)}.`]
      : []),
    ...(measure.bars > 0
      ? [
          `An entry waited at ${measure.bars} bars for the look-back of its size, first at ${iso(measure.first)}.`,
        ]
      : []),
    ...(Number.isNaN(ruinedAt) ? [] : [`No equity was left at the close of ${iso(ruinedAt)}: ${ruin}.`]),
  ];
}

const iso = (time: number): string => (Number.isFinite(time) ? new Date(time).toISOString() : String(time));
