/** AssemblyScript. Where things lie in the memory that the kernel works on, in bytes; what they are is said in domain/backtest/grid-*.ts. */

export const BLOCK: i32 = 1440;
export const SHIFT: i32 = 4;
export const ZONE: i32 = 1 << SHIFT;
export const ZONES: i32 = BLOCK / ZONE;

/** Bytes of a row of values, and of the ends of its zones. */
export const ROW: usize = (<usize>BLOCK) << 3;
export const ENDS: usize = (<usize>ZONES) << 3;

export let values: usize = 0;
export let lows: usize = 0;
export let highs: usize = 0;
export let states: usize = 0;
export let rules: usize = 0;
export let opens: usize = 0;
export let closes: usize = 0;
/** Ends of the zones of closes. */
export let least: usize = 0;
export let most: usize = 0;
export let dayEnds: usize = 0;
export let idleDays: usize = 0;

export function place(
  valuesAt: usize,
  lowsAt: usize,
  highsAt: usize,
  statesAt: usize,
  rulesAt: usize,
  blockAt: usize,
): void {
  values = valuesAt;
  lows = lowsAt;
  highs = highsAt;
  states = statesAt;
  rules = rulesAt;
  opens = blockAt;
  closes = opens + ROW;
  least = closes + ROW;
  most = least + ENDS;
  dayEnds = most + ENDS;
  idleDays = dayEnds + ((<usize>BLOCK) << 2);
}

export let feeShare: f64 = 0;
export let slippage: f64 = 0;
/** 0 units, 1 a share of equity, 2 money. */
export let sizeKind: i32 = 0;
export let size: f64 = 0;
export let everyDay: bool = false;

export function setTerms(fee: f64, slip: f64, kind: i32, amount: f64, every: bool): void {
  feeShare = fee;
  slippage = slip;
  sizeKind = kind;
  size = amount;
  everyDay = every;
}

/** Bytes of a combination's state, and the places of its fields. */
export const STATE: usize = 24 << 3;
export const HELD: usize = 0 << 3;
export const FILLED: usize = 1 << 3;
export const UNITS: usize = 2 << 3;
export const CASH: usize = 3 << 3;
export const PEAK: usize = 4 << 3;
export const WORST: usize = 5 << 3;
export const ENTRIES: usize = 6 << 3;
export const EXITS: usize = 7 << 3;
export const FEES: usize = 8 << 3;
export const ENTRY_PRICE: usize = 9 << 3;
export const TRADE_FEES: usize = 10 << 3;
export const WINS: usize = 11 << 3;
export const GAINS: usize = 12 << 3;
export const LOSSES: usize = 13 << 3;
export const EXPOSED: usize = 14 << 3;
export const DAYS: usize = 15 << 3;
export const MEAN: usize = 16 << 3;
export const SQUARES: usize = 17 << 3;
export const DOWNSIDE: usize = 18 << 3;
export const BEFORE: usize = 19 << 3;
export const ENTRY_BAR: usize = 20 << 3;
