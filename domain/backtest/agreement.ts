import type { ExternalTrade, RefusedOrder } from './external.js';

/** Trades of one engine and what they came to. */
export interface EngineTrades {
  trades: readonly ExternalTrade[];
  finalEquity: number;
  /** Orders that it did not fill. */
  refused?: readonly RefusedOrder[];
}

/** What our engine gives under a convention of the other one: a difference that it reproduces is explained by it. */
export interface Variant {
  text: string;
  outcome: EngineTrades;
}

export interface Difference {
  /** Of our trade; where we have none, of theirs. */
  index: number;
  /** `trade`: the whole trade is there on one side only; `finalEquity`: no trade's. */
  field: Field | 'trade' | 'finalEquity';
  ours: number | string | null;
  theirs: number | string | null;
  explanation: string | null;
}

export interface Agreement {
  /** Trades that are equal in every field. */
  equal: number;
  differing: Difference[];
  finalEquityDifference: number;
  verdict: 'equal' | 'explained' | 'unexplained';
}

const FIELDS = ['side', 'entryPrice', 'exitTime', 'exitPrice', 'units', 'fees'] as const;
type Field = (typeof FIELDS)[number];

/** Relative; money of other engines is a sum in another order. */
export const TOLERANCE = 1e-9;

export interface Compared {
  ours: EngineTrades;
  theirs: EngineTrades;
  variants?: readonly Variant[];
  /** Fills whose decision compared columns that are equal but for roundings, by the open time of the fill. */
  ties?: ReadonlySet<number>;
  /** Start cash, quote currency. */
  cash: number;
  /** Open time and close of the last bar. */
  last: { time: number; close: number };
}

/** Aligns the trades of two engines by their entry and names each difference, with what explains it. */
export function compareTrades(compared: Compared): Agreement {
  const { ours, theirs } = compared;
  const theirByTime = new Map(theirs.trades.map((trade) => [trade.entryTime, trade]));
  const ourTimes = new Set(ours.trades.map((trade) => trade.entryTime));
  const explain = explainer(compared);
  const differing: Difference[] = [];
  let equal = 0;
  ours.trades.forEach((trade, index) => {
    const other = theirByTime.get(trade.entryTime);
    const fields = other ? FIELDS.filter((field) => !alike(trade[field], other[field])) : ['trade' as const];
    if (fields.length === 0) equal++;
    for (const field of fields)
      differing.push(differenceOf({ index, field, ours: trade, theirs: other ?? null }, explain));
  });
  theirs.trades.forEach((trade, index) => {
    if (!ourTimes.has(trade.entryTime))
      differing.push(differenceOf({ index, field: 'trade', ours: null, theirs: trade }, explain));
  });
  differing.sort((a, b) => a.index - b.index);
  const finalEquityDifference = theirs.finalEquity - ours.finalEquity;
  if (!alike(ours.finalEquity, theirs.finalEquity)) differing.push(equityDifference(compared, differing));
  const explained = differing.every(({ explanation }) => explanation !== null);
  const verdict = differing.length === 0 ? 'equal' : explained ? 'explained' : 'unexplained';
  return { equal, differing, finalEquityDifference, verdict };
}

interface Mismatch {
  index: number;
  field: Field | 'trade';
  ours: ExternalTrade | null;
  theirs: ExternalTrade | null;
}

type Explain = (mismatch: Mismatch) => string | null;

function differenceOf(mismatch: Mismatch, explain: Explain): Difference {
  const { index, field, ours, theirs } = mismatch;
  const shown = (trade: ExternalTrade | null): number | string | null =>
    trade === null ? null : field === 'trade' ? trade.entryTime : trade[field];
  return { index, field, ours: shown(ours), theirs: shown(theirs), explanation: explain(mismatch) };
}

/** The first rule that tells why: a reproduced convention, a refused order, the end of the bars, a tie. */
function explainer({ theirs, variants = [], ties, last }: Compared): Explain {
  const reproduced = variants.map(({ text, outcome }) => ({
    text,
    byTime: new Map(outcome.trades.map((trade) => [trade.entryTime, trade])),
  }));
  const refused = new Map((theirs.refused ?? []).map(({ time, reason }) => [time, reason]));
  return ({ field, ours, theirs: their }) => {
    const time = ours?.entryTime ?? their?.entryTime ?? NaN;
    for (const { text, byTime } of reproduced) {
      const made = byTime.get(time);
      if (!their && !made) return text;
      if (their && made && (field === 'trade' ? isSame(made, their) : alike(made[field], their[field])))
        return text;
    }
    // An order that leaves and enters at once is refused as one: then the position before is kept, too.
    const unfilled = !their ? time : LEAVING.has(field) ? ours?.exitTime : null;
    const reason = refused.get(unfilled ?? NaN);
    if (reason !== undefined) return `the engine refused the order: ${reason}`;
    const endsOpen = ours?.exitTime === null && their?.exitTime === last.time;
    if (endsOpen && LEAVING.has(field))
      return 'the engine closes the position that is open at the end; ours is marked';
    const decided = field === 'exitTime' || field === 'exitPrice' ? [time, ours?.exitTime] : [time];
    return ties && decided.concat(their?.exitTime).some((at) => typeof at === 'number' && ties.has(at))
      ? 'the compared columns are equal but for roundings, which the engines sum in another order'
      : null;
  };
}

const LEAVING = new Set<string>(['exitTime', 'exitPrice', 'fees']);

/**
 * Explained by a variant that comes to the same, or by explained trades where it is what their trades add up to: a
 * difference beyond them is a difference of its own.
 */
function equityDifference(compared: Compared, differing: Difference[]): Difference {
  const { ours, theirs, variants = [] } = compared;
  const variant = variants.find(({ outcome }) => alike(outcome.finalEquity, theirs.finalEquity));
  const areExplained = differing.length > 0 && differing.every(({ explanation }) => explanation !== null);
  const follows = areExplained && alike(equityOf(compared), theirs.finalEquity);
  return {
    index: ours.trades.length,
    field: 'finalEquity',
    ours: ours.finalEquity,
    theirs: theirs.finalEquity,
    explanation: variant?.text ?? (follows ? 'it follows from the explained trades' : null),
  };
}

/** What their trades come to; an open one is marked at the last close. */
function equityOf({ theirs, cash, last }: Compared): number {
  return theirs.trades.reduce((equity, { side, entryPrice, exitPrice, units, fees }) => {
    const gain = units * ((exitPrice ?? last.close) - entryPrice);
    return equity + (side === 'long' ? gain : -gain) - fees;
  }, cash);
}

const isSame = (a: ExternalTrade, b: ExternalTrade): boolean =>
  FIELDS.every((field) => alike(a[field], b[field]));

function alike(a: number | string | null, b: number | string | null): boolean {
  if (typeof a !== 'number' || typeof b !== 'number') return a === b;
  return Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b), TOLERANCE);
}
