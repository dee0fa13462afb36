import type { BarColumns } from '../../bars.js';
import type { ColumnRef } from '../rules.js';
import { fillExponential, fillExponentials, SIDE_BY_SIDE, type Source } from './fillers.js';
import { describeColumn, type Made, type Nodes } from './nodes.js';
import type { Zones } from './zones.js';

/** The columns that a grid compares, each distinct one computed once, block by block. */
export interface Columns {
  /** Column c's bar i of the block stands at `place[c] + i`. */
  values: Float64Array;
  place: Int32Array;
  /** Extremes of each zone of the block, at `c × stride + zone`; ∓Infinity where a value is undefined or nobody looks. */
  lowest: Float64Array;
  highest: Float64Array;
  stride: number;
  /** Bars of a block, at most. */
  blockBars: number;
  /** Computes the zones [from, to), which follow those of the call before. */
  fill(from: number, to: number): void;
}

interface Node extends Made {
  /** How many comparisons read it. */
  uses: number;
}

/** All columns of a block together: what a processor keeps close to a core. */
const BLOCK_BYTES = 2 ** 20;
/** A day of minutes. */
const MOST_BARS = 1440;
const LEAST_BARS = 256;
/** For fewer comparisons, looking at the bars themselves is cheaper than finding a zone's extremes. */
const USES_WORTH_EXTREMES = 3;

/** Collects the columns of all rules; `seal` when all are known. */
export function gatherColumns(bars: BarColumns, zones: Zones) {
  const nodes: Node[] = [];
  const slots = new Map<string, number>();
  let values = new Float64Array(0);
  let place = new Int32Array(0);

  const source = (slot: number): Source => ({
    first: nodes[slot]?.first ?? 0,
    read: () => ({ values, at: place[slot] as number }),
  });
  const all: Nodes = {
    bars,
    source,
    add(key, make) {
      const known = slots.get(key);
      if (known !== undefined) return known;
      nodes.push({ uses: 0, ...make() });
      slots.set(key, nodes.length - 1);
      return nodes.length - 1;
    },
  };
  const describe = describeColumn(all);

  return {
    /** The slot of one side of a comparison. */
    operand(of: ColumnRef | number): number {
      const slot =
        typeof of === 'number'
          ? all.add(`number ${of}`, () => ({
              fill: ({ from, to }, out, at) => out.fill(of, at, at + to - from),
              first: 0,
            }))
          : describe(of);
      const node = nodes[slot];
      if (node) node.uses++;
      return slot;
    },
    seal(): Columns {
      const room = Math.floor(BLOCK_BYTES / 8 / nodes.length);
      const blockBars = Math.min(MOST_BARS, Math.max(LEAST_BARS, room));
      const size = nodes.length * blockBars;
      values = new Float64Array(size);
      place = Int32Array.from(nodes, (_, slot) => slot * blockBars);
      const lowest = new Float64Array(size).fill(-Infinity);
      const highest = new Float64Array(size).fill(Infinity);
      const steps = stepsOf(nodes);
      const extremes = [...nodes.keys()].filter((slot) => (nodes[slot]?.uses ?? 0) >= USES_WORTH_EXTREMES);
      const columns = { values, place, lowest, highest, stride: blockBars, blockBars };
      const fill = (from: number, to: number): void => {
        const range = { from: zones.start[from] ?? 0, to: zones.start[to] ?? 0 };
        for (const step of steps) runStep(step, { nodes, columns, range });
        for (const slot of extremes) findExtremes({ columns, zones, slot, from, to });
      };
      return { ...columns, fill };
    },
  };
}

/** Nodes to compute, in order: one, or four exponential averages side by side. */
type Step = readonly number[];

/** Averages whose sources are all computed before the first of them are joined. */
function stepsOf(nodes: readonly Node[]): Step[] {
  const steps: Step[] = [];
  let waiting: number[] = [];
  const flush = (): void => {
    for (let k = 0; k < waiting.length; k += SIDE_BY_SIDE) steps.push(waiting.slice(k, k + SIDE_BY_SIDE));
    waiting = [];
  };
  // Nodes are added after what they are made from; depth says after how many averages they can be computed.
  const depths = depthsOf(nodes);
  for (let depth = 0; depth <= Math.max(0, ...depths); depth++) {
    for (const [slot, node] of nodes.entries())
      if (depths[slot] === depth && typeof node.fill !== 'function') waiting.push(slot);
    flush();
    for (const [slot, node] of nodes.entries())
      if (depths[slot] === depth && typeof node.fill === 'function') steps.push([slot]);
  }
  return steps;
}

function depthsOf(nodes: readonly Node[]): number[] {
  const depths: number[] = [];
  for (const node of nodes) {
    const below = Math.max(0, ...(node.needs ?? []).map((slot) => depths[slot] ?? 0));
    depths.push(typeof node.fill === 'function' ? below : below + 1);
  }
  return depths;
}

interface StepArgs {
  nodes: readonly Node[];
  columns: Pick<Columns, 'values' | 'place' | 'blockBars'>;
  range: { from: number; to: number };
}

function runStep(step: Step, { nodes, columns, range }: StepArgs): void {
  const { values, place, blockBars } = columns;
  const chosen = step.map((slot) => nodes[slot] as Node);
  const averages = chosen.map(({ fill }) => fill).filter((fill) => typeof fill !== 'function');
  const [a, b, c, d] = averages;
  if (a && b && c && d && averages.every(({ seed }) => seed < range.from)) {
    const at = step.map((slot) => slot * blockBars);
    fillExponentials(
      [a, b, c, d],
      [at[0] ?? 0, at[1] ?? 0, at[2] ?? 0, at[3] ?? 0],
      values,
      range.to - range.from,
    );
    return;
  }
  for (const [k, { fill, same, first }] of chosen.entries()) {
    const slot = step[k] ?? 0;
    if (same !== undefined && range.from >= first) place[slot] = place[same] ?? 0;
    else if (typeof fill === 'function') fill(range, values, slot * blockBars);
    else fillExponential(fill)(range, values, slot * blockBars);
  }
}

function findExtremes(args: {
  columns: Pick<Columns, 'values' | 'place' | 'lowest' | 'highest' | 'stride'>;
  zones: Zones;
  slot: number;
  from: number;
  to: number;
}): void {
  const { columns, zones, slot, from, to } = args;
  const { values, lowest, highest } = columns;
  const at = slot * columns.stride;
  const base = (columns.place[slot] as number) - (zones.start[from] as number);
  for (let z = from; z < to; z++) {
    let i = base + (zones.start[z] as number);
    const end = base + (zones.start[z + 1] as number);
    let low = values[i] as number;
    let high = low;
    let sum = low;
    for (i++; i < end; i++) {
      const value = values[i] as number;
      low = value < low ? value : low;
      high = value > high ? value : high;
      sum += value;
    }
    // One undefined value makes the sum undefined.
    const known = sum === sum;
    lowest[at + z - from] = known ? low : -Infinity;
    highest[at + z - from] = known ? high : Infinity;
  }
}
