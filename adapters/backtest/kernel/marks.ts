import {
  BEFORE,
  CASH,
  closes,
  dayEnds,
  DAYS,
  DOWNSIDE,
  everyDay,
  EXPOSED,
  idleDays,
  least,
  MEAN,
  most,
  PEAK,
  SHIFT,
  SQUARES,
  UNITS,
  WORST,
  ZONE,
} from './layout';

/** As `mark` of grid-marks.ts. */
export function mark(s: usize, from: i32, to: i32, day: i32, days: i32): i32 {
  if (from >= to) return day;
  const cash = load<f64>(s, CASH);
  const units = load<f64>(s, UNITS);
  if (units == 0) markEquity(s, cash);
  else {
    store<f64>(s, load<f64>(s, EXPOSED) + <f64>to - <f64>from, EXPOSED);
    markHeld(s, from, to);
  }
  let next = day;
  for (; next < days; next++) {
    const end = load<i32>(dayEnds + ((<usize>next) << 2));
    if (end >= to) break;
    const equity = cash + units * load<f64>(closes + ((<usize>end) << 3));
    addDay(s, equity, everyDay ? load<i32>(idleDays + ((<usize>next) << 2)) : 0);
  }
  return next;
}

function markEquity(s: usize, equity: f64): void {
  const peak = load<f64>(s, PEAK);
  if (equity > peak) store<f64>(s, equity, PEAK);
  else store<f64>(s, max<f64>(load<f64>(s, WORST), (peak - equity) / peak), WORST);
}

function markHeld(s: usize, from: i32, to: i32): void {
  const cash = load<f64>(s, CASH);
  const units = load<f64>(s, UNITS);
  const best = units > 0 ? most : least;
  const bottom = units > 0 ? least : most;
  let peak = load<f64>(s, PEAK);
  let worst = load<f64>(s, WORST);
  let limit = worst * peak * (1 - 1e-12);
  for (let k = from; k < to;) {
    const z = (<usize>(k >> SHIFT)) << 3;
    const end = min<i32>(((k >> SHIFT) + 1) << SHIFT, to);
    const floor = cash + units * load<f64>(bottom + z);
    const belowPeak = cash + units * load<f64>(best + z) <= peak;
    if (belowPeak && floor >= peak - limit) {
      k = end;
      continue;
    }
    if (belowPeak && end - k == ZONE) {
      worst = max<f64>(worst, (peak - floor) / peak);
      limit = worst * peak * (1 - 1e-12);
      k = end;
      continue;
    }
    for (; k < end; k++) {
      const equity = cash + units * load<f64>(closes + ((<usize>k) << 3));
      if (equity > peak) peak = equity;
      else if (peak - equity > limit) worst = max<f64>(worst, (peak - equity) / peak);
      else continue;
      limit = worst * peak * (1 - 1e-12);
    }
  }
  store<f64>(s, peak, PEAK);
  store<f64>(s, worst, WORST);
}

function addDay(s: usize, equity: f64, idle: i32): void {
  for (let day = 0; day < idle; day++) addReturn(s, 0);
  const before = load<f64>(s, BEFORE);
  addReturn(s, before > 0 ? equity / before - 1 : NaN);
  store<f64>(s, equity, BEFORE);
}

function addReturn(s: usize, value: f64): void {
  const days = load<f64>(s, DAYS) + 1;
  const distance = value - load<f64>(s, MEAN);
  const mean = load<f64>(s, MEAN) + distance / days;
  store<f64>(s, days, DAYS);
  store<f64>(s, mean, MEAN);
  store<f64>(s, load<f64>(s, SQUARES) + distance * (value - mean), SQUARES);
  if (!(value >= 0)) store<f64>(s, load<f64>(s, DOWNSIDE) + value * value, DOWNSIDE);
}
