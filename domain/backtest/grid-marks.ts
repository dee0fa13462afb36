import { ZONE } from './blocks.js';
import * as at from './grid-state.js';
import type { Kernel, KernelBlock, Outputs } from './grid-types.js';

/** A zone's bars as a shift: divisions by a number are slow here. */
export const SHIFT = Math.log2(ZONE);

/** Marks the bars from `from` to before `to` with what is held; `day` is the next day end, and is given back. */
export function mark(
  kernel: Kernel,
  block: KernelBlock,
  c: number,
  from: number,
  to: number,
  day: number,
): number {
  if (from >= to) return day;
  const { state } = kernel;
  const b = c * at.STRIDE;
  const cash = state[b + at.CASH]!;
  const units = state[b + at.UNITS]!;
  if (units === 0) markEquity(state, b, cash);
  else state[b + at.EXPOSED] = state[b + at.EXPOSED]! + to - from;
  if (kernel.outputs?.equity) markAll(kernel, block, c, from, to);
  else if (units !== 0) markHeld(state, b, block, from, to);
  let next = day;
  for (; next < block.days && block.dayEnds[next]! < to; next++)
    at.addDay(state, b, {
      equity: cash + units * block.close[block.dayEnds[next]!]!,
      idle: kernel.terms.everyDay ? block.idleDays[next]! : 0,
    });
  return next;
}

function markEquity(state: Float64Array, b: number, equity: number): void {
  const peak = state[b + at.PEAK]!;
  if (equity > peak) state[b + at.PEAK] = equity;
  else state[b + at.WORST] = Math.max(state[b + at.WORST]!, (peak - equity) / peak);
}

/** Zones whose closes can change neither the peak nor the worst fall are passed over: rounding is monotone, so that is exact. */
function markHeld(state: Float64Array, b: number, block: KernelBlock, from: number, to: number): void {
  const { low, high, close } = block;
  const cash = state[b + at.CASH]!;
  const units = state[b + at.UNITS]!;
  const [best, least] = units > 0 ? [high, low] : [low, high];
  let peak = state[b + at.PEAK]!;
  let worst = state[b + at.WORST]!;
  for (let k = from; k < to;) {
    const z = k >> SHIFT;
    let end = (z + 1) << SHIFT;
    if (end > to) end = to;
    const floor = cash + units * least[z]!;
    const belowPeak = cash + units * best[z]! <= peak;
    if (belowPeak && floor >= peak - worst * peak * (1 - 1e-12)) k = end;
    else if (belowPeak && end - k === ZONE) {
      worst = Math.max(worst, (peak - floor) / peak);
      k = end;
    } else
      for (; k < end; k++) {
        const equity = cash + units * close[k]!;
        if (equity > peak) peak = equity;
        // Divisions are slow, and mostly tell of no worse fall.
        else if (peak - equity > worst * peak * (1 - 1e-12)) worst = Math.max(worst, (peak - equity) / peak);
      }
  }
  state[b + at.PEAK] = peak;
  state[b + at.WORST] = worst;
}

/** As `markHeld`, each bar's equity being kept. */
function markAll({ state, outputs }: Kernel, block: KernelBlock, c: number, from: number, to: number): void {
  const b = c * at.STRIDE;
  const cash = state[b + at.CASH]!;
  const units = state[b + at.UNITS]!;
  const { equity, bars } = outputs as Outputs & { equity: Float64Array };
  const row = c * bars + block.first;
  if (units === 0) return void equity.fill(cash, row + from, row + to);
  const { close } = block;
  let peak = state[b + at.PEAK]!;
  let worst = state[b + at.WORST]!;
  let limit = peak - worst * peak * (1 - 1e-12);
  for (let k = from; k < to; k++) {
    const value = cash + units * close[k]!;
    equity[row + k] = value;
    if (value < limit) worst = Math.max(worst, (peak - value) / peak);
    else if (!(value > peak)) continue;
    else peak = value;
    limit = peak - worst * peak * (1 - 1e-12);
  }
  state[b + at.PEAK] = peak;
  state[b + at.WORST] = worst;
}
