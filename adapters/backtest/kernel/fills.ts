import {
  CASH,
  ENTRIES,
  ENTRY_BAR,
  ENTRY_PRICE,
  EXITS,
  feeShare,
  FEES,
  FILLED,
  GAINS,
  HELD,
  LOSSES,
  size,
  sizeKind,
  slippage,
  TRADE_FEES,
  UNITS,
  WINS,
} from './layout';

/** As `fill` of grid-fills.ts. */
export function fill(s: usize, bar: i32, price: f64): void {
  const wanted = load<f64>(s, HELD);
  store<f64>(s, wanted, FILLED);
  if (load<f64>(s, UNITS) != 0) leave(s, price);
  if (wanted != 0) enter(s, bar, price);
}

function leave(s: usize, price: f64): void {
  const units = load<f64>(s, UNITS);
  const exitPrice = price * (1 - (units > 0 ? slippage : -slippage));
  const fees = Math.abs(units) * exitPrice * feeShare;
  store<f64>(s, load<f64>(s, CASH) + (units * exitPrice - fees), CASH);
  store<f64>(s, load<f64>(s, FEES) + fees, FEES);
  store<f64>(s, load<f64>(s, EXITS) + 1, EXITS);
  const tradeFees = load<f64>(s, TRADE_FEES) + fees;
  store<f64>(s, tradeFees, TRADE_FEES);
  const profit = units * (exitPrice - load<f64>(s, ENTRY_PRICE)) - tradeFees;
  if (profit > 0) {
    store<f64>(s, load<f64>(s, WINS) + 1, WINS);
    store<f64>(s, load<f64>(s, GAINS) + profit, GAINS);
  } else store<f64>(s, load<f64>(s, LOSSES) - profit, LOSSES);
  store<f64>(s, 0, UNITS);
}

function enter(s: usize, bar: i32, price: f64): void {
  const side = load<f64>(s, HELD);
  const entryPrice = price * (1 + side * slippage);
  const units = unitsOf(load<f64>(s, CASH), entryPrice);
  if (!(units > 0)) return;
  const fees = units * entryPrice * feeShare;
  store<f64>(s, load<f64>(s, CASH) - (side * units * entryPrice + fees), CASH);
  store<f64>(s, side * units, UNITS);
  store<f64>(s, load<f64>(s, FEES) + fees, FEES);
  store<f64>(s, load<f64>(s, ENTRIES) + 1, ENTRIES);
  store<f64>(s, entryPrice, ENTRY_PRICE);
  store<f64>(s, fees, TRADE_FEES);
  store<f64>(s, <f64>bar, ENTRY_BAR);
}

function unitsOf(cash: f64, entryPrice: f64): f64 {
  if (sizeKind == 0) return size;
  const worth = sizeKind == 1 ? cash * size : min<f64>(size, cash);
  return worth / (entryPrice * (1 + feeShare));
}
