import type { EnsembleKind } from '../ensembles.js';
import type { Source } from '../sources.js';

/** What is asked of a stream; a prediction at once and the story `predict` take the same. */
export interface PredictionRequest {
  stream: string;
  /** As people write it (`recorded:<dir>`); left out: the one whose bars are newest. */
  source?: string | Source;
  /** Bars that open in [from, to): ISO 8601 or epoch ms; left out: the latest two years, or 20,000 bars. */
  from?: number | string;
  to?: number | string;
  /** Nothing that was known later is looked at, epoch ms; left out: now. */
  asOf?: number;
  /** Bars ahead; left out: those of the named model, else 1. */
  horizonBars?: number;
  /** Name of a model whose champion answers; left out: the best by past skill on this stream. */
  name?: string;
  /** `<name>@<version>`: this very version. */
  model?: string;
  /** All champions of the stream and horizon together. */
  ensemble?: EnsembleKind;
  /** Abstain where the larger of P(up) and P(down) is below this; ½ … 1. */
  minConfidence?: number;
  /** Of whoever asks, such as a customer: while a version is rolled out, the same key always meets the same one. */
  stickyKey?: string;
  /** What asked, such as `bars.closed`; told in the record. */
  trigger?: string;
}

/** A prediction that was computed again from what it was made from. */
export interface Replay {
  id: string;
  identical: boolean;
  /** sha256 of the canonical record without when it was made, by whom it was asked for, and its settlement. */
  expected: string;
  /** The same of the computed one; null where an input is broken. */
  found: string | null;
  /** The link nearest to the raw data that is not what it was: an object, the bars, the scores, or a member. */
  broken: { id: string; what: string; expected: string; found: string } | null;
  /** Digests that were compared. */
  checks: number;
}
