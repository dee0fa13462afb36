import { fill } from './fills';
import { FILLED, HELD, opens, rules, STATE, states } from './layout';
import { mark } from './marks';
import { isAbove, nextAbove, nextBelow } from './scan';

export { place, setTerms } from './layout';
export { addBand, findEnds, stepAverages, stepMean, subtract } from './columns';

/** As `stepBlock` of grid-kernel.ts. */
export function stepBlock(combinations: i32, first: i32, count: i32, marked: i32, days: i32): void {
  for (let c = 0; c < combinations; c++) {
    const s = states + <usize>c * STATE;
    const r = rules + ((<usize>c) << 5);
    if (load<f64>(s, HELD) != load<f64>(s, FILLED)) fill(s, first, load<f64>(opens));
    if (load<i32>(r) >= 0 && load<i32>(r, 8) == -1 && load<i32>(r, 16) == -1)
      stepCross(s, r, first, count, marked, days);
    else stepSides(s, r, first, count, marked, days);
  }
}

function stepCross(s: usize, r: usize, first: i32, count: i32, marked: i32, days: i32): void {
  const left = load<i32>(r);
  const right = load<i32>(r, 4);
  let held = load<f64>(s, HELD);
  let done = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar = held == 0 ? nextAbove(left, right, from, count) : nextBelow(left, right, from, count);
    if (bar < 0) break;
    held = 1 - held;
    from = bar + 1;
    if (from >= count) break;
    day = mark(s, done, from, day, days);
    done = from;
    store<f64>(s, held, HELD);
    fill(s, first + from, load<f64>(opens + ((<usize>from) << 3)));
  }
  store<f64>(s, held, HELD);
  mark(s, done, marked, day, days);
}

function stepSides(s: usize, r: usize, first: i32, count: i32, marked: i32, days: i32): void {
  let held = load<f64>(s, HELD);
  let done = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar = held == 0 ? nextEntry(r, from, count) : nextExit(held > 0 ? r : r + 16, from, count);
    if (bar < 0) break;
    from = bar + 1;
    const wanted = entryAt(r, bar);
    if (wanted == held) continue;
    held = wanted;
    if (from >= count) break;
    day = mark(s, done, from, day, days);
    done = from;
    store<f64>(s, held, HELD);
    fill(s, first + from, load<f64>(opens + ((<usize>from) << 3)));
  }
  store<f64>(s, held, HELD);
  mark(s, done, marked, day, days);
}

/** The first bar where exactly one side would be entered. */
function nextEntry(r: usize, from: i32, count: i32): i32 {
  const longLeft = load<i32>(r);
  const shortLeft = load<i32>(r, 16);
  for (let k = from; k < count;) {
    const long = longLeft < 0 ? -1 : nextAbove(longLeft, load<i32>(r, 4), k, count);
    const short = shortLeft < 0 ? -1 : nextAbove(shortLeft, load<i32>(r, 20), k, long < 0 ? count : long + 1);
    if (long < 0 || short < 0) return max<i32>(long, short);
    if (long != short) return min<i32>(long, short);
    k = long + 1;
  }
  return -1;
}

/** `r`: of the held side. */
function nextExit(r: usize, from: i32, count: i32): i32 {
  const left = load<i32>(r, 8);
  if (left >= 0) return nextAbove(left, load<i32>(r, 12), from, count);
  return nextBelow(load<i32>(r), load<i32>(r, 4), from, count);
}

function entryAt(r: usize, k: i32): f64 {
  const long = isAbove(load<i32>(r), load<i32>(r, 4), k);
  const short = isAbove(load<i32>(r, 16), load<i32>(r, 20), k);
  if (long == short) return 0;
  return long ? 1 : -1;
}
