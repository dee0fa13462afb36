import type { Placement } from './placement.js';
import type { Source } from '../sources.js';
import type { Stream } from '../streams.js';

/** A stretch whose bars were moved to the other store, or would be. */
export interface AgedPiece {
  stream: Stream;
  source: Source;
  from: number;
  to: number;
  /** Bars with their corrections. */
  versions: number;
  placement: Placement;
  /** Opaque: everything up to this piece is done. */
  cursor: string;
}

export interface AgingOptions {
  now: number;
  /** How old a bar must be; left out: as the address says. */
  days?: number;
  /** Nothing is moved; the pieces tell what would be. */
  dryRun?: boolean;
  /** Of the last piece that is done. */
  cursor?: string;
  /** Bars read a month, by `readKey`; left out: nothing is read. */
  reads?: ReadonlyMap<string, number>;
  /** Awaited when a piece lies in the second store and before it leaves the first. */
  tell?: (piece: AgedPiece) => Promise<void>;
}
