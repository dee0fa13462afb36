import { describe, expect, it } from 'vitest';
import { splitTimes } from '../../domain/dataset.js';
import type { DatasetSpec, StreamMatrix } from '../../domain/dataset.js';
import { InvalidInputError } from '../../domain/errors.js';
import { predictRidge, trainRidge } from '../../domain/ridge.js';
import type { RidgeArgs } from '../../domain/ridge.js';

const HOUR = 3_600_000;
const SPEC: DatasetSpec = {
  lookBack: 3,
  horizonBars: 1,
  validationShare: 0.2,
  testShare: 0.2,
  embargoBars: 1,
};

/** Feature `a` and twice `b` tell the next return; `c` never varies and `d` repeats `a`. */
function stream(args: { rows: number; noise: number; seed?: number }): StreamMatrix {
  let state = args.seed ?? 1;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  const a = Float32Array.from({ length: args.rows }, () => 3 + next());
  const b = Float32Array.from({ length: args.rows }, () => 100 * next());
  const close = new Float64Array(args.rows).fill(100);
  for (let i = 1; i < args.rows; i++) {
    const target = 0.5 + (a[i - 1] ?? 0) - 3 + (b[i - 1] ?? 0) / 50 + args.noise * next();
    close[i] = (close[i - 1] ?? 0) * Math.exp(0.01 * target);
  }
  const matrix = {
    names: ['a', 'b', 'c', 'd'],
    time: Float64Array.from({ length: args.rows }, (_, i) => i * HOUR),
    close,
    volatility: new Float64Array(args.rows).fill(0.01),
    columns: [a, b, new Float32Array(args.rows).fill(0.1), a],
  };
  return { stream: `s${args.seed ?? 1}`, matrix };
}

function argsOf(streams: StreamMatrix[]): RidgeArgs {
  const times = streams.map(({ matrix }) => matrix.time);
  return {
    streams,
    spec: SPEC,
    timeframeMs: HOUR,
    split: splitTimes({ times, spec: SPEC, timeframeMs: HOUR }),
  };
}

describe('ridge regression', () => {
  it('finds a linear rule, with a constant and a doubled feature beside it', () => {
    const model = trainRidge({ ...argsOf([stream({ rows: 600, noise: 0 })]), lambda: [1e-9, 1] });
    expect(model.lambda).toBe(1e-9);
    expect(model.validationLoss).toBeLessThan(1e-9);
    expect(Math.abs(model.weights[2] ?? NaN)).toBe(0);
    expect(model.deviation[2]).toBe(1);
    expect(predictRidge(model, [3.25, 20, 0.1, 3.25])).toBeCloseTo(0.5 + 0.25 + 0.4, 4);
  });

  it('solves the normal equations: the gradient of the penalised loss is zero', () => {
    const args = argsOf([stream({ rows: 400, noise: 2 }), stream({ rows: 300, noise: 2, seed: 7 })]);
    const model = trainRidge({ ...args, lambda: [0.3] });
    const penalised = (weights: Float64Array): number => {
      let [sum, count] = [0, 0];
      for (const { matrix } of args.streams)
        for (let row = 2; row < matrix.time.length - 1; row++) {
          if ((matrix.time[row] ?? 0) + HOUR > args.split.validationFrom) continue;
          const target = Math.log((matrix.close[row + 1] ?? 0) / (matrix.close[row] ?? 0)) / 0.01;
          const features = matrix.columns.map((column) => column[row] ?? 0);
          sum += (predictRidge({ ...model, weights }, features) - target) ** 2;
          count += 1;
        }
      expect(count).toBe(model.rows.train);
      return sum / count + 0.3 * weights.reduce((total, weight) => total + weight ** 2, 0);
    };
    const best = penalised(model.weights);
    model.weights.forEach((_, j) => {
      for (const step of [-0.01, 0.01]) {
        const moved = model.weights.slice();
        moved[j] = (moved[j] ?? 0) + step;
        expect(penalised(moved)).toBeGreaterThan(best);
      }
    });
  });

  it('takes the penalty that is best on validation, the strongest of equals', () => {
    const args = argsOf([stream({ rows: 400, noise: 30 })]);
    const chosen = trainRidge(args);
    for (const lambda of [0.001, 0.01, 0.1, 1, 10, 100])
      expect(chosen.validationLoss).toBeLessThanOrEqual(
        trainRidge({ ...args, lambda: [lambda] }).validationLoss,
      );
    const flat = stream({ rows: 400, noise: 0 });
    flat.matrix.columns.forEach((column) => column.fill(1));
    expect(trainRidge(argsOf([flat])).lambda).toBe(100);
  });

  it('is deterministic and reads neither test targets nor what follows validation', () => {
    const args = argsOf([stream({ rows: 400, noise: 1 })]);
    const model = trainRidge(args);
    expect(trainRidge(args)).toEqual(model);
    const changed = structuredClone(args);
    const from = args.split.testFrom / HOUR + 1;
    changed.streams[0]?.matrix.close.fill(1, from);
    changed.streams[0]?.matrix.columns.forEach((column) => column.fill(9, from));
    expect(trainRidge(changed)).toEqual(model);
  });

  it.each([
    ['no stream', []],
    ['too little history', [stream({ rows: 5, noise: 1 })]],
  ])('%s is refused', (_, streams) => {
    const split = { validationFrom: 3 * HOUR, testFrom: 4 * HOUR, testTo: 5 * HOUR };
    expect(() => trainRidge({ streams, spec: SPEC, split, timeframeMs: HOUR })).toThrow(InvalidInputError);
  });

  it.each([[[]], [[0]], [[-1, 1]], [[NaN]]])('lambda %j is refused', (lambda) => {
    expect(() => trainRidge({ ...argsOf([stream({ rows: 400, noise: 1 })]), lambda })).toThrow(
      InvalidInputError,
    );
  });
});
