import { ZONE } from './layout';

const ABOVE: f64 = 1 + 1e-12;
const BELOW: f64 = 1 - 1e-12;

/** Simple averages by exact sums; `sums` is the address of the sum up to the block's first bar, included. */
export function stepMean(out: usize, sums: usize, period: i32, start: i32, count: i32, raised: bool): void {
  const before = sums - ((<usize>period) << 3);
  const above = raised ? ABOVE : 1;
  const below = raised ? BELOW : 1;
  for (let k = 0; k < start; k++) store<f64>(out + ((<usize>k) << 3), NaN);
  let k = start;
  if ((count - start) & 1) {
    const at = (<usize>k) << 3;
    const mean = (load<f64>(sums + at) - load<f64>(before + at)) / <f64>period;
    store<f64>(out + at, mean * (mean < 0 ? below : above));
    k++;
  }
  const divisor = f64x2.splat(<f64>period);
  const aboves = f64x2.splat(above);
  const belows = f64x2.splat(below);
  const zero = f64x2.splat(0);
  for (; k < count; k += 2) {
    const at = (<usize>k) << 3;
    const mean = f64x2.div(f64x2.sub(v128.load(sums + at), v128.load(before + at)), divisor);
    v128.store(out + at, f64x2.mul(mean, v128.bitselect(belows, aboves, f64x2.lt(mean, zero))));
  }
}

/** As `zone` of grid-zones.ts. */
export function findEnds(from: usize, low: usize, high: usize, count: i32): void {
  for (let k = 0, z: usize = 0; k < count; k += ZONE, z += 8) {
    const at = from + ((<usize>k) << 3);
    if (k + ZONE > count) return findLast(at, count - k, low + z, high + z);
    let least = v128.load(at);
    let most = least;
    // Whether a value is undefined: a sum with one in it is, too.
    let sum = least;
    for (let i: usize = 16; i < 128; i += 16) {
      const values = v128.load(at + i);
      least = f64x2.pmin(least, values);
      most = f64x2.pmax(most, values);
      sum = f64x2.add(sum, values);
    }
    const total = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
    const isDefined = total == total;
    const bottom = min<f64>(f64x2.extract_lane(least, 0), f64x2.extract_lane(least, 1));
    const top = max<f64>(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
    store<f64>(low + z, isDefined ? bottom : NaN);
    store<f64>(high + z, isDefined ? top : NaN);
  }
}

function findLast(at: usize, count: i32, low: usize, high: usize): void {
  let least = load<f64>(at);
  let most = least;
  for (let k = 1; k < count; k++) {
    const value = load<f64>(at + ((<usize>k) << 3));
    least = min<f64>(least, value);
    most = max<f64>(most, value);
  }
  store<f64>(low, least);
  store<f64>(high, most);
}

/** Bytes of an average in a list: addresses of its input and its output, is it raised, its factor, its value. */
const AVERAGE: usize = 32;

/** As `stepFour` of grid-averages.ts, two to a register. `list` has a multiple of four. */
export function stepAverages(list: usize, averages: i32, count: i32): void {
  for (let i = 0; i < averages; i += 4) stepFour(list + <usize>i * AVERAGE, count);
}

function pair(list: usize, offset: usize): v128 {
  return f64x2.replace_lane(f64x2.splat(load<f64>(list + offset)), 1, load<f64>(list + AVERAGE + offset));
}

function factorOf(list: usize, raised: f64): v128 {
  const first = load<i32>(list, 8) != 0 ? raised : 1;
  const second = load<i32>(list + AVERAGE, 8) != 0 ? raised : 1;
  return f64x2.replace_lane(f64x2.splat(first), 1, second);
}

function keep(list: usize, value: v128): void {
  store<f64>(list, f64x2.extract_lane(value, 0), 24);
  store<f64>(list + AVERAGE, f64x2.extract_lane(value, 1), 24);
}

function stepFour(a: usize, count: i32): void {
  const b = a + 2 * AVERAGE;
  const zero = f64x2.splat(0);
  const fa = pair(a, 16);
  const fb = pair(b, 16);
  let va = pair(a, 24);
  let vb = pair(b, 24);
  const aa = factorOf(a, ABOVE);
  const ba = factorOf(a, BELOW);
  const ab = factorOf(b, ABOVE);
  const bb = factorOf(b, BELOW);
  const i0 = <usize>load<u32>(a);
  const i1 = <usize>load<u32>(a + AVERAGE);
  const i2 = <usize>load<u32>(b);
  const i3 = <usize>load<u32>(b + AVERAGE);
  const o0 = <usize>load<u32>(a, 4);
  const o1 = <usize>load<u32>(a + AVERAGE, 4);
  const o2 = <usize>load<u32>(b, 4);
  const o3 = <usize>load<u32>(b + AVERAGE, 4);
  const end = (<usize>count) << 3;
  for (let k: usize = 0; k < end; k += 8) {
    const xa = v128.load64_lane(i1 + k, v128.load64_zero(i0 + k), 1);
    const xb = v128.load64_lane(i3 + k, v128.load64_zero(i2 + k), 1);
    va = f64x2.add(va, f64x2.mul(f64x2.sub(xa, va), fa));
    vb = f64x2.add(vb, f64x2.mul(f64x2.sub(xb, vb), fb));
    const ra = f64x2.mul(va, v128.bitselect(ba, aa, f64x2.lt(va, zero)));
    const rb = f64x2.mul(vb, v128.bitselect(bb, ab, f64x2.lt(vb, zero)));
    v128.store64_lane(o0 + k, ra, 0);
    v128.store64_lane(o1 + k, ra, 1);
    v128.store64_lane(o2 + k, rb, 0);
    v128.store64_lane(o3 + k, rb, 1);
  }
  keep(a, va);
  keep(b, vb);
}

/** The difference of two columns. */
export function subtract(out: usize, left: usize, right: usize, count: i32): void {
  const end = (<usize>count) << 3;
  // Columns have room for an even number of bars.
  for (let k: usize = 0; k < end; k += 16)
    v128.store(out + k, f64x2.sub(v128.load(left + k), v128.load(right + k)));
}

/** As `addBand` of grid-bands.ts. */
export function addBand(out: usize, middle: usize, deviation: usize, width: f64, count: i32): void {
  const end = (<usize>count) << 3;
  const widths = f64x2.splat(width);
  for (let k: usize = 0; k < end; k += 16)
    v128.store(out + k, f64x2.add(v128.load(middle + k), f64x2.mul(widths, v128.load(deviation + k))));
}
