export type Labels = Record<string, string>;

/** A figure, for Prometheus. */
export interface Metric {
  /** `finsight_…`, with its unit at the end. */
  name: string;
  help: string;
  /** Left out: a gauge, what is as it is now. */
  kind?: 'gauge' | 'counter' | 'histogram';
  /** `suffix`: of a part of a histogram, such as `_bucket`. */
  samples: { labels: Labels; value: number; suffix?: string }[];
}

/** Figures in the text form that Prometheus reads, version 0.0.4. */
export const exposition = (metrics: readonly Metric[]): string =>
  metrics
    .flatMap(({ name, help, kind = 'gauge', samples }) => [
      `# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
      `# TYPE ${name} ${kind}`,
      ...samples.map(
        ({ labels, value, suffix = '' }) => `${name}${suffix}${labelled(labels)} ${numberOf(value)}`,
      ),
    ])
    .join('\n')
    .concat('\n');

function labelled(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}

const escaped = (value: string): string =>
  value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** The format writes infinities with a sign and without an end. */
const numberOf = (value: number): string =>
  value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value);
