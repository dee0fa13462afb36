import { ENDS, highs, lows, ROW, SHIFT, values } from './layout';

/** As `nextAbove` of grid-kernel.ts, two bars at a time. */
export function nextAbove(left: i32, right: i32, from: i32, to: i32): i32 {
  const a = values + <usize>left * ROW;
  const b = values + <usize>right * ROW;
  const tops = highs + <usize>left * ENDS;
  const bottoms = lows + <usize>right * ENDS;
  for (let k = from; k < to;) {
    const z = (<usize>(k >> SHIFT)) << 3;
    let end = min<i32>(((k >> SHIFT) + 1) << SHIFT, to);
    const top = load<f64>(tops + z);
    const bottom = load<f64>(bottoms + z);
    if (top <= bottom) {
      k = end;
      continue;
    }
    // Ends are mostly unknown for a whole block.
    if (!(top > bottom)) end = to;
    for (; k + 2 <= end; k += 2) {
      const at = (<usize>k) << 3;
      const above = i64x2.bitmask(f64x2.gt(v128.load(a + at), v128.load(b + at)));
      if (above != 0) return k + ctz<i32>(above);
    }
    if (k < end) {
      const at = (<usize>k) << 3;
      if (load<f64>(a + at) > load<f64>(b + at)) return k;
      k++;
    }
  }
  return -1;
}

/** As `nextBelow` of grid-kernel.ts. */
export function nextBelow(left: i32, right: i32, from: i32, to: i32): i32 {
  const a = values + <usize>left * ROW;
  const b = values + <usize>right * ROW;
  const bottoms = lows + <usize>left * ENDS;
  const tops = highs + <usize>right * ENDS;
  for (let k = from; k < to;) {
    const z = (<usize>(k >> SHIFT)) << 3;
    let end = min<i32>(((k >> SHIFT) + 1) << SHIFT, to);
    const bottom = load<f64>(bottoms + z);
    const top = load<f64>(tops + z);
    if (bottom > top) {
      k = end;
      continue;
    }
    if (!(bottom <= top)) end = to;
    for (; k + 2 <= end; k += 2) {
      const at = (<usize>k) << 3;
      const above = i64x2.bitmask(f64x2.gt(v128.load(a + at), v128.load(b + at)));
      if (above != 3) return k + ctz<i32>(~above);
    }
    if (k < end) {
      const at = (<usize>k) << 3;
      if (!(load<f64>(a + at) > load<f64>(b + at))) return k;
      k++;
    }
  }
  return -1;
}

export function isAbove(left: i32, right: i32, k: i32): bool {
  if (left < 0) return false;
  const at = (<usize>k) << 3;
  return load<f64>(values + <usize>left * ROW + at) > load<f64>(values + <usize>right * ROW + at);
}
