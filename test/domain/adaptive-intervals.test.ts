import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { conformalScale } from '../../domain/evaluation.js';
import { adaptiveWidths, observe, startAdaptive, widthOf, WINDOW } from '../../domain/conformal/adaptive.js';
import { countBelow, inOrder, pushScore, startScores } from '../../domain/conformal/scores.js';
import { seededNormal } from '../../domain/random.js';

const ROWS = 6000;
const CALIBRATION = 1000;

/** Residuals of overlapping horizons: sums of `delay` one-bar errors over √delay. */
function overlapping(delay: number, error: (row: number) => number): Float64Array {
  const errors = Float64Array.from({ length: ROWS + delay }, (_, row) => error(row));
  return Float64Array.from({ length: ROWS }, (_, row) => {
    const sum = errors.subarray(row, row + delay).reduce((total, each) => total + each, 0);
    return sum / Math.sqrt(delay);
  });
}

function measure(residuals: Float64Array, { coverage, delay }: { coverage: number; delay: number }) {
  return adaptiveWidths({
    calibration: residuals.subarray(0, CALIBRATION),
    residuals: residuals.subarray(CALIBRATION + delay),
    coverage,
    delayRows: delay,
  });
}

/** Student's t with three degrees of freedom: its fourth moment is infinite. */
const heavy = (normal: () => number): number =>
  normal() / Math.sqrt((normal() ** 2 + normal() ** 2 + normal() ** 2) / 3);

const worlds: Record<string, (normal: () => number) => (row: number) => number> = {
  'independent errors': (normal) => normal,
  'volatility that jumps': (normal) => (row) => normal() * (row % 3000 < 1500 ? 1 : 2.5),
  'volatility that grows': (normal) => (row) => normal() * (1 + row / 4000),
  'heavy tails': (normal) => () => heavy(normal),
  'a bias that sets in': (normal) => (row) => normal() + (row > 4000 ? 1 : 0),
};

describe('adaptiveWidths', () => {
  for (const [name, make] of Object.entries(worlds))
    for (const delay of [1, 4])
      it(`covers what it says with ${name}, outcomes known ${delay} rows later`, () => {
        fc.assert(
          fc.property(
            fc.integer({ min: 0, max: 10_000 }),
            fc.constantFrom(0.8, 0.9, 0.95),
            (seed, coverage) => {
              const residuals = overlapping(delay, make(seededNormal(`${name} ${seed}`)));
              const measured = measure(residuals, { coverage, delay });
              expect(Math.abs(measured.coverage - coverage)).toBeLessThan(0.015);
            },
          ),
          { numRuns: 10 },
        );
      });

  it('holds where outcomes are known a day of hours later', () => {
    const residuals = overlapping(24, seededNormal('a day'));
    const measured = measure(residuals, { coverage: 0.9, delay: 24 });
    expect(measured.coverage).toBeGreaterThan(0.87);
    expect(measured.coverage).toBeLessThan(0.93);
  });

  it('keeps the coverage after a jump at which a fixed width loses it', () => {
    const normal = seededNormal('jump');
    const residuals = Float64Array.from({ length: ROWS }, (_, row) => normal() * (row < 2000 ? 1 : 3));
    const { scale } = conformalScale({ residuals: residuals.subarray(0, CALIBRATION), coverage: 0.9 });
    const late = residuals.subarray(3000);
    const fixed = late.filter((residual) => Math.abs(residual) <= scale).length / late.length;
    expect(fixed).toBeLessThan(0.5);
    const { inside } = measure(residuals, { coverage: 0.9, delay: 1 });
    const held = inside.subarray(3000 - CALIBRATION - 1);
    expect(held.reduce((sum, each) => sum + each, 0) / held.length).toBeGreaterThan(0.89);
  });

  it('is hardly wider than the best fixed width where nothing changes', () => {
    const measured = measure(overlapping(1, seededNormal('calm')), { coverage: 0.9, delay: 1 });
    expect(measured.meanWidth).toBeGreaterThan(1.55);
    expect(measured.meanWidth).toBeLessThan(1.75);
  });

  it('never looks at a residual before its outcome is known', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 299 }), (delay, changed) => {
        const normal = seededNormal(`${delay}`);
        const all = Float64Array.from({ length: 400 }, normal);
        const args = { calibration: all.subarray(0, 100), coverage: 0.9, delayRows: delay };
        const before = adaptiveWidths({ ...args, residuals: all.slice(100) });
        const other = all.slice(100);
        other[changed] = 1000;
        const after = adaptiveWidths({ ...args, residuals: other });
        const until = changed + delay;
        expect(after.widths.subarray(0, until)).toEqual(before.widths.subarray(0, until));
      }),
    );
  });

  it('passes over gaps and says so in its figures', () => {
    const residuals = overlapping(1, seededNormal('gaps')).map((value, row) => (row % 3 === 0 ? NaN : value));
    const measured = measure(residuals, { coverage: 0.9, delay: 1 });
    expect(Math.abs(measured.coverage - 0.9)).toBeLessThan(0.015);
    const none = adaptiveWidths({
      calibration: [],
      residuals: new Float64Array(5).fill(NaN),
      coverage: 0.9,
      delayRows: 2,
    });
    expect([...none.widths]).toEqual([Infinity, Infinity, Infinity, Infinity, Infinity]);
    expect([none.coverage, none.meanWidth]).toEqual([NaN, NaN]);
  });

  it('is open while too few residuals are known for the coverage', () => {
    const residuals = Float64Array.from({ length: 30 }, seededNormal('few'));
    const { widths } = adaptiveWidths({ calibration: [], residuals, coverage: 0.9, delayRows: 2 });
    expect(widths[9]).toBe(Infinity);
    expect(widths[10]).toBeLessThan(Infinity);
  });

  it('gives width 0 where every forecast was exact', () => {
    const measured = adaptiveWidths({
      calibration: new Float64Array(50),
      residuals: new Float64Array(50),
      coverage: 0.9,
      delayRows: 1,
    });
    expect([measured.coverage, measured.meanWidth]).toEqual([1, 0]);
  });

  it('names a coverage or delay that cannot be', () => {
    const start = { calibration: [], coverage: 0.9, delayRows: 1 };
    expect(() => startAdaptive({ ...start, coverage: 90 })).toThrow('coverage is 90; it must lie between');
    expect(() => startAdaptive({ ...start, delayRows: 0 })).toThrow('delayRows is 0; it must be a whole');
  });
});

describe('the state', () => {
  it('goes on row by row, through JSON, to the same widths', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 0, max: 1500 }),
        (delay, calibration) => {
          const all = Float64Array.from(
            { length: calibration + 60 },
            seededNormal(`${delay} ${calibration}`),
          );
          const args = { calibration: all.slice(0, calibration), coverage: 0.9, delayRows: delay };
          const residuals = all.slice(calibration);
          const { widths } = adaptiveWidths({ ...args, residuals });
          let state = startAdaptive(args);
          residuals.forEach((_, row) => {
            if (row >= delay)
              state = JSON.parse(
                JSON.stringify(observe(state, residuals[row - delay] ?? NaN)),
              ) as typeof state;
            const width = widthOf(state);
            if (Number.isFinite(width)) expect(width).toBe(widths[row]);
          });
        },
      ),
      { numRuns: 20 },
    );
  });

  it('does not change when it is observed', () => {
    const state = startAdaptive({ calibration: [1, 2, 3], coverage: 0.5, delayRows: 2 });
    const copy = structuredClone(state);
    observe(state, 5);
    expect(state).toEqual(copy);
  });

  it('keeps the latest residuals only', () => {
    const state = startAdaptive({ calibration: new Float64Array(3000).fill(1), coverage: 0.9, delayRows: 1 });
    expect(observe(state, 2).scores.length).toBe(WINDOW);
  });
});

describe('scores', () => {
  it('are always the sorted latest ones', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), fc.array(fc.nat(20)), (first, more) => {
        const scores = startScores(first, 7);
        more.forEach((size) => pushScore(scores, size));
        const latest = [...first, ...more].slice(-7);
        expect(inOrder(scores)).toEqual(latest);
        expect(scores.sorted).toEqual(latest.toSorted((a, b) => a - b));
        expect(countBelow(scores.sorted, 10)).toBe(latest.filter((size) => size < 10).length);
      }),
    );
  });
});
