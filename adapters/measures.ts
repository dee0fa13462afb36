import { exposition, type Labels, type Metric } from '../domain/exposition.js';

/*
 * Figures of this process, which GET /metrics answers. Names begin with `finsight_`; each is declared once, where it is
 * counted.
 */
type Samples = Metric['samples'];

interface Measure {
  kind: NonNullable<Metric['kind']>;
  help: string;
  read(): Samples;
}

const measures = new Map<string, Measure>();

/** Of labels that somebody keeps and counts with again and again. */
const keys = new WeakMap<Labels, string>();

/** The same labels are the same series, whatever made them; they do not change once they were counted with. */
function keyOf(labels: Labels): string {
  const known = keys.get(labels);
  if (known !== undefined) return known;
  const key = JSON.stringify(Object.entries(labels));
  keys.set(labels, key);
  return key;
}

export interface Counter {
  add(by?: number, labels?: Labels): void;
}

/** A sum that only grows; by convention its name ends with `_total`. */
export function counter(name: string, help: string): Counter {
  const sums = new Map<string, Samples[number]>();
  measures.set(name, { kind: 'counter', help, read: () => [...sums.values()] });
  return {
    add(by = 1, labels = {}) {
      const key = keyOf(labels);
      sums.set(key, { labels, value: (sums.get(key)?.value ?? 0) + by });
    },
  };
}

/** What is as it is when somebody looks; declared again, the last reader counts. */
export function gauge(name: string, help: string, read: () => [Labels, number][]): void {
  const samples = (): Samples => read().map(([labels, value]) => ({ labels, value }));
  measures.set(name, { kind: 'gauge', help, read: samples });
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** How often values were at most each of the bounds. */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
  const read = (): Samples =>
    [...series.values()].flatMap(({ labels, counts, sum, count }) => [
      ...bounds.map((bound, i) => ({
        suffix: '_bucket',
        labels: { ...labels, le: String(bound) },
        value: counts[i] ?? 0,
      })),
      { suffix: '_bucket', labels: { ...labels, le: '+Inf' }, value: count },
      { suffix: '_sum', labels, value: sum },
      { suffix: '_count', labels, value: count },
    ]);
  measures.set(name, { kind: 'histogram', help, read });
  return {
    observe(value, labels = {}) {
      const key = keyOf(labels);
      const one = series.get(key) ?? { labels, counts: bounds.map(() => 0), sum: 0, count: 0 };
      series.set(key, one);
      one.sum += value;
      one.count++;
      bounds.forEach((bound, i) => {
        if (value <= bound) one.counts[i] = (one.counts[i] ?? 0) + 1;
      });
    },
  };
}

/** Everything that was measured so far. */
export const measured = (): Metric[] =>
  [...measures].map(([name, { kind, help, read }]) => ({ name, kind, help, samples: read() }));

/** The same as text. */
export const measuresText = (): string => exposition(measured());
