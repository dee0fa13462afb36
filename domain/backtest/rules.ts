/**
 * What a strategy wants, said as comparisons of columns instead of a function: the engines of one run and of a whole
 * grid read the same rule, and a grid computes each distinct column once.
 */
export interface Rule {
  /** Null: this side is never taken. */
  long: Side | null;
  short: Side | null;
}

/**
 * Read at each close. A held side is left where `exit` holds; after that, flat, the side whose `enter` holds is taken,
 * and none where both do.
 */
export interface Side {
  enter: Comparison;
  /** `otherwise`: wherever `enter` does not hold, an undefined column included. */
  exit: Comparison | 'otherwise';
}

/** True where left is above right by more than a rounding (1e-12, relative); false where either is undefined (NaN). */
export interface Comparison {
  left: ColumnRef | number;
  right: ColumnRef | number;
}

/** A column of the bars themselves, or of an indicator: `{ name: 'BB', args: [20, 2], output: 'UPPER' }`. */
export interface ColumnRef {
  /** `open`, `high`, `low`, `close`, `volume`, or a name of the registry of indicators. */
  name: string;
  args: readonly number[];
  /** Of an indicator with several columns, which. */
  output?: string;
  /** Bars back: 1 is the bar before. 0 where absent. */
  lag?: number;
}
