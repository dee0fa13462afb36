import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BLOCK, ZONES } from '../../domain/backtest/blocks.js';
import type { Average } from '../../domain/backtest/grid-averages.js';
import { STRIDE } from '../../domain/backtest/grid-state.js';
import { RULE, type Kernel, type KernelBlock } from '../../domain/backtest/grid-types.js';
import type { ColumnStepper, MemorySizes, Stepper } from '../../domain/backtest/grid-stepper.js';

/** Built beside the compiled programs; where it is missing grids are stepped in TypeScript. */
const FILE = fileURLToPath(new URL('./kernel.wasm', import.meta.url));

/** What of the global is used here; the library of types knows it only with a browser around it. */
interface Api {
  Module: new (bytes: Uint8Array) => object;
  Memory: new (size: { initial: number }) => SteppedMemory;
  Instance: new (module: object, imports: object) => { exports: unknown };
}
interface SteppedMemory {
  buffer: ArrayBuffer;
}
const { Module, Memory, Instance } = (globalThis as unknown as { WebAssembly: Api }).WebAssembly;
let compiled: ((sizes: MemorySizes) => Stepper | null) | undefined;

/** What the kernel exports; addresses and counts. */
interface Exports {
  place(values: number, low: number, high: number, state: number, rules: number, block: number): void;
  setTerms(feeShare: number, slippage: number, sizeKind: number, size: number, everyDay: number): void;
  stepBlock(combinations: number, first: number, count: number, marked: number, days: number): void;
  stepMean(out: number, sums: number, period: number, start: number, count: number, raised: number): void;
  findEnds(values: number, low: number, high: number, count: number): void;
  stepAverages(list: number, averages: number, count: number): void;
  subtract(out: number, left: number, right: number, count: number): void;
  addBand(out: number, middle: number, deviation: number, width: number, count: number): void;
}

/** The kernel in WebAssembly with a memory of its own; null where it was not built, or the grid is larger than its memory. */
export function openStepper(sizes: MemorySizes): Stepper | null {
  if (compiled === undefined) compiled = existsSync(FILE) ? steppersOf(readFileSync(FILE)) : () => null;
  return compiled(sizes);
}

/** The same from the bytes of a module. */
export function steppersOf(bytes: Uint8Array): (sizes: MemorySizes) => Stepper | null {
  const module = new Module(bytes);
  return (sizes) => stepperOf(module, sizes);
}

/** Addresses are of 32 bits; a page has 64 KiB. */
const MOST_BYTES = 2 ** 32 - 2 ** 16;
const PAGE = 2 ** 16;

function stepperOf(module: object, sizes: MemorySizes): Stepper | null {
  const { rows, combinations, lookback, scratch } = sizes;
  let bytes = 1024;
  const reserve = (length: number, width: number): { at: number; length: number } => {
    const at = bytes;
    bytes += Math.ceil((length * width) / 16) * 16;
    return { at, length };
  };
  const places = {
    values: reserve(rows * BLOCK, 8),
    low: reserve(rows * ZONES, 8),
    high: reserve(rows * ZONES, 8),
    state: reserve(combinations * STRIDE, 8),
    rules: reserve(combinations * RULE, 4),
    open: reserve(BLOCK, 8),
    close: reserve(BLOCK, 8),
    least: reserve(ZONES, 8),
    most: reserve(ZONES, 8),
    dayEnds: reserve(BLOCK, 4),
    idleDays: reserve(BLOCK, 4),
    sums: reserve(lookback + BLOCK + 1, 8),
    input: reserve(BLOCK, 8),
    unread: reserve(BLOCK, 8),
    scratch: reserve(scratch * BLOCK, 8),
    list: reserve((rows + scratch + LANES) * AVERAGE, 8),
  };
  if (bytes > MOST_BYTES) return null;
  const memory = new Memory({ initial: Math.ceil(bytes / PAGE) });
  const abort = (): never => {
    throw new Error('The kernel of grids aborted');
  };
  const kernel = new Instance(module, { env: { memory, abort } }).exports as Exports;
  return bind({ kernel, memory, places, combinations });
}

type Place = 'values' | 'low' | 'high' | 'state' | 'rules' | 'open' | 'close' | 'least' | 'most';
type Places = Record<
  Place | 'dayEnds' | 'idleDays' | 'sums' | 'input' | 'unread' | 'scratch' | 'list',
  { at: number; length: number }
>;

function bind(parts: {
  kernel: Exports;
  memory: SteppedMemory;
  places: Places;
  combinations: number;
}): Stepper {
  const { kernel, memory, places, combinations } = parts;
  const doubles = ({ at, length }: { at: number; length: number }): Float64Array =>
    new Float64Array(memory.buffer, at, length);
  const integers = ({ at, length }: { at: number; length: number }): Int32Array =>
    new Int32Array(memory.buffer, at, length);
  const { values, low, high, state, rules, open } = places;
  kernel.place(values.at, low.at, high.at, state.at, rules.at, open.at);
  const columns = columnStepper(kernel, memory, places);
  const block = {
    ...{ open: doubles(open), close: doubles(places.close) },
    ...{ low: doubles(places.least), high: doubles(places.most) },
    ...{ dayEnds: integers(places.dayEnds), idleDays: integers(places.idleDays) },
  };
  let terms: Kernel['terms'] | null = null;
  return {
    operands: { values: doubles(values), low: doubles(low), high: doubles(high) },
    state: doubles(state),
    rules: integers(rules),
    sums: doubles(places.sums),
    scratch: doubles(places.scratch),
    columns,
    step(of: Kernel, from: KernelBlock) {
      if (terms !== of.terms) {
        terms = of.terms;
        kernel.setTerms(terms.feeShare, terms.slippage, terms.sizeKind, terms.size, Number(terms.everyDay));
      }
      for (const name of ['open', 'close'] as const) block[name].set(from[name]);
      if (from.hasZones) columns.ends(block.close, from.count, block);
      else for (const name of ['low', 'high'] as const) block[name].set(from[name]);
      for (const name of ['dayEnds', 'idleDays'] as const) block[name].set(from[name].subarray(0, from.days));
      kernel.stepBlock(combinations, from.first, from.count, from.marked, from.days);
    },
  };
}

/** Averages that are stepped side by side, and numbers to each in the list that tells of them. */
const LANES = 4;
const AVERAGE = 4;

function columnStepper(kernel: Exports, memory: SteppedMemory, places: Places): ColumnStepper {
  const isInside = ({ buffer }: Float64Array): boolean => buffer === memory.buffer;
  const input = new Float64Array(memory.buffer, places.input.at, BLOCK);
  const numbers = new Float64Array(memory.buffer, places.list.at, places.list.length);
  const addresses = new Uint32Array(memory.buffer, places.list.at, places.list.length * 2);
  const put = (i: number, of: Average, from: number, to: number): void => {
    addresses.set([from, to, Number(of.raised)], i * AVERAGE * 2);
    numbers[i * AVERAGE + 2] = of.factor;
    numbers[i * AVERAGE + 3] = of.value;
  };
  return {
    isInside,
    mean: ({ out, sums, to, period, start, count, raised }) =>
      kernel.stepMean(out.byteOffset, sums.byteOffset + to * 8, period, start, count, Number(raised)),
    ends: (values, count, { low, high }) =>
      kernel.findEnds(values.byteOffset, low.byteOffset, high.byteOffset, count),
    subtract: (out, { left, right, count }) =>
      kernel.subtract(out.byteOffset, left.byteOffset, right.byteOffset, count),
    band: (out, { middle, deviation, width, count }) =>
      kernel.addBand(out.byteOffset, middle.byteOffset, deviation.byteOffset, width, count),
    averages(list, count) {
      let copied: Float64Array | null = null;
      list.forEach((of, i) => {
        const inside = isInside(of.input);
        if (!inside && copied !== of.input) input.set((copied = of.input).subarray(0, count));
        put(i, of, inside ? of.input.byteOffset : places.input.at, of.out.byteOffset);
      });
      const filled = Math.ceil(list.length / LANES) * LANES;
      for (let i = list.length; i < filled; i++) put(i, list[0]!, places.input.at, places.unread.at);
      kernel.stepAverages(places.list.at, filled, count);
      list.forEach((of, i) => (of.value = numbers[i * AVERAGE + 3]!));
    },
  };
}
