/*
 * Figures of this process in Prometheus's text format, which GET /metrics answers. Names begin with `finsight_`; each is
 * declared once, where it is counted.
 */
type Labels = Record<string, string>;

interface Measure {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  lines(name: string): string[];
}

const measures = new Map<string, Measure>();

export interface Counter {
  add(by?: number, labels?: Labels): void;
}

/** A sum that only grows; by convention its name ends with `_total`. */
export function counter(name: string, help: string): Counter {
  const sums = new Map<string, number>();
  measures.set(name, {
    kind: 'counter',
    help,
    lines: () => [...sums].map(([labels, sum]) => `${name}${labels} ${sum}`),
  });
  return {
    add(by = 1, labels = {}) {
      const key = labelText(labels);
      sums.set(key, (sums.get(key) ?? 0) + by);
    },
  };
}

/** What is as it is when somebody looks; declared again, the last reader counts. */
export function gauge(name: string, help: string, read: () => [Labels, number][]): void {
  const lines = (): string[] => read().map(([labels, value]) => `${name}${labelText(labels)} ${value}`);
  measures.set(name, { kind: 'gauge', help, lines });
}

export interface Histogram {
  observe(value: number, labels?: Labels): void;
}

/** How often values were at most each of the bounds. */
export function histogram(name: string, help: string, bounds: readonly number[]): Histogram {
  const series = new Map<string, { labels: Labels; counts: number[]; sum: number; count: number }>();
  const lines = (): string[] =>
    [...series.values()].flatMap(({ labels, counts, sum, count }) => [
      ...bounds.map(
        (bound, i) => `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${counts[i]}`,
      ),
      `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${count}`,
      `${name}_sum${labelText(labels)} ${sum}`,
      `${name}_count${labelText(labels)} ${count}`,
    ]);
  measures.set(name, { kind: 'histogram', help, lines });
  return {
    observe(value, labels = {}) {
      const key = labelText(labels);
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
export const measuresText = (): string =>
  [...measures]
    .flatMap(([name, { kind, help, lines }]) => [
      `# HELP ${name} ${help}`,
      `# TYPE ${name} ${kind}`,
      ...lines(name),
    ])
    .join('\n')
    .concat('\n');

function labelText(labels: Labels): string {
  const parts = Object.entries(labels).map(
    ([name, value]) =>
      `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  );
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}
