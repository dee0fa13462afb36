import { ZONES } from './blocks.js';
import { fill } from './grid-fills.js';
import { mark, SHIFT } from './grid-marks.js';
import * as at from './grid-state.js';
import { RULE, type Kernel, type KernelBlock } from './grid-types.js';

/** Steps every combination over a block. */
export function stepBlock(kernel: Kernel, block: KernelBlock): void {
  const { rules } = kernel;
  for (let c = 0; c * RULE < rules.length; c++) {
    const r = c * RULE;
    if (kernel.state[c * at.STRIDE + at.HELD] !== kernel.state[c * at.STRIDE + at.FILLED])
      fill(kernel, c, block.first, block.open[0]!);
    if (rules[r]! >= 0 && rules[r + 2] === -1 && rules[r + 4] === -1) stepCross(kernel, block, c);
    else stepSides(kernel, block, c);
  }
}

/** One comparison: long while it holds, else flat. */
function stepCross(kernel: Kernel, block: KernelBlock, c: number): void {
  const { state, rules } = kernel;
  const left = rules[c * RULE]!;
  const right = rules[c * RULE + 1]!;
  const b = c * at.STRIDE;
  let held = state[b + at.HELD]!;
  let marked = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar =
      held === 0 ? nextAbove(block, left, right, from, block.count) : nextBelow(block, left, right, from);
    if (bar < 0) break;
    held = 1 - held;
    from = bar + 1;
    if (from >= block.count) break;
    day = mark(kernel, block, c, marked, from, day);
    marked = from;
    state[b + at.HELD] = held;
    fill(kernel, c, block.first + from, block.open[from]!);
  }
  state[b + at.HELD] = held;
  mark(kernel, block, c, marked, block.marked, day);
}

/** Both sides, each entered and left by comparisons of its own. */
function stepSides(kernel: Kernel, block: KernelBlock, c: number): void {
  const { state, rules } = kernel;
  const b = c * at.STRIDE;
  let held = state[b + at.HELD]!;
  let marked = 0;
  let from = 0;
  let day = 0;
  for (;;) {
    const bar =
      held === 0
        ? nextEntry(block, rules, c * RULE, from)
        : nextExit(block, rules, c * RULE + (held > 0 ? 0 : 4), from);
    if (bar < 0) break;
    from = bar + 1;
    const wanted = entryAt(block, rules, c * RULE, bar);
    if (wanted === held) continue;
    held = wanted;
    if (from >= block.count) break;
    day = mark(kernel, block, c, marked, from, day);
    marked = from;
    state[b + at.HELD] = held;
    fill(kernel, c, block.first + from, block.open[from]!);
  }
  state[b + at.HELD] = held;
  mark(kernel, block, c, marked, block.marked, day);
}

/** The first bar from `from` on, and before `to`, where the left side is above; −1 where there is none. */
function nextAbove(
  { operands, rows }: KernelBlock,
  left: number,
  right: number,
  from: number,
  to: number,
): number {
  const { low, high } = operands;
  const zl = left * ZONES;
  const zr = right * ZONES;
  const [a, b] = [rows[left]!, rows[right]!];
  for (let k = from; k < to;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > to) end = to;
    const most = high[zl + z]!;
    const least = low[zr + z]!;
    if (most <= least) {
      k = end;
      continue;
    }
    // Ends are mostly unknown for a whole block.
    if (!(most > least)) end = to;
    for (; k < end; k++) if (a[k]! > b[k]!) return k;
  }
  return -1;
}

/** The first bar from `from` on where the left side is not above. */
function nextBelow(
  { operands, rows, count }: KernelBlock,
  left: number,
  right: number,
  from: number,
): number {
  const { low, high } = operands;
  const zl = left * ZONES;
  const zr = right * ZONES;
  const [a, b] = [rows[left]!, rows[right]!];
  for (let k = from; k < count;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > count) end = count;
    const least = low[zl + z]!;
    const most = high[zr + z]!;
    if (least > most) {
      k = end;
      continue;
    }
    if (!(least <= most)) end = count;
    for (; k < end; k++) if (!(a[k]! > b[k]!)) return k;
  }
  return -1;
}

/** The first bar where exactly one side would be entered. */
function nextEntry(block: KernelBlock, rules: Int32Array, r: number, from: number): number {
  const [ll, lr, sl, sr] = [rules[r]!, rules[r + 1]!, rules[r + 4]!, rules[r + 5]!];
  for (let k = from; k < block.count;) {
    const long = ll < 0 ? -1 : nextAbove(block, ll, lr, k, block.count);
    const short = sl < 0 ? -1 : nextAbove(block, sl, sr, k, long < 0 ? block.count : long + 1);
    if (long < 0 || short < 0) return Math.max(long, short);
    if (long !== short) return Math.min(long, short);
    k = long + 1;
  }
  return -1;
}

function nextExit(block: KernelBlock, rules: Int32Array, r: number, from: number): number {
  if (rules[r + 2]! >= 0) return nextAbove(block, rules[r + 2]!, rules[r + 3]!, from, block.count);
  return nextBelow(block, rules[r]!, rules[r + 1]!, from);
}

const holds = ({ rows }: KernelBlock, left: number, right: number, k: number): boolean =>
  left >= 0 && rows[left]![k]! > rows[right]![k]!;

function entryAt(block: KernelBlock, rules: Int32Array, r: number, k: number): number {
  const long = holds(block, rules[r]!, rules[r + 1]!, k);
  const short = holds(block, rules[r + 4]!, rules[r + 5]!, k);
  return long === short ? 0 : long ? 1 : -1;
}
