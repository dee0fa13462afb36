import { BLOCK, type BlockWindow } from './blocks.js';
import { stepAverages, type Average } from './grid-averages.js';
import { newAverage, type Stream } from './grid-streams.js';

/** Columns of one kind that are cheaper computed together; each is found by its arguments and its output. */
export interface Group extends Stream {
  add(args: readonly number[]): void;
}

const key = (output: string, args: readonly number[]): string => `${output}:${args.join(',')}`;
export { key as groupKey };

/** Exponential averages of the closes. */
export function emaGroup(): Group {
  const averages: Average[] = [];
  const outputs: Record<string, Float64Array> = {};
  return {
    lookback: 0,
    names: ['close'],
    outputs,
    add([period = NaN]) {
      const average = newAverage(period, period - 1);
      averages.push(average);
      outputs[key('', [period])] = average.out;
    },
    step: (window) => stepAverages(averages, window, window.prices.close.subarray(window.base)),
    save: () => averages.map(({ value }) => value),
    load: (state) => averages.forEach((average, i) => (average.value = state[i] ?? 0)),
  };
}

interface Line {
  quick: Average;
  slow: Average;
  out: Float64Array;
  signals: Average[];
  /** One column for each signal: the line from where that signal begins. */
  shown: Float64Array[];
}

/**
 * MACD's lines and signals. The quick average is seeded where the slow one is, so that there is one for each pair; those
 * of one length that have come to the same value are one from then on.
 */
export function macdGroup(): Group {
  const lines = new Map<string, Line>();
  const outputs: Record<string, Float64Array> = {};
  const all = (): Average[] =>
    [...lines.values()].flatMap(({ quick, slow, signals }) => [quick, slow, ...signals]);
  return {
    lookback: 0,
    names: ['close'],
    outputs,
    add(args) {
      const [fast, slow] = [Math.min(args[0]!, args[1]!), Math.max(args[0]!, args[1]!)];
      const smooth = args[2]!;
      const name = `${fast},${slow}`;
      const line = lines.get(name) ?? newLine(fast, slow);
      lines.set(name, line);
      const signal = newAverage(smooth, slow - 1 + smooth - 1);
      const shown = new Float64Array(BLOCK);
      line.signals.push(signal);
      line.shown.push(shown);
      outputs[key('MACD', args)] = shown;
      outputs[key('MACDSIGNAL', args)] = signal.out;
    },
    step: (window) => stepLines([...lines.values()], window),
    save: () => all().map(({ value }) => value),
    load: (state) => all().forEach((average, i) => (average.value = state[i] ?? 0)),
  };
}

const newLine = (fast: number, slow: number): Line => ({
  quick: newAverage(fast, slow - 1),
  slow: newAverage(slow, slow - 1),
  out: new Float64Array(BLOCK),
  signals: [],
  shown: [],
});

function stepLines(lines: Line[], window: BlockWindow): void {
  const averages = lines.flatMap(({ quick, slow }) => [quick, slow]);
  const first = new Map<string, Average>();
  const twins = new Map<Average, Average>();
  for (const average of averages) {
    const seeded = window.first > average.seed;
    const name = seeded ? `${average.period} ${average.value}` : `${average.period} ${average.seed}`;
    const twin = first.get(name);
    if (twin) twins.set(average, twin);
    else first.set(name, average);
  }
  stepAverages([...first.values()], window, window.prices.close.subarray(window.base));
  for (const [average, twin] of twins) average.value = twin.value;
  for (const line of lines) {
    const quick = (twins.get(line.quick) ?? line.quick).out;
    const slow = (twins.get(line.slow) ?? line.slow).out;
    const { out } = line;
    for (let k = 0; k < window.count; k++) out[k] = quick[k]! - slow[k]!;
    stepAverages(line.signals, window, out);
    line.shown.forEach((shown, i) => showLine(shown, line, { seed: line.signals[i]!.seed, window }));
  }
}

/** Both columns of an indicator begin together. */
function showLine(
  shown: Float64Array,
  { out }: Line,
  { seed, window }: { seed: number; window: BlockWindow },
): void {
  shown.set(out.subarray(0, window.count));
  shown.fill(NaN, 0, Math.max(0, Math.min(window.count, seed - window.first)));
}
